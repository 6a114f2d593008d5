"""Is what is said to have come of advice true? Worlds that go on, with it followed and without."""
