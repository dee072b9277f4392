from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0009_settlement'),
    ]

    operations = [
        migrations.AddField(
            model_name='bill',
            name='collection_hold',
            field=models.CharField(blank=True, db_default='', max_length=12),
        ),
    ]
