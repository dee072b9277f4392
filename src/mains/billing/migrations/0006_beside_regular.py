from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('billing', '0005_kinds'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='bill',
            index=models.Index(condition=models.Q(('kind', 'REGULAR'), _negated=True), fields=['account'], name='bill_beside_regular'),
        ),
    ]
