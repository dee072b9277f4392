from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_budget"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="einvoice_address",
            field=models.CharField(blank=True, db_default="", max_length=256),
        ),
    ]
