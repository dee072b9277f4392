import django.contrib.postgres.constraints
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0006_einvoice_address'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='mandate',
            name='mandate_ends_after_start',
        ),
        migrations.RemoveConstraint(
            model_name='mandate',
            name='mandate_no_overlap',
        ),
        migrations.AddField(
            model_name='company',
            name='books_open_from',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='mandate',
            name='card',
            field=models.CharField(blank=True, db_default='', max_length=120),
        ),
        migrations.AddField(
            model_name='mandate',
            name='card_label',
            field=models.CharField(blank=True, db_default='', max_length=40),
        ),
        migrations.AddField(
            model_name='mandate',
            name='card_until',
            field=models.CharField(blank=True, db_default='', max_length=7),
        ),
        migrations.AddField(
            model_name='mandate',
            name='confirmed',
            field=models.BooleanField(db_default=True),
        ),
        migrations.AddField(
            model_name='mandate',
            name='end_reason',
            field=models.CharField(blank=True, db_default='', max_length=20),
        ),
        migrations.AddField(
            model_name='mandate',
            name='gateway',
            field=models.CharField(blank=True, db_default='', max_length=30),
        ),
        migrations.AddField(
            model_name='mandate',
            name='limit_minor',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='mandate',
            name='page_reference',
            field=models.CharField(blank=True, db_default='', max_length=120),
        ),
        migrations.AddField(
            model_name='mandate',
            name='paused_until',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='mandate',
            name='scheme',
            field=models.CharField(choices=[('CORE', 'Core'), ('B2B', 'B2B'), ('CARD', 'Card')], db_default='CORE', max_length=4),
        ),
        migrations.AddField(
            model_name='mandate',
            name='old_iban',
            field=models.CharField(blank=True, db_default='', max_length=34),
        ),
        migrations.AlterField(
            model_name='mandate',
            name='iban',
            field=models.CharField(blank=True, max_length=34),
        ),
        migrations.AddConstraint(
            model_name='company',
            constraint=models.CheckConstraint(condition=models.Q(('books_open_from', None), ('books_open_from__day', 1), _connector='OR'), name='company_books_by_month'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('end_date', None), ('end_date__gte', models.F('start_date')), _connector='OR'), name='mandate_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('confirmed', True)), expressions=[('account', '='), (models.Func(models.F('start_date'), models.F('end_date'), models.Value('[)'), function='daterange', output_field=models.DateField()), '&&')], name='mandate_no_overlap'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('scheme__in', ['CORE', 'B2B', 'CARD'])), name='mandate_scheme'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('limit_minor', None), ('limit_minor__gt', 0), _connector='OR'), name='mandate_limit_positive'),
        ),
    ]
