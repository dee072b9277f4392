from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0006_latest_payments'),
    ]

    operations = [
        migrations.AddField(
            model_name='paymentattempt',
            name='key_place',
            field=models.CharField(blank=True, db_default='', max_length=200),
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='merchant_account',
            field=models.CharField(blank=True, db_default='', max_length=60),
        ),
    ]
