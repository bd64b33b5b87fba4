from django.db import migrations

from config.trigrams import TrigramIndex


class Migration(migrations.Migration):

    dependencies = [("tasks", "0001_what_one_means_to_do")]

    operations = [TrigramIndex(name="task_search_by_trigram", table="tasks_task")]
