"""Outreach: in which segment a prospect is, and who of them comes first."""
