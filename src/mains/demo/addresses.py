"""Print where everything is, and who can sign in."""

from django.conf import settings
from rich.console import Console
from rich.table import Table

from mains.demo import data, logins


def show() -> None:
    """
    Print addresses, sign-ins and the codes that hold now, for people.
    """
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    platform = f"{settings.PUBLIC_SCHEME}://{{}}{settings.PLATFORM_HOST}{port}"
    table = Table(title="Mains demo", title_justify="left", box=None, pad_edge=False)
    for column in ("what", "address", "sign in as", "code now"):
        table.add_column(column, no_wrap=True)
    code = logins.current_code()
    for file in data.files():
        table.add_row(
            f"[bold]{file.brand.name}[/]",
            platform.format(f"{file.slug}."),
            logins.customer_email(file.slug),
            "–",
        )
        table.add_row(
            "  console",
            f"{platform.format('console.')}/{file.slug}/",
            logins.staff_email(file.slug),
            code,
        )
        if file.approvals.demand_any:
            table.add_row("  its second owner", "", logins.second_owner_email(file.slug), code)
        table.add_row("  mail outbox", f"{platform.format('outbox.')}/{file.slug}/", "–", "–")
    table.add_row("  mail outbox", f"{platform.format('outbox.')}/platform/", "–", "–")
    table.add_row("[bold]Back office[/]", platform.format("admin."), logins.PLATFORM_EMAIL, code)
    table.add_row("[bold]Provider sign-up[/]", platform.format(""), "–", "–")
    console = Console(stderr=True, highlight=False, width=140)
    console.print(table)
    console.print(
        f"Password of every login: [bold]{logins.PASSWORD}[/]. Codes change every 30 s; "
        f"the authenticator's secret is {logins.TOTP_SECRET}.\n"
        "Test card: 4242 4242 4242 4242. Ctrl-C stops everything."
    )
