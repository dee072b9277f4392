"""What people call a role, in the console and in the back office."""

from django.utils.translation import gettext as _

from mains.tenancy.models import Role


def role(code: str) -> str:
    """
    Return what a role is called.
    """
    words: dict[str, str] = {
        Role.OWNER: _("Owner"),
        Role.BILLING: _("Billing"),
        Role.SERVICE: _("Customer service"),
        Role.PLATFORM: _("Platform"),
    }
    return words.get(code, code)
