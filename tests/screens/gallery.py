"""Keep a picture of every screen of every brand, and a page to look through them."""

from html import escape
from itertools import groupby
from pathlib import Path

from playwright.sync_api import Page

from tests.screens.harness import Mode

# Taking one takes longer than judging the page.
keep_pictures = False
GALLERY = Path(__file__).resolve().parents[2] / "build" / "gallery"
_STYLE = (
    "body{font:16px/1.5 system-ui;margin:2rem;background:#f3f3f3}"
    "section{margin-block:2rem}div{display:flex;flex-wrap:wrap;gap:1rem;align-items:start}"
    "figure{margin:0;background:#fff;padding:.5rem}img{max-height:30rem;max-width:22rem}"
)


def shoot(page: Page, *, brand: str, screen: str, mode: Mode, width: int) -> None:
    """
    Save the whole page as `build/gallery/<brand>/<screen>-<mode>-<width>.png`, where pictures
    are kept.
    """
    if not keep_pictures:
        return
    file = GALLERY / brand / f"{screen}-{mode}-{width}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    # Fixed bars stand at the foot of the window: make the window as tall as the page.
    # The page before may have made it taller than this one is.
    page.set_viewport_size({"width": width, "height": 800})
    tall = page.evaluate("() => document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(tall, 12_000)})
    page.screenshot(path=file, full_page=True, animations="disabled")


def write_index(folder: Path = GALLERY) -> Path:
    """
    Write `index.html` with every picture found, grouped by brand.
    """
    pictures = sorted(folder.glob("*/*.png"))
    sections = (
        f"<section><h2>{escape(brand)}</h2><div>{''.join(map(_figure, files))}</div></section>"
        for brand, files in groupby(pictures, key=lambda file: file.parent.name)
    )
    index = folder / "index.html"
    folder.mkdir(parents=True, exist_ok=True)
    index.write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Screens</title>"
        f"<style>{_STYLE}</style><h1>{len(pictures)} screens</h1>{''.join(sections)}</html>",
        encoding="utf-8",
    )
    return index


def _figure(file: Path) -> str:
    path = escape(f"{file.parent.name}/{file.name}")
    return (
        f'<figure><a href="{path}"><img src="{path}" loading="lazy" alt=""></a>'
        f"<figcaption>{escape(file.stem)}</figcaption></figure>"
    )
