from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('payments', '0003_money_both_ways'),
    ]

    operations = [
        RemoveIndexConcurrently(
            model_name='paymentattempt',
            name='attempt_open',
        ),
        AddIndexConcurrently(
            model_name='gatewayevent',
            index=models.Index(condition=models.Q(('processed_at', None)), fields=['received_at'], name='gateway_event_waits'),
        ),
        AddIndexConcurrently(
            model_name='paymentattempt',
            index=models.Index(condition=models.Q(('state__in', ['CREATED', 'PENDING', 'UNKNOWN', 'NEEDS_CUSTOMER'])), fields=['created_at'], name='attempt_open'),
        ),
        AddIndexConcurrently(
            model_name='paymentattempt',
            index=models.Index(condition=models.Q(('file_name', ''), _negated=True), fields=['file_name'], name='attempt_in_file'),
        ),
    ]
