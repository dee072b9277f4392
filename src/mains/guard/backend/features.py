from django.db.backends.postgresql import features


class DatabaseFeatures(features.DatabaseFeatures):
    # Django asks the server, also where checks run without one; Mains needs 18 anyway.
    is_postgresql_18 = True
