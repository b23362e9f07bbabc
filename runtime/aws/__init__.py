"""Adapters for AWS, one module per port: what the rooms ask for, done by a service there."""
