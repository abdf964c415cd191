"""Observations keep who had the group when that was last known."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("console", "0016_kit_program")]

    operations = [
        migrations.AddField(
            model_name="observationrecord",
            name="held",
            field=models.JSONField(
                default=dict,
                help_text="Who had the group when that was last known, for products whose groups carry names.",
            ),
        ),
    ]
