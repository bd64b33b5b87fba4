import structlog
from django.db import DatabaseError, migrations, transaction

INDEX = "task_search_by_trigram"
SCHEMA_OF_EXTENSION = """
    SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
    WHERE extname = 'pg_trgm'
"""


def build(apps, schema_editor):
    """On PostgreSQL: the index that finds a few letters within a text, as for gifts.

    A role that may not create the extension gets a warning and no index.
    """
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        try:
            with transaction.atomic(using=schema_editor.connection.alias):
                cursor.execute("SET LOCAL statement_timeout = 0")
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                cursor.execute(SCHEMA_OF_EXTENSION)
                (schema,) = cursor.fetchone()
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS {INDEX} ON tasks_task USING gin (search_text {schema}.gin_trgm_ops)"
                )
        except DatabaseError as error:
            structlog.get_logger("hearth.migrations").warning(
                "search_without_index", reason=str(error).strip(), see="deploy/README.md, How search stays quick"
            )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {INDEX}")


class Migration(migrations.Migration):

    dependencies = [("tasks", "0001_what_one_means_to_do")]

    operations = [migrations.RunPython(build, remove)]
