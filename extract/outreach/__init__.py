"""Outreach: in which segment a prospect is, who of them comes first, and tests of messages."""
