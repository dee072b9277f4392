from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('customers', '0007_leave_to_collect'),
        ('payments', '0004_what_waits'),
    ]

    operations = [
        migrations.AddField(
            model_name='bankline',
            name='counters',
            field=models.CharField(blank=True, db_default='', max_length=30),
        ),
        migrations.AddField(
            model_name='bankline',
            name='entry_reference',
            field=models.CharField(blank=True, db_default='', max_length=60),
        ),
        migrations.AddField(
            model_name='bankline',
            name='note',
            field=models.CharField(blank=True, db_default='', max_length=200),
        ),
        migrations.AddField(
            model_name='bankline',
            name='payout_of',
            field=models.CharField(blank=True, db_default='', max_length=30),
        ),
        migrations.AddField(
            model_name='bankline',
            name='way',
            field=models.CharField(blank=True, db_default='', max_length=12),
        ),
        migrations.AddField(
            model_name='bankline',
            name='why',
            field=models.JSONField(db_default=[], default=list),
        ),
        AddIndexConcurrently(
            model_name='bankline',
            index=models.Index(condition=models.Q(('entry_reference', ''), _negated=True), fields=['entry_reference'], name='bank_line_of_entry'),
        ),
        AddIndexConcurrently(
            model_name='bankline',
            index=models.Index(condition=models.Q(('payer_iban', ''), _negated=True), fields=['payer_iban'], name='bank_line_payer'),
        ),
    ]
