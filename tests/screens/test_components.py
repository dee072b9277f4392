"""Every component, in a browser, under every theme: readable, reachable, never sideways."""

from itertools import product

import pytest

from tests.screens import gallery, harness, server, specimens

THEMES = ("north", "azul", "ember", "dnipro", "fiamma", "base")
EVERY = tuple(product(THEMES, specimens.SCREENS, harness.VIEWS))
# Each theme meets each screen once, and each screen every view at least once.
SAMPLE = tuple(
    (theme, screen, harness.VIEWS[(row + column) % len(harness.VIEWS)])
    for row, theme in enumerate(THEMES)
    for column, screen in enumerate(specimens.SCREENS)
)

SHRUNK = 'viewBox="0 0 100 20" width="50"'
GOOD = "<!doctype html><html lang=en><title>t</title><main><h1>Title</h1>{}</main></html>"


@pytest.fixture(scope="module")
def chromium():
    with harness.browser() as started:
        yield started


@pytest.fixture(scope="module")
def site():
    with server.serving(specimens.files()) as address:
        yield address


def look(chromium, site, theme, screen, view):
    mode, width = view
    url = f"{site}/{theme}/{screen}.html"
    with harness.page_at(chromium, url, mode=mode, width=width) as page:
        findings = harness.inspect(page)
        gallery.shoot(page, brand=theme, screen=screen, mode=mode, width=width)
    return findings


@pytest.mark.parametrize(("theme", "screen", "view"), SAMPLE)
def test_a_sample_of_screens_has_no_findings(chromium, site, theme, screen, view):
    assert look(chromium, site, theme, screen, view) == harness.Findings()


@pytest.mark.gallery
@pytest.mark.parametrize(("theme", "screen", "view"), EVERY)
def test_every_screen_has_no_findings(chromium, site, theme, screen, view):
    assert look(chromium, site, theme, screen, view) == harness.Findings()
    gallery.write_index()


def test_the_sample_meets_every_pair():
    assert {(theme, screen) for theme, screen, _ in SAMPLE} == set(
        product(THEMES, specimens.SCREENS)
    )
    assert {(screen, view) for _, screen, view in SAMPLE} == set(
        product(specimens.SCREENS, harness.VIEWS)
    )
    assert {(theme, view) for theme, _, view in SAMPLE} == set(product(THEMES, harness.VIEWS))


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ('<p class="t">Nine pixels</p>', harness.small_text),
        (f"<svg {SHRUNK}><text y=15 class=s>Shrunk</text></svg>", harness.small_text),
        ('<button class="b">Low</button>', harness.low_controls),
        ('<p class="w">Wide</p>', harness.sideways),
        ('<p class="c">Pale</p>', harness.axe),
        ("<p><input></p>", harness.axe),
    ],
)  # fmt: skip
def test_each_check_catches_what_it_is_for(chromium, body, check):
    css = b".t{font-size:9px}.s{font-size:14px}.b{height:30px}.w{width:2000px}.c{color:#ccc}"
    bad = GOOD.format(f"<link rel=stylesheet href=/bad.css>{body}").encode()
    good = GOOD.format("<p>Fine</p>").encode()
    with server.serving({"/bad.css": css, "/bad.html": bad, "/good.html": good}) as address:
        with harness.page_at(chromium, f"{address}/bad.html", mode="light", width=320) as page:
            assert check(page)
        with harness.page_at(chromium, f"{address}/good.html", mode="light", width=320) as page:
            assert not check(page)


def test_spoken_only_text_and_inline_links_are_exempt(chromium):
    css = b".h{position:absolute;clip-path:inset(50%);width:1px;height:1px;font-size:9px}"
    text = '<p>See <a href="#a">the terms</a> <span class="h">x</span></p>'
    body = f"<link rel=stylesheet href=/x.css>{text}"
    with (
        server.serving({"/x.css": css, "/x.html": GOOD.format(body).encode()}) as address,
        harness.page_at(chromium, f"{address}/x.html", mode="light", width=320) as page,
    ):
        assert harness.inspect(page) == harness.Findings()


def test_a_missing_browser_fails_loudly(monkeypatch, tmp_path):
    monkeypatch.setattr(harness, "CHROMIUM", tmp_path / "chromium")

    with (
        pytest.raises(harness.ChromiumMissing, match="install Debian's chromium"),
        harness.browser(),
    ):
        pytest.fail("a browser that is not there was started")


def test_the_error_summary_has_the_focus_and_leads_to_the_fields(chromium, site):
    url = f"{site}/azul/components.html"
    with harness.page_at(chromium, url, mode="light", width=1280) as page:
        focused = page.evaluate("() => document.activeElement.className")
        targets = page.eval_on_selector_all(
            ".error-summary a", "links => links.map(a => document.querySelector(a.hash)?.tagName)"
        )
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        reached = page.evaluate("() => document.activeElement.name")

    assert focused == "error-summary"
    assert targets == ["INPUT"] * len(targets)
    assert reached == "email"


def test_a_form_is_sent_once_however_often_it_is_pressed(chromium):
    script = (specimens.UI / "ui.js").read_bytes()
    body = "<script src=/ui.js defer></script><form action=/slow.html><button>Send</button></form>"
    files = {"/ui.js": script, "/x.html": GOOD.format(body).encode()}
    sent = []
    with (
        server.serving(files) as address,
        harness.page_at(chromium, f"{address}/x.html", mode="light", width=320) as page,
    ):
        # The first answer keeps the page where it is, as a slow server would.
        page.route("**/slow.html*", lambda route: (sent.append(1), route.fulfill(status=204)))
        for _ in range(3):
            page.evaluate("() => document.querySelector('button').click()")
            page.wait_for_timeout(100)

        assert page.evaluate("() => document.querySelector('button').ariaBusy") == "true"

    assert len(sent) == 1


def test_the_gallery_lists_every_picture(tmp_path):
    for name in ("a/one-light-320.png", "a/two-dark-320.png", "b/one-light-1280.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    index = gallery.write_index(tmp_path).read_text(encoding="utf-8")

    assert index.count("<img") == 3
    assert "<h2>b</h2>" in index
