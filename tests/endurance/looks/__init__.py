"""Are message tests honest: simulated tests put through the project's own SQL."""
