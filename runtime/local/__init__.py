"""The laptop's adapters: one module per port."""
