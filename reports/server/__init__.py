"""The HTTP API and the pages: what is published, read live; what is asked, kept first, then done by jobs."""
