"""Is advice worth what it says? A week with a cause mended and without, by the worlds' own chances."""
