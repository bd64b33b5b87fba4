"""What is planned: gifts, the lists they stand on, the givers' side of each item, who takes what, and what is said."""

from gifts.models.comments import SUBJECTS, Comment, CommentHiddenFrom, CommentMention
from gifts.models.imports import ImportedRow
from gifts.models.items import MAX_PRICE, MAX_QUANTITY, UNDER_WAY, Claim, Gift, GiftTag, ItemPlan, ListItem
from gifts.models.lists import GiftList, ListShare

__all__ = [
    "MAX_PRICE",
    "MAX_QUANTITY",
    "SUBJECTS",
    "UNDER_WAY",
    "Claim",
    "Comment",
    "CommentHiddenFrom",
    "CommentMention",
    "Gift",
    "GiftList",
    "GiftTag",
    "ImportedRow",
    "ItemPlan",
    "ListItem",
    "ListShare",
]
