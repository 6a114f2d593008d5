"""Who is who, and who must not be here: profile links, records of people, the list of the erased."""
