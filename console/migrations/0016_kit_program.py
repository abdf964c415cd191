"""Whether a node has the program that applies its kit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("console", "0015_diagnoses"),
    ]

    operations = [
        migrations.AddField(
            model_name="nodekit",
            name="has_ldifde",
            field=models.BooleanField(help_text="Whether it can be applied there; none: not known.", null=True),
        ),
    ]
