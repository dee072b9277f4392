"""Pictures are kept in a run that asks for the gallery; the others only judge what they see."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def pictures(pytestconfig: pytest.Config) -> None:
    from tests.screens import gallery

    gallery.keep_pictures = "not gallery" not in pytestconfig.option.markexpr
