"""Calls to the models: the client, what each model family accepts, faults, retries and limits."""
