"""The REST API behind the HTTP API."""
