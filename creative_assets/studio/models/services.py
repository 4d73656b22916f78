"""The names of the model services, as they stand in keys, lineage and settings."""

OPENAI = "api.openai.com"
STAND_IN = "stand-in"
