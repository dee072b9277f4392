from django.db import migrations

_CARRIED_OVER = """
update customers_company c set books_open_from = closed.open_from
from (select company_id, (max(month) + interval '1 month')::date as open_from
      from ledger_closing group by company_id) closed
where closed.company_id = c.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ("customers", "0007_leave_to_collect"),
        ("ledger", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(_CARRIED_OVER, migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name='closing',
            name='closing_once',
        ),
        migrations.RemoveConstraint(
            model_name='closing',
            name='closing_first_of_month',
        ),
        migrations.DeleteModel(
            name='Closing',
        ),
    ]
