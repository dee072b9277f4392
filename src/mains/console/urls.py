from django.urls import path

from mains.console.accounts import views as accounts
from mains.console.home import views as home
from mains.console.messages import views as messages
from mains.console.payments import views as payments
from mains.console.readings import views as readings
from mains.console.runs import bills
from mains.console.runs import views as runs
from mains.console.settings import brand, clock, configuration
from mains.documents.serving import logo

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("brand/logo/<str:name>", logo, name="logo"),
    path("customers/", accounts.find, name="customers"),
    path("customers/<int:account_id>/", accounts.one, name="account"),
    path("bills/<int:bill_id>/", bills.one, name="bill"),
    path("readings/", readings.desk, name="readings"),
    path("readings/<int:reading_id>/", readings.decide, name="decide"),
    path("runs/", runs.every, name="runs"),
    path("runs/new/", runs.start, name="run-new"),
    path("runs/<int:run_id>/", runs.one, name="run"),
    path("runs/<int:run_id>/rehearse/", runs.rehearse, name="run-rehearse"),
    path("runs/<int:run_id>/again/", runs.again, name="run-again"),
    path("runs/<int:run_id>/approve/", runs.approve, name="run-approve"),
    path("runs/<int:run_id>/issue/", runs.issue, name="run-issue"),
    path("payments/", payments.desk_page, name="payments"),
    path("payments/book/", payments.book, name="book"),
    path("payments/ask/<str:token>/", payments.ask, name="ask"),
    path("messages/", messages.outbox, name="messages"),
    path("messages/<int:message_id>/", messages.one, name="message"),
    path("settings/", brand.overview, name="settings"),
    path("settings/brand/", brand.edit, name="brand"),
    path("settings/clock/", clock.move, name="clock"),
    path("settings/versions/", configuration.versions, name="versions"),
    path("settings/versions/new/", configuration.upload, name="upload"),
    path("settings/versions/publish/", configuration.publish, name="publish"),
    path("settings/versions/<int:version>/", configuration.one, name="version"),
    path("settings/versions/<int:version>/toml/", configuration.download, name="toml"),
]
