"""The door: HeyReach's webhooks come in, are on disk, and only then acknowledged."""
