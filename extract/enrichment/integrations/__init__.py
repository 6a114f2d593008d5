"""One small file per service: what can be asked of it. Public documents: services.py."""
