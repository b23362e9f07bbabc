"""Runs candidate code for the platform and for agents."""
