"""A token may be made to administer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("console", "0037_channel_secret_before")]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="right",
            field=models.CharField(
                choices=[
                    ("view", "see"),
                    ("operate", "see and operate"),
                    ("approve", "see and approve"),
                    ("audit", "see and read the audit"),
                    ("inventory", "see and change the inventory"),
                    ("all", "everything but administering"),
                    ("administer", "see and administer"),
                    ("metrics", "read metrics, and nothing else"),
                ],
                default="view",
                max_length=12,
            ),
        ),
    ]
