from django.urls import path

from mains.portal.bills import views as bills
from mains.portal.home import views as home
from mains.portal.joining import views as joining
from mains.portal.payments import views as payments
from mains.portal.readings import views as readings

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("me/", home.me, name="me"),
    path("help/", home.help_page, name="help"),
    path("join/", joining.facts, name="join"),
    path("join/sent/", joining.sent, name="join-sent"),
    path("join/<str:token>/", joining.confirm, name="join-confirm"),
    path("bills/", bills.all_bills, name="bills"),
    path("bills/<int:bill_id>/", bills.one_bill, name="bill"),
    path("bills/<int:bill_id>/bill.pdf", bills.document, name="bill-pdf"),
    path("find/", payments.find, name="find"),
    path("pay/", payments.choose, name="pay"),
    path("pay/start/", payments.start, name="pay-start"),
    path("pay/result/<str:token>/", payments.result, name="pay-result"),
    path("payments/", payments.history, name="payments"),
    path("readings/", readings.enter, name="readings"),
    path("readings/sent/", readings.sent, name="readings-sent"),
]
