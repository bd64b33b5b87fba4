"""What the pages for staff say of commands and files is so."""

import re
import shlex

import pytest
from django.core.management import get_commands, load_command_class

from tasks.services.household_files.tables import TABLES, USER_COLUMNS, VERSION, name_of
from tests.server import ROOT

EXAMPLES = re.findall(r"`manage\.py ([a-z_]+ [^`]*|[a-z_]+)` \|$", (ROOT / "README.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_readme_is_understood(example):
    name, *arguments = shlex.split(example)
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(arguments)


def test_there_is_an_example_for_each_command_that_staff_need():
    named = {example.split()[0] for example in EXAMPLES}
    assert named >= {
        "create_household",
        "invite_member",
        "issue_activation_code",
        "revoke_sessions",
        "import_gifts",
        "export_household",
        "import_household",
        "export_user",
        "purge_expired",
    }


def test_the_page_of_the_format_names_every_table():
    page = (ROOT / "docs" / "household-file.md").read_text()
    assert [name_of(table) for table in TABLES if f"`{name_of(table)}`" not in page] == []
    assert [column for column in USER_COLUMNS if f"`{column}`" not in page] == []
    assert f"This page describes version {VERSION}." in page
