from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('console', '0006_durable'),
    ]

    operations = [
        migrations.AddField(
            model_name='observationturn',
            name='asked_at',
            field=models.DateTimeField(blank=True, help_text='When an observation was last asked for.', null=True),
        ),
        migrations.AddField(
            model_name='observationturn',
            name='taken_at',
            field=models.DateTimeField(blank=True, help_text='When a worker last took one up.', null=True),
        ),
    ]
