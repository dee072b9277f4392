"""A row or a query of one tenant is good for nothing in another."""

import pytest
from django.db.models import Exists, Max

from mains.guard import context

pytestmark = pytest.mark.usefixtures("tenant")

A = "alder"
ELSEWHERE = ["birch", "public"]


@pytest.fixture
def user(tenant):
    from allauth.account.models import EmailAddress

    from mains.identity.models import User

    # A key that nobody else has: other tests leave staff in public.
    made = User.objects.create(pk=900_001, email="anna@alder.example", name="Anna")
    EmailAddress.objects.create(user=made, email=made.email, primary=True)
    return User.objects.get(pk=made.pk)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
class TestRows:
    def refuses(self, elsewhere, act):
        with context.inside(elsewhere), pytest.raises(context.WrongTenant):
            act()

    def test_are_not_saved_elsewhere(self, user, elsewhere):
        self.refuses(elsewhere, user.save)
        self.refuses(elsewhere, lambda: user.save(update_fields=["name"]))

    def test_are_not_deleted_elsewhere(self, user, elsewhere):
        self.refuses(elsewhere, user.delete)

    def test_are_not_refreshed_elsewhere(self, user, elsewhere):
        self.refuses(elsewhere, user.refresh_from_db)

    def test_lead_nowhere_elsewhere(self, user, elsewhere):
        from allauth.account.models import EmailAddress

        address = EmailAddress.objects.get(user_id=user.pk)
        self.refuses(elsewhere, lambda: address.user)
        self.refuses(elsewhere, lambda: list(user.emailaddress_set.all()))
        self.refuses(elsewhere, lambda: user.emailaddress_set.create(email="x@y.example"))

    def test_have_no_rights_elsewhere(self, user, elsewhere):
        self.refuses(elsewhere, lambda: user.has_perm("x"))
        self.refuses(elsewhere, lambda: user.has_perms(["x"]))
        self.refuses(elsewhere, lambda: user.has_module_perms("x"))
        self.refuses(elsewhere, user.get_all_permissions)

    def test_are_not_bulk_saved_elsewhere(self, user, elsewhere):
        from mains.identity.models import User

        self.refuses(elsewhere, lambda: User.objects.bulk_update([user], ["name"]))
        self.refuses(elsewhere, lambda: User.objects.bulk_create([user], ignore_conflicts=True))

    def test_are_no_value_to_look_for_elsewhere(self, user, elsewhere):
        from allauth.account.models import EmailAddress

        self.refuses(elsewhere, lambda: EmailAddress.objects.filter(user=user))
        self.refuses(elsewhere, lambda: EmailAddress.objects.filter(user__in=[user]))
        self.refuses(elsewhere, lambda: EmailAddress.objects.exclude(user=user))

    def test_are_not_prefetched_for_elsewhere(self, user, elsewhere):
        from django.db.models import prefetch_related_objects

        self.refuses(elsewhere, lambda: prefetch_related_objects([user], "emailaddress_set"))

    def test_are_no_related_value_elsewhere(self, user, elsewhere):
        from allauth.account.models import EmailAddress

        self.refuses(
            elsewhere,
            lambda: EmailAddress.objects.create(user=user, email="other@alder.example"),
        )

    def test_stay_as_they_were(self, user, elsewhere):
        from mains.identity.models import User

        user.name = "Eve"
        with context.inside(elsewhere), pytest.raises(context.WrongTenant):
            user.save()
        assert User.objects.get(pk=user.pk).name == "Anna"
        with context.inside(elsewhere):
            assert not User.objects.filter(name__in=["Anna", "Eve"]).exists()


@pytest.mark.parametrize("schema_name", [A, "public"])
def test_deleting_a_user_works_at_home(schema_name):
    from allauth.account.models import EmailAddress

    from mains.identity.models import User

    with context.inside(schema_name):
        user = User.objects.create(email="gone@example.org")
        EmailAddress.objects.create(user=user, email=user.email)
        user.delete()
        assert not User.objects.filter(email="gone@example.org").exists()
        assert not EmailAddress.objects.filter(email="gone@example.org").exists()


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize("elsewhere", ELSEWHERE)
class TestQueries:
    @pytest.mark.parametrize(
        "run",
        [
            list,
            len,
            bool,
            lambda query: query.count(),
            lambda query: query.exists(),
            lambda query: query.first(),
            lambda query: query.get(),
            lambda query: query.aggregate(latest=Max("pk")),
            lambda query: query.update(name="Eve"),
            lambda query: query.delete(),
            lambda query: list(query.values("name")),
            lambda query: list(query.iterator(chunk_size=1)),
            lambda query: list(query.filter(pk__gt=0).order_by("name")),
            lambda query: list(query.prefetch_related("emailaddress_set")),
            lambda query: query.in_bulk(),
            lambda query: list(query.union(query.all())),
            lambda query: query.explain(),
        ],
    )
    def test_do_not_run_elsewhere(self, elsewhere, run):
        from mains.identity.models import User

        query = User.objects.filter(name="Anna")
        with context.inside(elsewhere), pytest.raises(context.WrongTenant):
            run(query)

    def test_half_read_ones_stop_elsewhere(self, elsewhere):
        from mains.identity.models import User

        User.objects.create(email="second@alder.example", name="Second")
        rows = User.objects.order_by("pk").iterator(chunk_size=1)
        next(rows)
        with context.inside(elsewhere), pytest.raises(context.WrongTenant):
            next(rows)

    def test_are_no_part_of_one_elsewhere(self, elsewhere):
        from allauth.account.models import EmailAddress

        from mains.identity.models import User

        inner = User.objects.filter(name="Anna")
        with context.inside(elsewhere), pytest.raises(context.WrongTenant):
            list(EmailAddress.objects.filter(user__in=inner))
        with context.inside(elsewhere), pytest.raises(context.WrongTenant):
            list(User.objects.filter(Exists(inner)))


def test_prefetching_stays_at_home(user):
    from mains.identity.models import User

    found = User.objects.prefetch_related("emailaddress_set").get(pk=user.pk)
    assert [address.email for address in found.emailaddress_set.all()] == [user.email]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_control_without_stamps_a_query_runs_anywhere(user, elsewhere):
    from mains.guard import stamps
    from mains.identity.models import User

    stamps.uninstall()
    try:
        query = User.objects.filter(name="Anna")
        with context.inside(elsewhere):
            assert list(query) == []
    finally:
        stamps.install()


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_control_without_stamps_a_row_reaches_its_namesake(user, elsewhere):
    from mains.guard import stamps
    from mains.identity.models import User

    with context.inside(elsewhere):
        User.objects.create(pk=user.pk, email="namesake@example.org", name="Namesake")
    stamps.uninstall()
    try:
        with context.inside(elsewhere):
            user.name = "Eve"
            User.objects.bulk_update([user], ["name"])
            assert User.objects.get(pk=user.pk).name == "Eve"
    finally:
        stamps.install()
