"""Lead intelligence: what an ideal customer is, what is known of a lead worth, signals left in files."""
