from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponseBase
from django.urls import path
from django.utils import translation
from rest_framework.views import APIView

from mains.api.v1 import (
    accounts,
    autopay,
    bill_delivery,
    bill_documents,
    bill_downloads,
    bill_explanations,
    bills,
    consumption,
    energy_audit,
    guest_readings,
    interval_use,
    links,
    many_readings,
    me,
    next_bills,
    payment_documents,
    payment_report,
    payments,
    people,
    readings,
    statements,
    tokens,
    ways_to_pay,
)


def english(view: type[APIView]) -> Callable[..., HttpResponseBase]:
    """
    Have a view answer in one language, whoever asks: else the library's errors come in another.
    """
    answer = view.as_view()

    @wraps(answer)
    def spoken(request: Any, *parts: Any, **named: Any) -> HttpResponseBase:
        with translation.override("en"):
            response = answer(request, *parts, **named)
        response.headers["Content-Language"] = "en"
        return response

    return spoken


urlpatterns = [
    path("me", english(me.MyLogin)),
    path("me/password", english(me.MyPassword)),
    path("me/sessions", english(me.MySessions)),
    path("tokens", english(tokens.Tokens)),
    path("accounts", english(accounts.Accounts)),
    path("accounts/links", english(links.Links)),
    path("accounts/links/code", english(links.LinkCodes)),
    path("accounts/<str:account_id>/delivery", english(bill_delivery.BillDelivery)),
    path("accounts/<str:account_id>/link", english(links.OneLink)),
    path("accounts/<str:account_id>/statement", english(statements.AccountStatement)),
    path("accounts/<str:account_id>/standing", english(statements.AccountStanding)),
    path("accounts/<str:account_id>/people", english(people.People)),
    path("accounts/<str:account_id>/autopay", english(autopay.Autopay)),
    path("accounts/<str:account_id>/people/<str:person_id>", english(people.OnePerson)),
    path("accounts/<str:account_id>/access-log", english(people.AccessLog)),
    path("invitations", english(people.Invitations)),
    path("bills", english(bills.Bills)),
    path("bills/<str:bill_id>", english(bills.OneBill)),
    path("bills/<str:bill_id>/explanation", english(bill_explanations.BillExplanation)),
    path(
        "bills/<str:bill_id>/documents/<slug:document>",
        english(bill_documents.BillDocument),
    ),
    path("registers", english(readings.Registers)),
    path("readings", english(readings.Readings)),
    path("readings/batch", english(many_readings.ManyReadings)),
    path("consumption", english(consumption.Consumption)),
    path("consumption/intervals", english(interval_use.IntervalUse)),
    path("consumption/green-button", english(interval_use.GreenButton)),
    path("consumption/audit", english(energy_audit.EnergyAudit)),
    path("guest-readings", english(guest_readings.GuestReadings)),
    path("guest-readings/proofs", english(guest_readings.Proofs)),
    path("guest-readings/proofs/code", english(guest_readings.ProofCodes)),
    path("next-bills", english(next_bills.NextBills)),
    path("payments", english(payments.Payments)),
    path("payments/ways", english(ways_to_pay.Ways)),
    path("payment-report", english(payment_report.PaymentReport)),
    path("bill-downloads", english(bill_downloads.BillDownloads)),
    path("bill-downloads/<str:download_id>", english(bill_downloads.OneBillDownload)),
    path("payment-documents", english(payment_documents.PaymentDocuments)),
    path("payment-documents/<str:document_id>", english(payment_documents.OnePaymentDocument)),
]
