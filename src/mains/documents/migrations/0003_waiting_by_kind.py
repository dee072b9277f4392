from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("documents", "0002_waiting_files")]
    operations = [
        AddIndexConcurrently(
            model_name="storedfile",
            index=models.Index(
                condition=models.Q(("expires_at__isnull", False)),
                fields=["kind"],
                name="stored_file_waiting",
            ),
        ),
    ]
