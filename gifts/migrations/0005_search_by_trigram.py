from django.db import migrations

from config.trigrams import TrigramIndex


class Migration(migrations.Migration):

    dependencies = [("gifts", "0004_fill_search_text")]

    operations = [TrigramIndex(name="gift_search_by_trigram", table="gifts_gift")]
