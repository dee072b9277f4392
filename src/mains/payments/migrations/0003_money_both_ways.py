import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0009_settlement'),
        ('customers', '0007_leave_to_collect'),
        ('payments', '0002_payment_document'),
    ]

    operations = [
        migrations.CreateModel(
            name='BankLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=100)),
                ('bank_account', models.CharField(blank=True, max_length=40)),
                ('file_name', models.CharField(max_length=60)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('booking_date', models.DateField()),
                ('value_date', models.DateField()),
                ('payer_name', models.CharField(blank=True, max_length=160)),
                ('payer_iban', models.CharField(blank=True, max_length=40)),
                ('bank_reference', models.CharField(blank=True, max_length=60)),
                ('end_to_end_id', models.CharField(blank=True, max_length=60)),
                ('mandate_reference', models.CharField(blank=True, max_length=60)),
                ('remittance', models.CharField(blank=True, max_length=140)),
                ('text', models.TextField(blank=True)),
                ('return_reason', models.CharField(blank=True, max_length=4)),
                ('state', models.CharField(choices=[('OPEN', 'Open'), ('BOOKED', 'Booked'), ('SET_ASIDE', 'Set Aside')], max_length=10)),
                ('imported_at', models.DateTimeField()),
                ('handled_by', models.CharField(blank=True, max_length=120)),
                ('handled_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='allocation',
            name='allocation_positive',
        ),
        migrations.RemoveConstraint(
            model_name='payment',
            name='payment_positive',
        ),
        migrations.RemoveConstraint(
            model_name='paymentattempt',
            name='attempt_positive',
        ),
        migrations.AddField(
            model_name='gatewayevent',
            name='company',
            field=models.CharField(db_default='', max_length=30),
        ),
        migrations.AddField(
            model_name='payment',
            name='kind',
            field=models.CharField(choices=[('RECEIPT', 'Receipt'), ('REFUND', 'Refund'), ('CHARGEBACK', 'Chargeback')], db_default='RECEIPT', max_length=10),
        ),
        migrations.AddField(
            model_name='payment',
            name='reverses',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='payments.payment'),
        ),
        migrations.AddField(
            model_name='payment',
            name='suspense_minor',
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='collection_date',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='fee_minor',
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='file_name',
            field=models.CharField(blank=True, db_default='', max_length=60),
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='mandate',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='customers.mandate'),
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='page_fields',
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='refunds',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refund_attempts', to='payments.payment'),
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='sequence',
            field=models.CharField(blank=True, db_default='', max_length=4),
        ),
        migrations.AlterField(
            model_name='paymentattempt',
            name='state',
            field=models.CharField(choices=[('CREATED', 'Created'), ('PENDING', 'Pending'), ('UNKNOWN', 'Unknown'), ('NEEDS_CUSTOMER', 'Needs Customer'), ('SUCCEEDED', 'Succeeded'), ('FAILED', 'Failed'), ('EXPIRED', 'Expired'), ('REFUNDED', 'Refunded'), ('CHARGED_BACK', 'Charged Back')], max_length=14),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='allocation_not_zero'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('suspense_minor', 0), models.Q(('suspense_minor__gt', 0), ('suspense_minor__lte', models.F('amount_minor'))), _connector='OR'), name='payment_suspense_within'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_minor__gt', 0), ('kind', 'RECEIPT'), ('reverses', None)), models.Q(models.Q(('kind', 'RECEIPT'), _negated=True), ('reverses__isnull', False), models.Q(('amount_minor', 0), _negated=True)), _connector='OR'), name='payment_positive'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['RECEIPT', 'REFUND', 'CHARGEBACK'])), name='payment_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', models.F('fee_minor')), ('fee_minor__gte', 0)), name='attempt_positive'),
        ),
        migrations.AddField(
            model_name='bankline',
            name='company',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.company'),
        ),
        migrations.AddField(
            model_name='bankline',
            name='payment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bank_lines', to='payments.payment'),
        ),
        migrations.AddIndex(
            model_name='bankline',
            index=models.Index(condition=models.Q(('state', 'OPEN')), fields=['booking_date'], name='bank_line_open'),
        ),
        migrations.AddIndex(
            model_name='bankline',
            index=models.Index(fields=['file_name'], name='bank_line_of_file'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.UniqueConstraint(fields=('company', 'key'), name='bank_line_once'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='bank_line_not_zero'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['OPEN', 'BOOKED', 'SET_ASIDE'])), name='bank_line_state_known'),
        ),
    ]
