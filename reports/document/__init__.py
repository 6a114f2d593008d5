"""A report: what is read for it, in which words and pictures it is said, and its files."""
