"""The Dagster assets: adapters over the studio. No logic of their own belongs here."""
