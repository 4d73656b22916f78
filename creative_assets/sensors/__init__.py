"""The sensors: I/O around pure functions of the studio."""
