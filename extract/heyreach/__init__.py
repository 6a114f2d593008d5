"""HeyReach, asked: its client, its routes, paging, what a pull reads, its webhooks, the account file."""
