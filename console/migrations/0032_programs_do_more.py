"""A program may be let do all that pages do, and what it asked for once may come to anything."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('console', '0031_pressing_turns'),
    ]

    operations = [
        migrations.AddField(
            model_name='apionce',
            name='what',
            field=models.CharField(
                blank=True, default='', help_text='The model of anything else that came of it.', max_length=32
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='apionce',
            name='what_id',
            field=models.PositiveBigIntegerField(help_text='Its number.', null=True),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='right',
            field=models.CharField(
                choices=[
                    ('view', 'see'),
                    ('operate', 'see and operate'),
                    ('approve', 'see and approve'),
                    ('audit', 'see and read the audit'),
                    ('inventory', 'see and change the inventory'),
                    ('all', 'everything but administering'),
                    ('metrics', 'read metrics, and nothing else'),
                ],
                default='view',
                max_length=12,
            ),
        ),
    ]
