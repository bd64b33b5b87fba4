"""A pair of views that do nothing, behind all that Hearth does for each request: what is left is its own cost."""
