"""
Files of meter data, read by declared profiles; nothing here touches the database.

A profile says what a format means, a reader opens its container, and `Days` collects what both make
of it. All of it runs in a child process that can be ended (`child`, started by `worker`).
"""
