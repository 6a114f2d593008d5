"""The pages, by what one does on them."""
