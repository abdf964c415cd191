"""Readiness and its history, maintenance windows with the moves that begin in them, and who looks after incidents."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('console', '0032_programs_do_more'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='cluster',
            name='readiness_least',
            field=models.PositiveSmallIntegerField(default=80, help_text='A readiness below this is told; 0: only checks that fail.'),
        ),
        migrations.AddField(
            model_name='cluster',
            name='windows_required',
            field=models.BooleanField(default=False, help_text='A failover or failback needs a maintenance window that is open.'),
        ),
        migrations.CreateModel(
            name='ReadinessRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.PositiveSmallIntegerField(help_text='0 to 100; empty: nothing could be checked.', null=True)),
                ('state', models.CharField(help_text='ready, asks, not-ready or unknown.', max_length=12)),
                ('weak', models.JSONField(default=list, help_text='What keeps it below 100: [[key, about, verdict]...].')),
                ('since', models.DateTimeField(help_text='Since when it has been so.')),
                ('kept_at', models.DateTimeField(help_text='When the last row of its history was written.')),
                ('told', models.JSONField(default=list, help_text='Troubles that were told outside and are not over.')),
                ('suspected', models.JSONField(default=list, help_text='Troubles that were seen once.')),
                ('cluster', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='readiness', to='console.cluster')),
            ],
            options={
                'ordering': ['cluster_id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='IncidentCare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by_name', models.CharField(help_text='Who said it.', max_length=150)),
                ('owner_name', models.CharField(help_text='Who looks after it.', max_length=150)),
                ('reason', models.TextField()),
                ('until', models.DateTimeField(blank=True, help_text='Laid by until then; empty: only taken on.', null=True)),
                ('over_at', models.DateTimeField(blank=True, help_text='When it held no longer.', null=True)),
                ('alarm', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cares', to='console.alarm')),
                ('cluster', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='console.cluster')),
                ('operation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cares', to='console.operation')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['over_at', 'until'], name='console_inc_over_at_35e003_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('alarm__isnull', True), ('operation__isnull', False)), models.Q(('alarm__isnull', False), ('operation__isnull', True)), _connector='OR'), name='care_of_one_incident'), models.UniqueConstraint(condition=models.Q(('over_at__isnull', True)), fields=('alarm',), name='one_care_of_an_alarm'), models.UniqueConstraint(condition=models.Q(('over_at__isnull', True)), fields=('operation',), name='one_care_of_an_operation')],
            },
        ),
        migrations.CreateModel(
            name='MaintenanceWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('weekly', models.BooleanField(default=False, help_text='Again every week at the same hours.')),
                ('until', models.DateField(blank=True, help_text='The last day on which a weekly one opens.', null=True)),
                ('reason', models.TextField()),
                ('owner_name', models.CharField(help_text='Who answers for it.', max_length=150)),
                ('made_at', models.DateTimeField()),
                ('made_by_name', models.CharField(max_length=150)),
                ('ended_at', models.DateTimeField(blank=True, help_text='When somebody ended it before its time.', null=True)),
                ('ended_by_name', models.CharField(blank=True, max_length=150)),
                ('end_reason', models.TextField(blank=True)),
                ('cluster', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='windows', to='console.cluster')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='windows', to='console.site')),
            ],
            options={
                'ordering': ['starts_at', 'pk'],
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('cluster__isnull', True), ('site__isnull', False)), models.Q(('cluster__isnull', False), ('site__isnull', True)), _connector='OR'), name='window_of_one_place'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='window_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='ReadinessChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('score', models.PositiveSmallIntegerField(null=True)),
                ('state', models.CharField(max_length=12)),
                ('weak', models.JSONField(default=list)),
                ('cluster', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readiness_changes', to='console.cluster')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['cluster', '-at'], name='console_rea_cluster_4d194b_idx')],
            },
        ),
        migrations.CreateModel(
            name='ScheduledMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=32)),
                ('target', models.CharField(blank=True, help_text='Node asked for; empty: the one by design.', max_length=64)),
                ('at', models.DateTimeField(help_text='When it begins; never much later.')),
                ('reason', models.TextField()),
                ('ticket', models.CharField(blank=True, max_length=64)),
                ('asked_by_name', models.CharField(max_length=150)),
                ('made_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'waits for its time'), ('planning', 'is checked and planned'), ('started', 'started'), ('given-up', 'given up'), ('cancelled', 'cancelled')], default='waiting', max_length=12)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.TextField(blank=True, help_text='What became of it, in a sentence.')),
                ('reasons', models.JSONField(blank=True, default=list, help_text='Why it was given up: [{text, remedy}...].')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cluster', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scheduled_moves', to='console.cluster')),
                ('operation', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='scheduled', to='console.operation')),
                ('plan', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='scheduled', to='console.planrecord')),
            ],
            options={
                'ordering': ['at', 'pk'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['state', 'at'], name='console_sch_state_5773b3_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'planning'])), fields=('cluster', 'at'), name='one_move_at_a_time')],
            },
        ),
    ]
