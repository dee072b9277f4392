"""Read a picture that somebody uploaded, and write it anew so that nothing else is in it."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 5_000_000
MOST_PIXELS = 25_000_000
LOGO_SIZE = (400, 160)
LOGO_BYTES = 500_000


class PictureTooLarge(Exception):
    """The file has too many bytes, or its picture too many pixels."""


class NotAPicture(Exception):
    """The file is neither PNG nor JPEG, or it is damaged."""


def logo_png(data: bytes) -> bytes:
    """
    Return an uploaded logo as a PNG of at most 400 × 160 pixels.

    The size is read from the head of the file before any pixel is, so a small file cannot unpack
    into a huge one.

    :raises PictureTooLarge: if it has too many bytes or pixels.
    :raises NotAPicture: if it is no PNG or JPEG.
    """
    if len(data) > MOST_BYTES:
        raise PictureTooLarge(f"{len(data)} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _redrawn(data)
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
