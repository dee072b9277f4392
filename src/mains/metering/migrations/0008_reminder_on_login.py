from django.db import migrations

# Who asked to be reminded says so on the login: a table less in every tenant.
_MOVE = """
update identity_user u set reading_reminder_at = r.asked_at
from metering_readingreminder r where r.user_id = u.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0004_reading_reminder'),
        ('metering', '0007_counts_down'),
    ]

    operations = [
        migrations.RunSQL(_MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel(name='ReadingReminder'),
    ]
