"""A payment document on paper and behind its short link: what it says, and when it says less."""

import io

import pypdf
import pytest

pytestmark = pytest.mark.usefixtures("tenant")


@pytest.fixture(autouse=True)
def unspent():
    from django.core.cache import cache

    cache.clear()


def opened(name="aguaviva", **changed):
    from tests.factories.bills_due import World

    return World(name, **changed)


@pytest.fixture
def world(tenant):
    return opened()


def text_of(pdf: bytes) -> str:
    from tests.factories import bills_due

    return bills_due.text_of(pdf)


class TestByShortLink:
    def page(self, world, made):
        from mains.billing.documents.paying import link_of
        from mains.journeys import guest_payment

        link = link_of(number=world.row(made).number, tenant=world.tenant)
        return guest_payment.open_link(
            tenant=world.tenant,
            code=link.split("/p/")[1],
            visitor="192.0.2.3",
            today=world.today,
        )

    def test_it_tells_what_is_still_owed(self, world):
        made = world.create()
        page = self.page(world, made)
        assert (page.owed.minor, page.is_stale, len(page.bills)) == (world.total, False, 2)

        world.transfer(world.bills[0].number, world.bills[0].total_minor)
        page = self.page(world, made)
        left = world.bills[1].total_minor
        assert (page.owed.minor, page.is_stale, len(page.bills)) == (left, True, 1)

        world.transfer(world.row(made).number, left, key="t2")
        page = self.page(world, made)
        assert (page.owed.minor, page.is_stale, page.bills) == (0, False, ())

    def test_a_credited_and_a_collected_bill_are_told_in_words_only(self, world):
        from mains.billing.documents.paying import link_of
        from mains.billing.models import Bill
        from mains.journeys import crediting, guest_payment

        credited, collected = world.bills
        crediting.credit(
            tenant=world.tenant,
            bill_id=credited.pk,
            reason="wrong meter",
            credited_by="olga",
            actor="staff:1",
            now=world.now,
        )
        Bill.objects.filter(pk=collected.pk).update(collection_date=world.today)
        pages = [
            guest_payment.open_link(
                tenant=world.tenant,
                code=link_of(number=bill.number, tenant=world.tenant).split("/p/")[1],
                visitor="192.0.2.3",
                today=world.today,
            )
            for bill in world.bills
        ]

        assert [(page.is_credited, page.is_collected) for page in pages] == [
            (True, False),
            (False, True),
        ]
        assert [page.bills for page in pages] == [(), ()]

    def test_where_guests_cannot_pay_it_leads_nowhere(self, world):
        from tests.factories import utilities

        from mains.billing.documents.paying import link_of
        from mains.journeys import guest_payment

        made = world.create()
        code = link_of(number=world.row(made).number, tenant=world.tenant).split("/p/")[1]
        payments = utilities.file_of("aguaviva", schema_name="alder").payments
        closed = utilities.configured(
            "aguaviva", payments=payments.model_copy(update={"guest": False})
        )

        with pytest.raises(guest_payment.NotFound):
            guest_payment.open_link(
                tenant=closed, code=code, visitor="192.0.2.3", today=world.today
            )


class TestOnPaper:
    @pytest.mark.seed("S1.22")
    def test_it_holds_every_bill_the_total_the_code_and_the_last_day(self, world):
        made = world.create()
        pdf = world.pdf(made)
        text = text_of(pdf)

        for bill in world.bills:
            assert bill.number in text
        assert f"9{made:010d}" in text
        assert world.texts(made)[2] in text  # Below the barcode.
        assert "18 de noviembre de 2026" in text
        assert f"{world.total // 100},{world.total % 100:02d}" in text.replace("\xa0", " ")

    def test_the_same_bytes_twice_and_others_once_a_bill_is_paid(self, world):
        made = world.create()
        first = world.pdf(made)

        assert world.pdf(made) == first
        world.transfer(world.bills[0].number, world.bills[0].total_minor)
        stale = world.pdf(made)
        assert stale != first
        assert "Parcialmente desfasado" in text_of(stale)
        assert "pagada el 4 de noviembre de 2026" in text_of(stale)

    def test_a_bill_that_was_taken_back_is_told(self, world):
        from mains.journeys import crediting

        made = world.create()
        crediting.credit(
            tenant=world.tenant,
            bill_id=world.bills[0].pk,
            reason="wrong meter",
            credited_by="olga",
            actor="staff:1",
            now=world.now,
        )

        assert "anulada" in text_of(world.pdf(made))

    def test_over_it_has_no_codes_any_more(self, world):
        made = world.create()
        code = world.texts(made)[2]

        expired = text_of(world.pdf(made, later=15))

        assert code not in expired
        assert "era válido hasta" in expired

    def test_it_is_archivable_and_accessible(self, world):
        reader = pypdf.PdfReader(io.BytesIO(world.pdf(world.create())))
        meta = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()

        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert reader.trailer["/Root"]["/Lang"] == "es"
        assert "<pdfaid:part>3</pdfaid:part>" in meta.replace("\n", "")
        assert "<pdfuaid:part>1</pdfuaid:part>" in meta.replace("\n", "")

    @pytest.mark.parametrize("name", ["balta", "teplo", "tavho", "fiamma"])
    def test_each_utility_prints_it_in_its_own_language_with_its_own_codes(self, name):
        from tests.factories import utilities

        from mains.billing.models import Bill

        payments = utilities.file_of(name, schema_name="alder").payments
        world = opened(name, payments=payments.model_copy(update={"payment_documents": True}))
        Bill.objects.update(collection_date=None)
        made = world.create([bill for bill in world.bills if bill.total_minor > 0])

        text = text_of(world.pdf(made))

        assert f"9{made:010d}" in "".join(text.split())
        assert "Payment document" not in text
