"""How fast, and how far? Workspaces of growing size through the real pipeline, each step measured alone.

`make bench` prints the table; `KEEP=1` keeps it as results.md, NOTES.md holds what was found.
"""
