"""Read a picture that somebody uploaded, and write it anew so that nothing else is in it."""

import io
import warnings
from collections.abc import Callable

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 5_000_000
MOST_PIXELS = 25_000_000
LOGO_SIZE = (400, 160)
LOGO_BYTES = 500_000
# A telephone's camera; a JPEG is decoded at the size it is kept in, so its pixels cost little.
PHOTO_BYTES = 15_000_000
PHOTO_PIXELS = {"JPEG": 110_000_000, "PNG": MOST_PIXELS, "WEBP": MOST_PIXELS}
# Enough to read the digits, and small enough to keep many.
PHOTO_SIZE = (1600, 1600)
# The brands of HEIF, of which JPEG's heirs on telephones are.
_HEIF = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


class PictureTooLarge(Exception):
    """The file has too many bytes, or its picture too many pixels."""


class NotAPicture(Exception):
    """The file is no picture of a kind that is taken, or it is damaged."""


class HeifPicture(NotAPicture):
    """The file is a HEIF picture (HEIC), which few browsers show."""


def fewer_colours(png: bytes) -> bytes:
    """
    Return a drawn picture with at most 64 colours, which is a third of its bytes.
    """
    kept = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(64).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def logo_png(data: bytes) -> bytes:
    """
    Return an uploaded logo as a PNG of at most 400 × 160 pixels.

    The size is read from the head of the file before any pixel is, so a small file cannot unpack
    into a huge one.

    :raises PictureTooLarge: if it has too many bytes or pixels.
    :raises NotAPicture: if it is no PNG or JPEG.
    """
    return _guarded(_redrawn, data, most_bytes=MOST_BYTES)


def photo_jpeg(data: bytes) -> bytes:
    """
    Return a photo as a JPEG of at most 1600 × 1600 pixels, upright, and with nothing but pixels.

    Where and when it was taken, by what, and its thumbnail are not in what is written anew.

    :raises PictureTooLarge: if it has too many bytes or pixels.
    :raises HeifPicture: if it is HEIF, as some telephones store photos.
    :raises NotAPicture: if it is no JPEG, PNG or WebP.
    """
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        raise HeifPicture(data[8:12].decode())
    return _guarded(_photo, data, most_bytes=PHOTO_BYTES)


def _guarded(draw: Callable[[bytes], bytes], data: bytes, *, most_bytes: int) -> bytes:
    if len(data) > most_bytes:
        raise PictureTooLarge(f"{len(data)} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return draw(data)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise PictureTooLarge(str(error)) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise NotAPicture(str(error)) from error


def _redrawn(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data), formats=["PNG", "JPEG"]) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise PictureTooLarge(f"{picture.width} × {picture.height}")
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail(LOGO_SIZE)
    drawn = io.BytesIO()
    upright.save(drawn, "PNG", optimize=True)
    if drawn.tell() > LOGO_BYTES:
        raise PictureTooLarge(f"{drawn.tell()} bytes")
    return drawn.getvalue()


def _photo(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data), formats=list(PHOTO_PIXELS)) as picture:
        if picture.width * picture.height > PHOTO_PIXELS[picture.format or ""]:
            raise PictureTooLarge(f"{picture.width} × {picture.height}")
        picture.draft("RGB", PHOTO_SIZE)
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail(PHOTO_SIZE)
    drawn = io.BytesIO()
    # Pasted onto an empty picture: what belongs to the old one stays with it.
    Image.frombytes("RGB", upright.size, upright.tobytes()).save(drawn, "JPEG", quality=80)
    return drawn.getvalue()
