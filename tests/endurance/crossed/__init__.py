"""Do crossed segments stand out where nothing does? Worlds drawn with numpy, and what is said of them."""
