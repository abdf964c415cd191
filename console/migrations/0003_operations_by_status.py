from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('console', '0002_operations_by_kind'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='operation',
            name='console_ope_status_e1b365_idx',
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(fields=['status', 'confirmed_at'], name='operations_by_status'),
        ),
    ]
