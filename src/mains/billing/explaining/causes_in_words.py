"""Each kind of cause in words."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from mains.billing.documents.speaking import Speaker
from mains.billing.explaining.changes import Explanation
from mains.billing.rules.causes import Cause
from mains.billing.rules.figures import PriceListName
from mains.core.wording import price_text, text_in
from mains.tariffs.rules.kinds.sums import PERCENT
from mains.tenancy.tenantfile.services import Service


class CauseWords:
    """
    Says the causes of one explanation in the language in force, whose code is `language`.
    """

    def __init__(
        self, explanation: Explanation, services: Sequence[Service], language: str
    ) -> None:
        before, after = explanation.before, explanation.after
        self.say = Speaker(language, after.currency)
        self.started = before.period.start
        self.services = {one.code: one.label for one in services}
        self.places = {**before.places, **after.places}
        self.contracts = {line.contract_id: line.service for line in before.lines + after.lines}

    def of(self, cause: Cause) -> tuple[str, str]:
        """
        Return a sentence without its amount, and a note that says more.
        """
        text, note = getattr(self, f"_{cause.kind.lower()}")(cause)
        return text, note

    # One method for each kind of cause; each returns its sentence and a note.

    def _volume(self, cause: Cause) -> tuple[str, str]:
        assert cause.quantity
        more = cause.quantity.difference > 0
        quantity = {"quantity": self._quantity(abs(cause.quantity.difference), cause)}
        if more == (cause.amount.minor > 0):
            used = _("You used %(quantity)s more") if more else _("You used %(quantity)s less")
            text = self._where(used % quantity, cause)
        else:
            # What is paid for, such as energy fed in, is not used.
            other = (
                _("“%(what)s”: %(quantity)s more") if more else _("“%(what)s”: %(quantity)s less")
            )
            text = other % {"what": self._labels(cause), **quantity}
        return text, " · ".join([self._instead(cause), *_how_known(cause)])

    def _price(self, cause: Cause) -> tuple[str, str]:
        start = self._since(cause.price_list)
        what = {"what": self._labels(cause), "day": start}
        (change, *others) = cause.prices
        if others or (change.difference > 0) != (cause.amount.minor > 0):
            text = (
                _("New prices for “%(what)s” from %(day)s")
                if start
                else _("New prices for “%(what)s”")
            )
            return text % what, self._list(cause.price_list)
        sentence = {
            (True, True): _("The price of “%(what)s” rose from %(before)s to %(after)s on %(day)s"),
            (True, False): _("The price of “%(what)s” rose from %(before)s to %(after)s"),
            (False, True): _(
                "The price of “%(what)s” fell from %(before)s to %(after)s on %(day)s"
            ),
            (False, False): _("The price of “%(what)s” fell from %(before)s to %(after)s"),
        }[change.difference > 0, bool(start)]
        before = self._per if cause.unit == PERCENT else self._plain
        prices = {"before": before(change.before, cause), "after": self._per(change.after, cause)}
        return sentence % {**what, **prices}, self._list(cause.price_list)

    def _time(self, cause: Cause) -> tuple[str, str]:
        assert cause.quantity
        # A part of a month is spoken of in the plural.
        before, after = (round(one, 2) for one in cause.quantity)
        count = int(after) if after == int(after) else 2
        sentence = {
            "day": ngettext(
                "%(after)s day instead of %(before)s", "%(after)s days instead of %(before)s", count
            ),
            "month": ngettext(
                "%(after)s month instead of %(before)s",
                "%(after)s months instead of %(before)s",
                count,
            ),
        }.get(cause.unit, _("%(after)s instead of %(before)s"))
        figures = {"before": self.say.number(str(before)), "after": self.say.number(str(after))}
        return sentence % figures, ", ".join(cause.labels)

    def _size(self, cause: Cause) -> tuple[str, str]:
        text = _("“%(what)s” is charged for %(after)s instead of %(before)s")
        assert cause.quantity
        return text % {
            "what": self._labels(cause),
            "before": self._quantity(cause.quantity.before, cause),
            "after": self._quantity(cause.quantity.after, cause),
        }, ""

    def _follows(self, cause: Cause) -> tuple[str, str]:
        return _("“%(what)s” follows from the other amounts") % {"what": self._labels(cause)}, ""

    def _blocks(self, cause: Cause) -> tuple[str, str]:
        more = cause.amount.minor > 0
        text = (
            _("More of the same use is at the higher price")
            if more
            else _("More of the same use is at the lower price")
        )
        return self._where(text, cause), self._labels(cause)

    def _contract_new(self, cause: Cause) -> tuple[str, str]:
        return _("New on this bill: %(what)s") % {"what": self._contract(cause)}, ""

    def _contract_ended(self, cause: Cause) -> tuple[str, str]:
        return _("No longer on this bill: %(what)s") % {"what": self._contract(cause)}, ""

    def _line_new(self, cause: Cause) -> tuple[str, str]:
        return _("New on this bill: %(what)s") % {"what": self._labels(cause)}, ""

    def _line_ended(self, cause: Cause) -> tuple[str, str]:
        return _("No longer on this bill: %(what)s") % {"what": self._labels(cause)}, ""

    def _discount_new(self, cause: Cause) -> tuple[str, str]:
        return _("“%(what)s” is deducted now") % {"what": self._labels(cause)}, ""

    def _discount_ended(self, cause: Cause) -> tuple[str, str]:
        return _("“%(what)s” is no longer deducted") % {"what": self._labels(cause)}, ""

    def _correction(self, cause: Cause) -> tuple[str, str]:
        text = _("Correction of the estimate for %(period)s") % {"period": self._corrected(cause)}
        return self._where(text, cause), ""

    def _correction_before(self, cause: Cause) -> tuple[str, str]:
        text = _("Only on the earlier bill: correction of the estimate for %(period)s")
        return self._where(text % {"period": self._corrected(cause)}, cause), ""

    def _fixed(self, cause: Cause) -> tuple[str, str]:
        change = cause.prices[0]
        before, after = (self._money(price) for price in change)
        text = _("The fixed amount is %(after)s a month instead of %(before)s") % {
            "before": before, "after": after,
        }  # fmt: skip
        if not change.before:
            text = _("A fixed amount of %(amount)s a month") % {"amount": after}
        elif not change.after:
            text = _("No fixed amount on this bill")
        return self._where(text, cause), ""

    def _fixed_taken_off(self, cause: Cause) -> tuple[str, str]:
        text = (
            _("Fixed amounts that were billed are taken off")
            if cause.prices[0].after
            else _("Fixed amounts were taken off the earlier bill")
        )
        return self._where(text, cause), ""

    def _used_before(self, cause: Cause) -> tuple[str, str]:
        return self._where(_("What you used is not on this bill; it is settled later"), cause), ""

    def _used_now(self, cause: Cause) -> tuple[str, str]:
        return self._where(_("What you really used is on this bill"), cause), ""

    def _vat_rate(self, cause: Cause) -> tuple[str, str]:
        assert cause.percent
        before, after = (self.say.number(str(one.normalize())) for one in cause.percent)
        return _("VAT is %(after)s %% instead of %(before)s %%") % {
            "before": before, "after": after,
        }, ""  # fmt: skip

    def _vat(self, _cause: Cause) -> tuple[str, str]:
        return _("VAT on all that"), ""

    def _rounding(self, _cause: Cause) -> tuple[str, str]:
        return _("Rounding"), ""

    def _other(self, cause: Cause) -> tuple[str, str]:
        return _("Other changes"), self._labels(cause)

    def _quantity(self, quantity: Decimal, cause: Cause) -> str:
        return f"{self.say.number(f'{quantity:f}')} {self.say.unit(cause.unit)}".strip()

    def _instead(self, cause: Cause) -> str:
        assert cause.quantity
        return _("%(after)s instead of %(before)s") % {
            "before": self._quantity(cause.quantity.before, cause),
            "after": self._quantity(cause.quantity.after, cause),
        }

    def _labels(self, cause: Cause) -> str:
        return ", ".join(cause.labels)

    def _money(self, price: Decimal) -> str:
        return price_text(price, currency=self.say.currency, language=self.say.language)

    def _plain(self, price: Decimal, _cause: Cause) -> str:
        return self._money(price)

    def _per(self, price: Decimal, cause: Cause) -> str:
        names = {
            "day": pgettext("per unit", "day"),
            "month": pgettext("per unit", "month"),
            "period": pgettext("per unit", "billing period"),
        }
        unit = names.get(cause.unit, self.say.unit(cause.unit))
        if cause.unit == PERCENT:
            return f"{self.say.number(f'{price:f}')} %"
        if not unit:
            return self._money(price)
        if cause.is_yearly:
            unit = _("%(unit)s a year") % {"unit": unit}
        return _("%(price)s per %(unit)s") % {"price": self._money(price), "unit": unit}

    def _since(self, prices: PriceListName | None) -> str:
        """
        Return the day of new prices, unless they were in force when the earlier bill began.
        """
        if prices is None or prices.start_date <= self.started:
            return ""
        return self.say.day(prices.start_date.isoformat())

    def _list(self, prices: PriceListName | None) -> str:
        if prices is None:
            return ""
        return _("%(tariff)s, prices valid from %(day)s") % {
            "tariff": prices.name,
            "day": self.say.short_day(prices.start_date.isoformat()),
        }

    def _corrected(self, cause: Cause) -> str:
        assert cause.corrects
        start = cause.corrects.isoformat()
        if cause.corrects_end is None:
            return self.say.short_day(start)
        return self.say.period(start, cause.corrects_end.isoformat())

    def _where(self, text: str, cause: Cause) -> str:
        """
        Add what a sentence is about, where the bills are about several things.
        """
        if len(self.contracts) < 2:
            return text
        return f"{text} ({self._contract(cause)})"

    def _contract(self, cause: Cause) -> str:
        """
        Name a contract by its service, and by its place where others have the same service.
        """
        labels = self.services.get(cause.service, {})
        name = text_in(labels, language=self.say.language, otherwise=cause.service)
        place = self.places.get(cause.contract_id or 0)
        alike = sum(service == cause.service for service in self.contracts.values())
        return f"{name}, {place}" if place and alike > 1 else name


def _how_known(cause: Cause) -> list[str]:
    """
    Say whether readings were estimated, and whether a meter was exchanged.
    """
    notes = []
    if cause.was_estimated and cause.is_estimated:
        notes.append(_("both bills are estimated"))
    elif cause.was_estimated:
        notes.append(_("the earlier bill was estimated, this one is by a reading"))
    elif cause.is_estimated:
        notes.append(_("this bill is estimated"))
    if cause.is_exchanged:
        notes.append(_("the meter was exchanged"))
    return notes
