"""Codes as pictures: QR for texts, GS1-128 for digits."""

import io

import segno
from barcode.codex import Gs1_128

# Ten modules of quiet on both sides, as GS1 demands; the height is that of the picture only.
QUIET, HEIGHT = 10, 60


def qr(text: str) -> bytes:
    """
    Return a text as a QR code in SVG, in UTF-8 where ASCII does not do; its quiet edge is the
    caller's.
    """
    code = segno.make_qr(text, error="m", boost_error=False, encoding="utf-8")
    picture = io.BytesIO()
    code.save(picture, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None)
    return picture.getvalue()


def gs1_128(digits: str) -> bytes:
    """
    Return an even number of digits as a GS1-128 barcode of subset C in SVG, with its quiet edges.
    """
    modules = Gs1_128(digits).build()[0]
    bars, at = [], QUIET
    for run in modules.replace("01", "0 1").replace("10", "1 0").split():
        if run[0] == "1":
            bars.append(f"M{at} 0h{len(run)}v{HEIGHT}h-{len(run)}z")
        at += len(run)
    size = f"{at + QUIET} {HEIGHT}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" '
        f'width="{at + QUIET}" height="{HEIGHT}"><path d="{"".join(bars)}"/></svg>'
    ).encode()
