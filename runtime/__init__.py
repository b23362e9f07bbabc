"""What runs: rooms by capability, the same code on a laptop and in AWS."""

# Said here because a function's asset holds modules and no installed distribution of ours to ask.
__version__ = "0.1.0"
