"""An observation that something waits for is told from one whose turn has come."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('console', '0030_notifications'),
    ]

    operations = [
        migrations.AddField(
            model_name='observationturn',
            name='pressing',
            field=models.BooleanField(
                default=False, help_text='Something waits for it: nodes that did not answer are asked too.'
            ),
        ),
    ]
