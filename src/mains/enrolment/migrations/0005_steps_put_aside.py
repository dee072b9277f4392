from django.db import migrations, models

_MOVED = """
INSERT INTO enrolment_signup (token_hash, email, name, username, language, password, customer_type,
    evidence, authority, consents, answers, created_at, expires_at)
SELECT token_hash, coalesce(answers->>'email', ''), '', '', '', '', 'private', '[]', '', '[]',
    answers - 'email', expires_at, expires_at
FROM enrolment_savedsignup
"""


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0004_chosen_contracts"),
    ]

    operations = [
        migrations.AddField(
            model_name="signup",
            name="answers",
            field=models.JSONField(null=True),
        ),
        migrations.RunSQL(_MOVED, migrations.RunSQL.noop),
        migrations.DeleteModel(name="SavedSignUp"),
    ]
