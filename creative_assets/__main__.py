"""`python -m creative_assets`: the command line."""

from creative_assets.cli import app

app()
