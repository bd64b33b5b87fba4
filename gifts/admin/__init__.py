"""What needs to know of gifts: the home page, and the diary with the titles that its reader may know."""

from gifts.admin import diary

__all__ = ["diary"]
