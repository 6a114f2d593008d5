"""Everything a person sees: the command line, reports and pages, alerts, checks."""
