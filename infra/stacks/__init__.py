"""The five stacks: composition of constructs, and nothing else."""
