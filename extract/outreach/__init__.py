"""Outreach: in which segment a prospect is, who comes first, what they are written, and tests of that."""
