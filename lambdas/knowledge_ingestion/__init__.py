"""Keeps the knowledge base up to date with its documents."""
