"""Outreach: tests of messages, written down before anybody is asked."""
