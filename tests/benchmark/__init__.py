"""How fast, and how far? Workspaces of growing size through the real pipeline, each step measured alone.

`make bench` prints the table; results.md holds the last one that was kept, NOTES.md what was found.
"""
