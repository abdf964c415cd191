"""A drill: a planned failover and the failback after it, undertaken as one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('console', '0034_journal_by_kind'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Drill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('there', 'on the way there'), ('resting', 'resting on the other node'), ('back', 'on the way back'), ('succeeded', 'succeeded'), ('failed', 'failed'), ('ended', 'ended early')], default='there', max_length=16)),
                ('home', models.CharField(help_text='The node that had the group, and is to have it in the end.', max_length=64)),
                ('away', models.CharField(help_text='The node that it is moved to.', max_length=64)),
                ('reason', models.TextField()),
                ('ticket', models.CharField(blank=True, max_length=64)),
                ('rest_seconds', models.PositiveIntegerField(blank=True, help_text='How long it rests there; none: until somebody has it go back.', null=True)),
                ('begun_at', models.DateTimeField()),
                ('begun_by_name', models.CharField(max_length=150)),
                ('origin', models.CharField(max_length=16)),
                ('rested_at', models.DateTimeField(blank=True, help_text='When the rest there began.', null=True)),
                ('back_at', models.DateTimeField(blank=True, help_text='When it goes back by itself.', null=True)),
                ('back_by_name', models.CharField(blank=True, max_length=150)),
                ('waits', models.TextField(blank=True, help_text='Why a person is needed for the way back.')),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ending', models.TextField(blank=True, help_text='One sentence: how it ended, and why.')),
                ('back', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='drills_back', to='console.operation')),
                ('back_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('back_plan', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='console.planrecord')),
                ('begun_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cluster', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='drills', to='console.cluster')),
                ('there', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='drills_there', to='console.operation')),
                ('there_plan', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='console.planrecord')),
            ],
            options={
                'ordering': ['-pk'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['cluster', '-begun_at'], name='drill_by_cluster')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['there', 'resting', 'back'])), fields=('cluster',), name='one_open_drill_per_cluster')],
            },
        ),
    ]
