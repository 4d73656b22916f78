"""The review desk and the REST API, served over HTTP on top of the studio."""
