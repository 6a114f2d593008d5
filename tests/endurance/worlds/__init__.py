"""Is what the warehouse says true? Random workspaces whose truth is known, with the twists of real ones.

`python -m tests.endurance.worlds` draws them, pulls each for weeks, builds, runs every data test that would
stop a publication, and holds the numbers against the truth with code that shares nothing with the models.
results.md holds the last table, results.json every finding behind it.
"""
