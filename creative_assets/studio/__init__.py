"""Everything that makes a creative: files, pixels, models and money. Knows no orchestrator."""
