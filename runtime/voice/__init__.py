"""Voice: the wire protocol, endpointing, the live session and the ASGI server with /ws and /ping."""
