"""Enrichment: what other services know about leads, asked for once, paid for once, kept with its origin."""
