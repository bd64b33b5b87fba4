"""A household as the database has it: every column of every row, to compare two servers."""

from typing import Any

from households.models import DiaryCounter, Household
from tasks.services.household_files.tables import TABLES, USER_COLUMNS, name_of, rows_of

# Of a user, what a file holds, and the keys that are made of it.
OF_A_USER = {*USER_COLUMNS, "email_key", "handle_key"}


def everything_of(household_name: str) -> dict[str, list[list[str]]]:
    household = Household.objects.get(name=household_name)
    found = {name_of(table): _columns(rows_of(table, household.pk).order_by("pk")) for table in TABLES}
    return found | {"diarycounter": _columns(DiaryCounter.objects.filter(household=household))}


def _columns(rows: Any) -> list[list[str]]:
    names = [field.attname for field in rows.model._meta.concrete_fields]
    if name_of(rows.model) == "user":
        names = [name for name in names if name in OF_A_USER]
    return [[f"{name}={value!r}" for name, value in zip(names, row, strict=True)] for row in rows.values_list(*names)]
