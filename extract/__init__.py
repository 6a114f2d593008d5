"""Everything that talks to the world, and judges nothing: one wing for each part of it."""
