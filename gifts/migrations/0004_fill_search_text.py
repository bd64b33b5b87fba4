from django.db import migrations

BATCH = 2000


def fill(apps, schema_editor):
    """The gifts that were there before: their words as they are searched."""
    gifts = apps.get_model("gifts", "Gift").objects.using(schema_editor.connection.alias)
    column = gifts.model._meta.get_field("search_text")
    rows = gifts.filter(search_text="").only("pk", "title", "description").order_by("pk")
    batch = list(rows[:BATCH])
    while batch:
        for gift in batch:
            column.pre_save(gift, add=False)
        gifts.bulk_update(batch, ["search_text"])
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])


class Migration(migrations.Migration):

    dependencies = [("gifts", "0003_table_talk")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
