"""Who belongs to whom: households are the tenant boundary, persons are who gives and gets."""

from households.models.diary import Activity, ActivityQuerySet, DiaryCounter
from households.models.households import Household, HouseholdRow, by_household, validate_timezone
from households.models.memberships import Invitation, InvitationQuerySet, Membership, Role
from households.models.occasions import LONGEST_YEAR, Occasion, anniversary
from households.models.people import Person, PersonMember, PersonQuerySet, PersonTag
from households.models.tags import Tag, TagQuerySet

__all__ = [
    "LONGEST_YEAR",
    "Activity",
    "ActivityQuerySet",
    "DiaryCounter",
    "Household",
    "HouseholdRow",
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "Occasion",
    "Person",
    "PersonMember",
    "PersonQuerySet",
    "PersonTag",
    "Role",
    "Tag",
    "TagQuerySet",
    "anniversary",
    "by_household",
    "validate_timezone",
]
