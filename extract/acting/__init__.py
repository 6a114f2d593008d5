"""Acting on a line of the report: whom it concerns, campaigns paused and resumed, leads stopped, webhooks."""
