from django.urls import path

from mains.api.v1 import accounts, bills, payments, readings, tokens

urlpatterns = [
    path("tokens", tokens.Tokens.as_view()),
    path("accounts", accounts.Accounts.as_view()),
    path("bills", bills.Bills.as_view()),
    path("bills/<str:bill_id>", bills.OneBill.as_view()),
    path("registers", readings.Registers.as_view()),
    path("readings", readings.Readings.as_view()),
    path("payments", payments.Payments.as_view()),
]
