"""Lead intelligence: what an ideal customer is, and how many points what is known of a lead is worth."""
