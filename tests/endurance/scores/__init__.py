"""Is a score believed that orders nobody, and are wrong points named? Worlds of the sandbox tell."""
