"""Copies of what can't be made again: `make backup` and `make restore`."""
