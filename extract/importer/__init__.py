"""The way into HeyReach: a file of leads in, every one of them accounted for."""
