from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('metering', '0004_estimates'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='reading',
            index=models.Index(condition=models.Q(('quality', 'ESTIMATED'), models.Q(('method', 'SHARE'), _negated=True)), fields=['register', 'period_start'], name='reading_estimated'),
        ),
    ]
