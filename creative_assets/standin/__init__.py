"""The OpenAI-compatible stand-in that answers where no API key is configured."""
