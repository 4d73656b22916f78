"""Settings turned into the plain objects that the studio takes."""
