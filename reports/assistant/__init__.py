"""Answers for assistants: numbers with their doubts, over the Model Context Protocol."""
