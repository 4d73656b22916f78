"""Everything that makes a creative. Knows files, pixels, models and money; knows no orchestrator."""
