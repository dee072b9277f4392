"""What people are told about the reading windows, and the same as a calendar to subscribe to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from mains.core.calendars import Period
from mains.metering.queries import RegisterRow
from mains.metering.rules.windows import WindowState, WindowView, recommended_between
from mains.metering.windows import view_for, window_for
from mains.portal.access import PortalRequest
from mains.portal.readings import messages
from mains.tenancy.tenantfile.services import Service

# How far ahead a calendar shows when to read; whoever subscribes asks again long before.
_AHEAD = timedelta(days=400)
_COLOURS = {WindowState.RECOMMENDED: "ok", WindowState.LOCKED: "warn", WindowState.OPEN: "info"}


@dataclass(frozen=True, slots=True)
class ServiceWindow:
    """
    The window of a service as people see it; `calendar` leads to its feed, if it wants readings.

    `contract_class` is empty for the window of all classes that have none of their own.
    """

    service: Service
    contract_class: str
    view: WindowView
    label: str
    sentence: str
    colour: str
    calendar: str

    def holds(self, register: RegisterRow) -> bool:
        """
        Tell whether a register is read in this window.
        """
        mine = register.service == self.service.code
        return mine and _class_of(self.service, register) == self.contract_class


def service_windows(
    request: PortalRequest, registers: Iterable[RegisterRow]
) -> list[ServiceWindow]:
    """
    Return the windows in which registers are read, in the order of the tenant's services.
    """
    found = list(registers)
    return [
        service_window(request, service=service, contract_class=contract_class)
        for service in request.tenant.file.services
        for contract_class in sorted(
            {_class_of(service, one) for one in found if one.service == service.code}
        )
    ]


def _class_of(service: Service, register: RegisterRow) -> str:
    """
    Return a register's class where it has a window of its own; the others share one.
    """
    return register.contract_class if register.contract_class in service.class_windows else ""


def service_window(
    request: PortalRequest, *, service: Service, contract_class: str = ""
) -> ServiceWindow:
    """
    Return how the window of a service looks now to contracts of a class.
    """
    seen = view_for(
        tenant=request.tenant,
        service=service.code,
        contract_class=contract_class,
        instant=request.now,
    )
    return ServiceWindow(
        service=service,
        contract_class=contract_class,
        view=seen,
        label=label_of(service),
        sentence=messages.window(seen, service),
        colour=_COLOURS[seen.state],
        calendar=_calendar_url(service, seen, contract_class),
    )


def label_of(service: Service) -> str:
    """
    Return a service's name in the reader's language, or in the first one it has.
    """
    return service.label.get(messages.language()) or next(iter(service.label.values()))


def _calendar_url(service: Service, seen: WindowView, contract_class: str) -> str:
    if seen.state is not WindowState.RECOMMENDED and seen.recommended_on is None:
        return ""
    url = reverse("portal:readings-calendar", args=[service.code])
    query = f"?lang={messages.language()}"
    return f"{url}{query}&class={contract_class}" if contract_class else f"{url}{query}"


@require_safe
def calendar(request: PortalRequest, service: str) -> HttpResponse:
    """
    Give the days on which a service wants readings as a calendar; there is nothing personal in it.
    """
    known = next((one for one in request.tenant.file.services if one.code == service), None)
    code = request.GET.get("class", "")
    if known is None or (code and code not in known.class_windows):
        raise Http404
    window = window_for(file=request.tenant.file, service=service, contract_class=code)
    wanted = recommended_between(
        window, Period(request.today - timedelta(31), request.today + _AHEAD)
    )
    feed = Calendar()
    feed.add("prodid", "-//Mains//Reading windows//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", _("Send a reading: %(service)s") % {"service": label_of(known)})
    feed.add("refresh-interval", timedelta(days=7), parameters={"VALUE": "DURATION"})
    for days in wanted:
        feed.add_component(_event(request, known, code, days))
    answer = HttpResponse(feed.to_ical(), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="{known.code}.ics"'
    return answer


def _event(request: PortalRequest, service: Service, code: str, days: Period) -> Event:
    event = Event()
    event.add("uid", f"{service.code}-{code}-{days.start:%Y%m%d}@{request.tenant.host}")
    event.add("dtstamp", request.now)
    event.add("dtstart", days.start)
    event.add("dtend", days.end)
    event.add("summary", _("Send a reading: %(service)s") % {"service": label_of(service)})
    event.add("url", f"{request.tenant.url}{reverse('portal:readings')}")
    event.add("transp", "TRANSPARENT")
    return event
