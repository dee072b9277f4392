"""One module per format; each has `read`, which returns statements or raises UnreadableFile."""
