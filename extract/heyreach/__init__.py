"""HeyReach, asked: its client, its routes, paging, what a pull reads, inbox, webhooks, the account file."""

# How much a pull reads: everything; without campaigns at rest; only what changes by the hour.
KINDS = ("full", "daily", "light")
