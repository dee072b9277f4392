from django.urls import path

from mains.portal import specimens
from mains.portal.accounts import contracts, delivery, linking, people
from mains.portal.accounts import views as accounts
from mains.portal.autopay import bill as collection
from mains.portal.autopay import views as autopay
from mains.portal.bills import downloads, letters, machine_bills
from mains.portal.bills import views as bills
from mains.portal.home import access, me
from mains.portal.home import views as home
from mains.portal.joining import confirming, sent
from mains.portal.joining import views as joining
from mains.portal.legal import renewing
from mains.portal.legal import views as legal
from mains.portal.next_bill import views as next_bill
from mains.portal.payments import bills_due, finding, onward, statement, statement_report
from mains.portal.payments import views as payments
from mains.portal.privacy import closing
from mains.portal.privacy import views as privacy
from mains.portal.readings import cards, guest, keeping, photos, telling, windows
from mains.portal.readings import views as readings
from mains.portal.readings.many import views as many
from mains.portal.support import views as support
from mains.portal.usage import audit
from mains.portal.usage import views as usage

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("me/", me.me, name="me"),
    path("me/access/", access.access, name="access"),
    path("me/data/", privacy.data, name="data"),
    path("me/data/<int:job_id>/", privacy.download, name="data-download"),
    path("me/data/paper/<int:account_id>/", privacy.paper, name="paper"),
    path("me/data/news/", privacy.news, name="news"),
    path("me/close/", closing.close, name="close"),
    path("me/closed/", closing.closed, name="closed"),
    path("me/terms/", renewing.terms, name="terms"),
    path("me/terms/decline/", renewing.decline, name="terms-decline"),
    path("me/terms/declined/", renewing.declined, name="terms-declined"),
    path("help/", home.help_page, name="help"),
    path("legal/<slug:kind>/", legal.document, name="legal"),
    path(
        "specimen/<slug:company>/<slug:spoken>/<str:facts>.png",
        specimens.picture,
        name="specimen-picture",
    ),
    path(
        "specimen/<slug:company>/<slug:spoken>/<str:facts>.pdf",
        specimens.document,
        name="specimen-document",
    ),
    path("join/", joining.begin, name="join"),
    path("join/type/", joining.customer_type, name="join-type"),
    path("join/company/", joining.company, name="join-company"),
    path("join/details/", joining.details, name="join-details"),
    path("join/code/", joining.code, name="join-code"),
    path("join/letter/", joining.code, name="join-letter"),
    path("join/you/", joining.you, name="join-you"),
    path("join/sent/", sent.sent, name="join-sent"),
    path("join/later/", confirming.later, name="join-later"),
    path("join/saved/", confirming.saved, name="join-saved"),
    path("join/resume/<str:token>/", confirming.resume, name="join-resume"),
    path("join/invitation/<str:token>/", confirming.invitation, name="join-invitation"),
    path("join/<str:token>/", confirming.confirm, name="join-confirm"),
    path("accounts/", accounts.every, name="accounts"),
    path("accounts/link/", linking.link, name="link"),
    path("accounts/link/code/", linking.code, name="link-code"),
    path("accounts/<int:account_id>/contracts/", contracts.every, name="contracts"),
    path("accounts/<int:account_id>/delivery/", delivery.delivery, name="delivery"),
    path("accounts/delivery/<str:token>/", delivery.address, name="delivery-address"),
    path("accounts/<int:account_id>/unlink/", accounts.unlink, name="unlink"),
    path("accounts/<int:account_id>/people/", people.every, name="people"),
    path("accounts/<int:account_id>/people/new/", people.give, name="share"),
    path("accounts/<int:account_id>/people/<int:link_id>/", people.change, name="change-share"),
    path("accounts/<int:account_id>/people/<int:link_id>/end/", people.end, name="end-share"),
    path(
        "accounts/<int:account_id>/people/invitations/<int:invitation_id>/withdraw/",
        people.withdraw,
        name="withdraw-share",
    ),
    path("readings/calendar/<slug:service>.ics", windows.calendar, name="readings-calendar"),
    path("bills/", bills.all_bills, name="bills"),
    path("bills/<int:bill_id>/", bills.one_bill, name="bill"),
    path("bills/<int:bill_id>/bill.pdf", bills.document, name="bill-pdf"),
    path("bills/<int:bill_id>/reminder.pdf", letters.reminder, name="bill-reminder"),
    path("bills/<int:bill_id>/parts.pdf", letters.plan, name="bill-parts"),
    path("bills/<int:bill_id>/proof.json", bills.proof, name="bill-proof"),
    path("bills/<int:bill_id>/as/<slug:document>/", machine_bills.document, name="bill-document"),
    path("bills/<int:bill_id>/instalments/", bills.share_out, name="bill-instalments"),
    path("bills/<int:bill_id>/pay-instead/", collection.pay_instead, name="bill-pay-instead"),
    path("bills/<int:bill_id>/stop/", collection.stop, name="bill-stop"),
    path("bills/<int:bill_id>/go-on/", collection.go_on, name="bill-go-on"),
    path("bills/downloads/", downloads.every, name="bill-downloads"),
    path("bills/downloads/new/", downloads.new, name="bill-download-new"),
    path("bills/downloads/<str:name>/", downloads.one, name="bill-download"),
    path("bills/downloads/<str:name>/file", downloads.fetch, name="bill-download-file"),
    path("bills/downloads/<str:name>/again/", downloads.again, name="bill-download-again"),
    path("bills/due/", bills_due.every, name="bills-due"),
    path("bills/due/confirm/", bills_due.confirm, name="bills-due-confirm"),
    path("bills/due/<int:document_id>/", bills_due.one, name="bills-due-one"),
    path("bills/due/<int:document_id>/bills-due.pdf", bills_due.paper, name="bills-due-paper"),
    path("bills/next/", next_bill.foreseen, name="next-bill"),
    path("find/", finding.find, name="find"),
    path("find/cpr/", finding.by_fields, name="find-fields"),
    # Printed and scanned, so it is as short as it can be.
    path("p/<str:code>", finding.link, name="pay-link"),
    path("pay/", payments.choose, name="pay"),
    path("pay/start/", payments.start, name="pay-start"),
    path("pay/onward/<str:token>/", onward.onward, name="pay-onward"),
    path("pay/transfer/<str:token>/", onward.transfer, name="pay-transfer"),
    path("pay/result/<str:token>/", payments.result, name="pay-result"),
    path("payments/", payments.history, name="payments"),
    path("payments/statement/", statement.statement, name="statement"),
    path("payments/statement/statement.<slug:suffix>", statement.download, name="statement-file"),
    path(
        "payments/certificate/<int:account_id>/certificate.pdf",
        statement.certificate,
        name="certificate",
    ),
    path("payments/report/", statement_report.report, name="report"),
    path(
        "payments/report/twelve-months.<slug:suffix>",
        statement_report.download,
        name="report-file",
    ),
    path("check/<str:code>", statement.check, name="check"),
    path("autopay/", autopay.every, name="autopay"),
    path("autopay/<int:account_id>/", autopay.one, name="autopay-one"),
    path("autopay/<int:account_id>/debit/", autopay.debit, name="autopay-debit"),
    path("autopay/<int:account_id>/change/", autopay.change, name="autopay-change"),
    path("autopay/back/<str:reference>/", autopay.came_back, name="autopay-back"),
    path("readings/", readings.enter, name="readings"),
    path("usage/", usage.usage, name="usage"),
    path("usage/use.<slug:suffix>", usage.download, name="usage-download"),
    path("usage/intervals.<slug:suffix>", usage.interval_download, name="usage-intervals"),
    path("usage/audit/", audit.audit, name="energy-audit"),
    path("usage/green-button.xml", usage.green_button, name="green-button"),
    path("readings/reminder/", readings.reminder, name="readings-reminder"),
    path("readings/sent/", readings.sent, name="readings-sent"),
    path("readings/<int:reading_id>/photo.jpg", photos.photo, name="readings-photo"),
    path("readings/many/", many.every, name="readings-many"),
    path("readings/many/list.<slug:suffix>", many.template, name="readings-many-list"),
    path("readings/many/check/", many.check, name="readings-many-check"),
    path("readings/many/sent/", many.sent, name="readings-many-sent"),
    path("readings/guest/", guest.identify, name="guest-reading"),
    path("readings/guest/code/", guest.code, name="guest-reading-code"),
    path("readings/guest/enter/", guest.enter, name="guest-reading-enter"),
    path("readings/guest/tell/", telling.ask, name="guest-reading-tell"),
    path("readings/guest/tell/<str:token>/", telling.confirm, name="guest-reading-told"),
    path("readings/guest/sent/", guest.receipt, name="guest-reading-sent"),
    path("card/", cards.ask, name="reading-card-code"),
    path("card/<str:code>/", cards.card, name="reading-card"),
    path("sw.js", keeping.worker, name="worker"),
    path("read/<str:token>/", guest.linked, name="reading-link"),
    path("support/", support.begin, name="support-open"),
    path("support/end/", support.end, name="support-end"),
]
