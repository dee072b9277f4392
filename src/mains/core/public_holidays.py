"""Public holidays of a country."""

from holidays import HolidayBase, country_holidays


def holidays_of(country: str) -> HolidayBase:
    """
    Return the public holidays of a country (ISO 3166); none where they are not known.
    """
    try:
        return country_holidays(country)
    except NotImplementedError:
        # The library says so of a country that it does not know.
        return HolidayBase()
