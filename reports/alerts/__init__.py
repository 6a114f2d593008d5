"""What the operator is told without asking: the notices, and the channels they go over."""
