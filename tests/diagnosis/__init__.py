"""Does the first line of the report name the right cause? Invented workspaces with one cause each, or none.

`make diagnose-check` draws them, runs the pipeline over each and counts; results.md holds the last table.
"""
