"""One capability per file, each with its alarms beside its metrics."""
