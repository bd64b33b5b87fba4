from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    Claim, Gift = apps.get_model("gifts", "Claim"), apps.get_model("gifts", "Gift")
    gift = Gift._base_manager.filter(items=OuterRef("item"))
    Claim._base_manager.filter(status="gifted").update(
        given_title=Subquery(gift.values("title")[:1]), given_image_url=Subquery(gift.values("image_url")[:1])
    )


class Migration(migrations.Migration):
    """What has been given so far is told in the words of today."""

    dependencies = [("gifts", "0006_given_words_and_hidden_since")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
