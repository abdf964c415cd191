from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('console', '0003_operations_by_status'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='observationrecord',
            index=models.Index(fields=['at', 'cluster'], name='observations_by_time'),
        ),
    ]
