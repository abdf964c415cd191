from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('console', '0012_node_scripts'),
    ]

    operations = [
        migrations.AddField(
            model_name='node',
            name='second_hop',
            field=models.CharField(choices=[('none', 'refused'), ('credssp', 'CredSSP'), ('kerberos', 'Kerberos delegation')], default='none', help_text='How commands there may sign in to a further machine.', max_length=8),
        ),
    ]
