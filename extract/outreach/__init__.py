"""Outreach: segments of prospects, who comes first, with which texts, tested how, and who asks whom when."""
