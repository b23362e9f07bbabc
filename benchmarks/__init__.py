"""Figures and the commands that make them."""
