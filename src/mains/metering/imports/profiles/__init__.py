"""The formats that can be imported: adding one touches one module here and this list."""

from mains.metering.imports.profile import Profile
from mains.metering.imports.profiles import datadis, green_button, mscons, p1, plain, spanish

PROFILES: dict[str, Profile] = {
    profile.key: profile
    for profile in (
        *spanish.PROFILES, *datadis.PROFILES, green_button.FEED, mscons.MESSAGES, p1.TELEGRAMS,
        *plain.PROFILES,
    )
}  # fmt: skip
