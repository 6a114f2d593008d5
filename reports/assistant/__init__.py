"""Answers for assistants: the Model Context Protocol over what is published, numbers with their doubts, and no name."""
