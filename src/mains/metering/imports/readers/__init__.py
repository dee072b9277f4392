"""One reader for each container: it opens a file and hands its texts over, row by row."""
