"""The index that finds a few letters within a text, on PostgreSQL; for migrations."""

from typing import Any

import structlog
from django.db import DatabaseError, transaction
from django.db.migrations import RunPython

SCHEMA_OF_EXTENSION = """
    SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
    WHERE extname = 'pg_trgm'
"""


class TrigramIndex(RunPython):
    """On the column `search_text` of a table. SQLite has no such index, and looks at each row.

    A role that may not create the extension gets a warning and no index: search works without, only slower. What to do
    about it later stands in deploy/README.md.
    """

    def __init__(self, *, name: str, table: str) -> None:
        self.index, self.table = name, table
        super().__init__(self.build, self.remove)

    def build(self, apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        with schema_editor.connection.cursor() as cursor:
            try:
                with transaction.atomic(using=schema_editor.connection.alias):
                    # A request's limit of time is none for an index over many rows.
                    cursor.execute("SET LOCAL statement_timeout = 0")
                    cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                    cursor.execute(SCHEMA_OF_EXTENSION)
                    (schema,) = cursor.fetchone()
                    cursor.execute(
                        f"CREATE INDEX IF NOT EXISTS {self.index} ON {self.table}"
                        f" USING gin (search_text {schema}.gin_trgm_ops)"
                    )
            except DatabaseError as error:
                structlog.get_logger("hearth.migrations").warning(
                    "search_without_index", reason=str(error).strip(), see="deploy/README.md, How search stays quick"
                )

    def remove(self, apps: Any, schema_editor: Any) -> None:
        """The extension stays: others may use it."""
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX IF EXISTS {self.index}")
