"""What runs: rooms by capability, the same code on a laptop and in AWS."""
