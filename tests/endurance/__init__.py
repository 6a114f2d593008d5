"""Programs that take minutes to hours, each run by hand: `python -m tests.endurance.NAME --help`."""
