"""Rules of approval, approvals that were asked for, and what was said to them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('console', '0023_audit_segment_0'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plan_hash', models.CharField(help_text='The hash of the plan that is approved.', max_length=64)),
                ('state', models.CharField(choices=[('pending', 'waits for an approval'), ('approved', 'approved'), ('denied', 'denied'), ('withdrawn', 'withdrawn'), ('expired', 'expired'), ('void', 'void'), ('used', 'approved and started'), ('overridden', 'started in an emergency')], default='pending', max_length=16)),
                ('requested_by_name', models.CharField(max_length=150)),
                ('reason', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(help_text='Approved or not, it is not started after this.')),
                ('decided_by_name', models.CharField(blank=True, max_length=150)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision', models.TextField(blank=True, help_text='Why it was denied, withdrawn or overridden, or became void.')),
                ('renewed_hash', models.CharField(blank=True, max_length=64)),
                ('renewal', models.JSONField(blank=True, default=dict, help_text='What was found different when it was made again.')),
            ],
            options={
                'ordering': ['-pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ApprovalRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=32)),
                ('needed', models.PositiveSmallIntegerField(default=1, help_text='How many have to approve; 0: none.')),
                ('starts', models.CharField(choices=[('requester', 'who asked for it'), ('approver', 'one of those who approved it'), ('either', 'either of them')], default='requester', max_length=16)),
                ('valid_minutes', models.PositiveIntegerField(default=240, help_text='How long what is asked for stands.')),
                ('override_roles', models.JSONField(blank=True, default=list, help_text='Roles that may start it in an emergency without an approval.')),
            ],
            options={
                'ordering': ['cluster', 'kind'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ApprovalVote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_name', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
                ('note', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='planrecord',
            name='renews',
            field=models.ForeignKey(blank=True, help_text='The plan for which an approval was asked, and that expired: this one is the same, made again.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='renewals', to='console.planrecord'),
        ),
        migrations.AddField(
            model_name='approval',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='approval',
            name='operation',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='approval', to='console.operation'),
        ),
        migrations.AddField(
            model_name='approval',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='approvals', to='console.planrecord'),
        ),
        migrations.AddField(
            model_name='approval',
            name='renewed_plan',
            field=models.ForeignKey(blank=True, help_text='The plan that was made again after the approved one had expired, and was found to be the same.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='renewed_approvals', to='console.planrecord'),
        ),
        migrations.AddField(
            model_name='approval',
            name='requested_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='approvalrule',
            name='cluster',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='approval_rules', to='console.cluster'),
        ),
        migrations.AddField(
            model_name='approvalvote',
            name='approval',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='console.approval'),
        ),
        migrations.AddField(
            model_name='approvalvote',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(fields=['state', 'expires_at'], name='console_app_state_c9570d_idx'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['pending', 'approved'])), fields=('plan',), name='one_open_approval_per_plan'),
        ),
        migrations.AddConstraint(
            model_name='approvalrule',
            constraint=models.UniqueConstraint(fields=('cluster', 'kind'), name='one_approval_rule_per_kind'),
        ),
        migrations.AddConstraint(
            model_name='approvalrule',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('takeover', 'start')), _negated=True), name='no_approval_before_a_takeover'),
        ),
        migrations.AddConstraint(
            model_name='approvalrule',
            constraint=models.CheckConstraint(condition=models.Q(('needed__lte', 3)), name='approvals_needed_bounded'),
        ),
        migrations.AddConstraint(
            model_name='approvalrule',
            constraint=models.CheckConstraint(condition=models.Q(('valid_minutes__gte', 1)), name='approval_stands_for_a_while'),
        ),
        migrations.AddConstraint(
            model_name='approvalvote',
            constraint=models.UniqueConstraint(fields=('approval', 'by'), name='one_vote_per_person'),
        ),
    ]
