from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_payment_codes"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="einvoice_address",
            field=models.CharField(blank=True, db_default="", max_length=256),
        ),
    ]
