"""What needs to know of gifts: lists and what stands on them, the planner of an occasion, the first page, and the diary
with the titles that its reader may know."""

from gifts.admin import claims, comments, diary, gifts, items, lists, planner

__all__ = ["claims", "comments", "diary", "gifts", "items", "lists", "planner"]
