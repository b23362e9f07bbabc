"""Interview: events and their folds, the store port, the plan, the conductor."""
