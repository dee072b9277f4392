from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0007_leave_to_collect'),
    ]

    operations = [
        migrations.AddField(
            model_name='mandate',
            name='key_place',
            field=models.CharField(blank=True, db_default='', max_length=200),
        ),
        migrations.AddField(
            model_name='mandate',
            name='merchant_account',
            field=models.CharField(blank=True, db_default='', max_length=60),
        ),
    ]
