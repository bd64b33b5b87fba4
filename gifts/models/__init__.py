"""What is planned: gifts, the lists they stand on, the givers' side of each item, and who takes what."""

from gifts.models.imports import ImportedRow
from gifts.models.items import MAX_QUANTITY, UNDER_WAY, Claim, Gift, ItemPlan, ListItem
from gifts.models.lists import GiftList

__all__ = ["MAX_QUANTITY", "UNDER_WAY", "Claim", "Gift", "GiftList", "ImportedRow", "ItemPlan", "ListItem"]
