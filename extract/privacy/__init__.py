"""Privacy in operation: people who asked to be forgotten, and data that is too old to keep."""
