from django.urls import path

from mains.console.accounts import (
    bill_now,
    budgets,
    charges,
    delivery,
    einvoice_address,
    reading_link,
    reading_passes,
    statement,
    tax_number,
)
from mains.console.accounts import views as accounts
from mains.console.approvals import views as approvals
from mains.console.authorities import views as authorities
from mains.console.bank import files as bank_files
from mains.console.bank import lines as bank_lines
from mains.console.bank import views as bank
from mains.console.buildings import views as buildings
from mains.console.colleagues import views as colleagues
from mains.console.debits import views as debits
from mains.console.home import views as home
from mains.console.imports import views as imports
from mains.console.imports import waiting as import_file
from mains.console.invitations import views as invitations
from mains.console.messages import letters
from mains.console.messages import views as messages
from mains.console.payments import repair, report
from mains.console.payments import views as payments
from mains.console.privacy import views as privacy
from mains.console.readings import direction, entering, exchanging
from mains.console.readings import views as readings
from mains.console.runs import accounts as run_accounts
from mains.console.runs import (
    bills,
    crediting,
    documents,
    einvoices,
    instalments,
    printing,
    settling,
    steps,
)
from mains.console.runs import views as runs
from mains.console.settings import (
    bill_document,
    brand,
    clock,
    configuration,
    mail,
    numbers,
    proof,
)
from mains.console.support import views as support
from mains.console.tariffs import drafting, indexes, lab
from mains.console.tariffs import views as tariffs
from mains.documents.serving import logo

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("brand/logo/<str:name>", logo, name="logo"),
    path("customers/", accounts.find, name="customers"),
    path("customers/<int:account_id>/", accounts.one, name="account"),
    path("customers/<int:account_id>/charges/new/", charges.add, name="charge"),
    path(
        "customers/<int:account_id>/charges/<int:charge_id>/cancel/",
        charges.cancel,
        name="cancel-charge",
    ),
    path("customers/<int:account_id>/budgets/new/", budgets.put_on, name="budget"),
    path(
        "customers/<int:account_id>/budgets/<int:contract_id>/",
        budgets.change,
        name="change-budget",
    ),
    path(
        "customers/<int:account_id>/budgets/<int:contract_id>/stop/",
        budgets.stop,
        name="stop-budget",
    ),
    path("customers/<int:account_id>/statement/", statement.one, name="statement"),
    path(
        "customers/<int:account_id>/statement/statement.<slug:suffix>",
        statement.download,
        name="statement-file",
    ),
    path(
        "customers/<int:account_id>/statement/certificate.pdf",
        statement.certificate,
        name="certificate",
    ),
    path("customers/<int:account_id>/bill/", bill_now.bill_now, name="bill-now"),
    path("customers/<int:account_id>/delivery/", delivery.delivery, name="delivery"),
    path("customers/<int:account_id>/tax-number/", tax_number.correct, name="tax-number"),
    path(
        "customers/<int:account_id>/einvoice-address/",
        einvoice_address.change,
        name="einvoice-address",
    ),
    path(
        "customers/<int:account_id>/meters/<int:installation_id>/",
        exchanging.exchange,
        name="exchange-meter",
    ),
    path(
        "customers/<int:account_id>/meters/<int:installation_id>/direction/",
        direction.change,
        name="meter-direction",
    ),
    path("customers/<int:account_id>/readings/", entering.enter, name="enter-reading"),
    path("customers/<int:account_id>/reading-card/", reading_passes.card, name="reading-card"),
    path(
        "customers/<int:account_id>/reading-link/code/",
        reading_passes.code,
        name="reading-link-code",
    ),
    path(
        "customers/<int:account_id>/passes/<int:pass_id>/",
        reading_passes.end,
        name="end-reading-pass",
    ),
    path("readings/cards/", reading_passes.many, name="reading-cards"),
    path("customers/<int:account_id>/reading-link/", reading_link.send, name="send-reading-link"),
    path("customers/<int:account_id>/data/", privacy.party, name="party"),
    path("customers/<int:account_id>/data/<int:job_id>/", privacy.download, name="party-download"),
    path("customers/<int:account_id>/support/<int:link_id>/", support.begin, name="support"),
    path("customers/<int:account_id>/support/<int:view_id>/end/", support.end, name="end-support"),
    path("buildings/", buildings.every, name="buildings"),
    path("buildings/join/", buildings.join, name="join-building"),
    path("buildings/leave/", buildings.leave, name="leave-building"),
    path("buildings/<int:building_id>/", buildings.one, name="building"),
    path("authorities/new/", authorities.attach, name="attach"),
    path("people/<int:link_id>/", authorities.person, name="person"),
    path("people/<int:link_id>/end/", authorities.end, name="end-access"),
    path("colleagues/", colleagues.every, name="colleagues"),
    path("colleagues/<int:user_id>/", colleagues.one, name="colleague"),
    path("colleagues/<int:user_id>/remove/", colleagues.remove, name="remove-colleague"),
    path(
        "colleagues/invitations/<int:invitation_id>/revoke/",
        colleagues.revoke,
        name="revoke-colleague",
    ),
    path("approvals/", approvals.every, name="approvals"),
    path("approvals/<int:approval_id>/", approvals.one, name="approval"),
    path("approvals/<int:approval_id>/approve/", approvals.approve, name="approve"),
    path("approvals/<int:approval_id>/refuse/", approvals.refuse, name="refuse"),
    path("approvals/<int:approval_id>/withdraw/", approvals.withdraw, name="withdraw"),
    path("bills/<int:bill_id>/", bills.one, name="bill"),
    path("bills/<int:bill_id>/credit/", crediting.credit, name="credit"),
    path("bills/<int:bill_id>/keep/", crediting.keep, name="keep-bill"),
    path("bills/<int:bill_id>/again/", crediting.again, name="bill-again"),
    path("bills/<int:bill_id>/bill.pdf", documents.bill, name="bill-pdf"),
    path("bills/<int:bill_id>/reminder.pdf", documents.reminder, name="bill-reminder"),
    path("bills/<int:bill_id>/parts.pdf", documents.plan, name="bill-parts"),
    path("bills/<int:bill_id>/proof.json", bills.proof, name="bill-proof"),
    path("bills/<int:bill_id>/as/<slug:document>/", einvoices.document, name="bill-document"),
    path("bills/<int:bill_id>/file-again/", einvoices.again, name="bill-file-again"),
    path("einvoices/", einvoices.desk, name="einvoices"),
    path("bills/<int:bill_id>/instalments/", instalments.agree, name="bill-instalments"),
    path(
        "bills/<int:bill_id>/instalments/withdraw/",
        instalments.withdraw,
        name="bill-instalments-withdraw",
    ),
    path("readings/", readings.desk, name="readings"),
    path("readings/<int:reading_id>/", readings.decide, name="decide"),
    path("readings/imports/", imports.every, name="imports"),
    path("readings/imports/<int:import_id>/", imports.one, name="import"),
    path("readings/imports/<int:import_id>/undo/", imports.undo, name="import-undo"),
    path(
        "readings/imports/<int:import_id>/rejected.<slug:suffix>",
        imports.rejected,
        name="import-rejected",
    ),
    path("readings/imports/waiting/<str:name>/", import_file.one, name="import-file"),
    path("readings/imports/waiting/<str:name>/read/", import_file.read, name="import-read"),
    path("readings/imports/waiting/<str:name>/import/", import_file.take, name="import-take"),
    path("readings/imports/waiting/<str:name>/remove/", import_file.discard, name="import-remove"),
    path(
        "readings/imports/waiting/<str:name>/rejected.<slug:suffix>",
        import_file.rejected,
        name="import-file-rejected",
    ),
    path("readings/<int:reading_id>/photo.jpg", readings.photo, name="reading-photo"),
    path("runs/", runs.every, name="runs"),
    path("runs/new/", runs.start, name="run-new"),
    path("runs/settle/", settling.settle, name="settle"),
    path("runs/<int:run_id>/", runs.one, name="run"),
    path("runs/<int:run_id>/rehearse/", steps.rehearse, name="run-rehearse"),
    path("runs/<int:run_id>/again/", steps.again, name="run-again"),
    path("runs/<int:run_id>/approve/", steps.approve, name="run-approve"),
    path("runs/<int:run_id>/issue/", steps.issue, name="run-issue"),
    path("runs/<int:run_id>/take-up/", steps.take_up, name="run-take-up"),
    path("runs/<int:run_id>/finish/", steps.finish, name="run-finish"),
    path("runs/<int:run_id>/pause/", steps.pause, name="run-pause"),
    path("runs/<int:run_id>/resume/", steps.resume, name="run-resume"),
    path("runs/<int:run_id>/cancel/", steps.cancel, name="run-cancel"),
    path("runs/<int:run_id>/print/", printing.print_file, name="run-print"),
    path("runs/<int:run_id>/print/<str:name>/", printing.document, name="run-print-document"),
    path("runs/<int:run_id>/print/<str:name>/index.csv", printing.index, name="run-print-index"),
    path("runs/<int:run_id>/accounts/", run_accounts.every, name="run-accounts"),
    path("runs/<int:run_id>/accounts/<int:account_id>/", run_accounts.one, name="run-account"),
    path("tariffs/", tariffs.every, name="tariffs"),
    path("tariffs/taxes/", tariffs.taxes, name="taxes"),
    path("tariffs/calendars/", tariffs.calendars, name="calendars"),
    path("tariffs/indexes/", indexes.every, name="indexes"),
    path("tariffs/indexes/<slug:index>/", indexes.one, name="index"),
    path("tariffs/of/<slug:code>/", tariffs.one, name="tariff"),
    path("tariffs/of/<slug:code>/new/", drafting.begin, name="tariff-new"),
    path("tariffs/drafts/<int:draft_id>/", drafting.edit, name="tariff-draft"),
    path("tariffs/drafts/<int:draft_id>/example/", drafting.example, name="tariff-example"),
    path("tariffs/drafts/<int:draft_id>/delete/", drafting.delete, name="tariff-delete"),
    path("tariffs/drafts/<int:draft_id>/publish/", drafting.publish, name="tariff-publish"),
    path("tariffs/lab/<int:version_id>/", lab.lab, name="tariff-lab"),
    path("payments/", payments.desk_page, name="payments"),
    path("payments/report/", report.report, name="report"),
    path("payments/report/twelve-months.<slug:suffix>", report.download, name="report-file"),
    path("payments/book/", payments.book, name="book"),
    path("payments/debits/", debits.every, name="debits"),
    path("payments/debits/prepare/", debits.prepare, name="debits-prepare"),
    path("payments/debits/mandates/", debits.import_mandates, name="debits-mandates"),
    path("payments/debits/<str:name>/file.xml", debits.download, name="debits-file"),
    path("payments/debits/<str:name>/step/", debits.step, name="debits-step"),
    path("payments/debits/<str:name>/answer/", debits.answer, name="debits-answer"),
    path("payments/repair/", repair.queue, name="repair"),
    path("payments/repair/<str:token>/", repair.one, name="repair-one"),
    path("payments/repair/<str:token>/recheck/", repair.recheck, name="repair-recheck"),
    path("payments/repair/<str:token>/refund/", repair.refund, name="repair-refund"),
    path("payments/bank/", bank.desk, name="bank"),
    path("payments/bank/files/", bank_files.every, name="bank-files"),
    path("payments/bank/files/<str:name>/", bank_files.one, name="bank-file"),
    path("payments/bank/<int:line_id>/", bank_lines.one, name="bank-line"),
    path("payments/bank/<int:line_id>/decide/", bank_lines.decide, name="bank-line-decide"),
    path("payments/ask/<str:token>/", payments.ask, name="ask"),
    path("messages/", messages.outbox, name="messages"),
    path("invitations/", invitations.every, name="invitations"),
    path("invitations/<int:invitation_id>/revoke/", invitations.revoke, name="revoke-invitation"),
    path("messages/letters/", letters.to_post, name="letters"),
    path("messages/<int:message_id>/", messages.one, name="message"),
    path("messages/<int:message_id>/came-back/", messages.came_back, name="came-back"),
    path("settings/", brand.overview, name="settings"),
    path("settings/brand/", brand.edit, name="brand"),
    path("settings/bill/", bill_document.edit, name="bill-document"),
    path(
        "settings/bill/<slug:company>/<slug:language>.pdf",
        bill_document.sample,
        name="bill-sample",
    ),
    path("settings/mail/", mail.every, name="mail"),
    path("settings/mail/<slug:message>/", mail.one, name="mail-words"),
    path("settings/clock/", clock.move, name="clock"),
    path("settings/numbers/", numbers.numbers, name="numbers"),
    path("settings/proof/", proof.proof, name="proof"),
    path("settings/privacy/", privacy.overview, name="privacy"),
    path("settings/privacy/<int:job_id>/refuse/", privacy.refuse, name="refuse-erasure"),
    path("settings/versions/", configuration.versions, name="versions"),
    path("settings/versions/new/", configuration.upload, name="upload"),
    path("settings/versions/publish/", configuration.publish, name="publish"),
    path("settings/versions/<int:version>/", configuration.one, name="version"),
    path("settings/versions/<int:version>/toml/", configuration.download, name="toml"),
]
