"""All workspaces of an agency: their runs side by side, what they publish for all, the page over them."""
