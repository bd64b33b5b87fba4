"""What belongs to a household, and which of its columns are in a file."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Field, ForeignKey, Model, QuerySet

from accounts.models import User
from config.models import CasefoldKey, SearchText
from gifts.models import (
    Claim,
    Comment,
    CommentHiddenFrom,
    CommentMention,
    Gift,
    GiftList,
    GiftTag,
    ImportedRow,
    ItemPlan,
    ListItem,
    ListShare,
)
from households.models import (
    Activity,
    Household,
    Invitation,
    Membership,
    Occasion,
    Person,
    PersonMember,
    PersonTag,
    Tag,
)
from tasks.models import Task

FORMAT = "hearth-household"
# A file of another version is refused, so whoever changes a table below, or its columns, raises this.
VERSION = 1

Table = type[Model]

# In the order of the file: users first, since whoever reads it settles who they are before anything names them.
TABLES: list[Table] = [
    User,
    Household,
    Tag,
    Person,
    PersonMember,
    PersonTag,
    Membership,
    Occasion,
    GiftList,
    ListShare,
    Gift,
    GiftTag,
    ListItem,
    ItemPlan,
    Claim,
    Comment,
    CommentHiddenFrom,
    CommentMention,
    ImportedRow,
    Activity,
    Task,
]

# They are for accounts of this server, whose users have not said yet that they want to be in the file.
LEFT_OUT: set[Table] = {Invitation}

# Who somebody is, and nothing that lets them in or gives them rights on a server.
USER_COLUMNS = {"id", "created_at", "updated_at", "name", "email", "handle", "avatar_url", "is_active"}


def name_of(table: Table) -> str:
    """What the file calls it; an entry of the diary names what it is about by the same word."""
    return table._meta.model_name or ""


def fields_of(table: Table) -> list[Field]:
    """Those that are in the file, the key first. What is made of other columns is not."""
    kept = [field for field in table._meta.concrete_fields if not isinstance(field, CasefoldKey | SearchText)]
    if table is User:
        kept = [field for field in kept if field.name in USER_COLUMNS]
    return sorted(kept, key=lambda field: not field.primary_key)


def references_of(table: Table) -> Iterator[ForeignKey]:
    return (field for field in fields_of(table) if isinstance(field, ForeignKey))


def rows_of(table: Table, household_id: UUID) -> QuerySet[Any]:
    """All of this household's, deleted or not."""
    if table is User:
        return _all(User).filter(pk__in=_users_named_in(household_id))
    return _all(table).filter(**{"pk" if table is Household else "household": household_id})


def _users_named_in(household_id: UUID) -> set[UUID]:
    """Members, those who have left, and whoever else a row of the household speaks of."""
    found: set[UUID] = set()
    for table in TABLES[1:]:
        rows = rows_of(table, household_id).order_by()
        for field in references_of(table):
            if field.related_model is User:
                found |= set(rows.values_list(field.attname, flat=True).distinct())
    return found - {None}


def _all(table: Table) -> QuerySet[Any]:
    return table._base_manager.all()
