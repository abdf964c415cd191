"""The marks of a long journal are found without reading its output."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('console', '0033_readiness_windows_incidents'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='journalline',
            index=models.Index(fields=['operation', 'kind', 'seq'], name='journal_by_kind'),
        ),
    ]
