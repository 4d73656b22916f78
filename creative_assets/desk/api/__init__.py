"""The REST API: one module for each kind of thing, below `/api/v1`."""
