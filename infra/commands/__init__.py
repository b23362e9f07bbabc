"""What people do with an environment: deploy it, look into it, price it, remove it. `python -m infra --help`."""
