"""Services: the use cases that join rooms. Each is a class over the ports it needs."""
