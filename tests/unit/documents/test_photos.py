"""A photo is decoded, made smaller and written anew, and nothing but its pixels is left."""

import io
import struct
import zlib

import pytest
from PIL import Image

from mains.documents.pictures import (
    PHOTO_BYTES,
    HeifPicture,
    NotAPicture,
    PictureTooLarge,
    photo_jpeg,
)


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **saved: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(made, kind, **saved)
    return made.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def with_exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0110] = "Somebody's telephone"
    exif[0x0112] = orientation
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (56.0, 57.0, 0.0)
    return picture(exif=exif, comment=b"kitchen")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_becomes_a_jpeg(kind):
    made = opened(photo_jpeg(picture(kind)))
    assert (made.format, made.size) == ("JPEG", (60, 40))


def test_neither_place_nor_telephone_nor_comment_is_left():
    taken = with_exif()
    assert opened(taken).getexif().get_ifd(0x8825), "control"
    made = photo_jpeg(taken)
    assert not opened(made).getexif()
    assert "comment" not in opened(made).info
    for word in (b"telephone", b"Exif", b"kitchen"):
        assert word in taken, "control"
        assert word not in made


def test_it_is_turned_upright_before_that_is_forgotten():
    assert opened(photo_jpeg(with_exif(orientation=6))).size == (40, 60)


def test_it_is_made_smaller_and_never_larger():
    assert opened(photo_jpeg(picture(size=(4000, 3000)))).size == (1600, 1200)
    assert opened(photo_jpeg(picture(size=(10, 10)))).size == (10, 10)


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"heix"])
def test_heif_is_refused_by_name(brand):
    with pytest.raises(HeifPicture):
        photo_jpeg(b"\x00\x00\x00\x18ftyp" + brand + b"\x00" * 40)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture()[:300],
        picture("GIF"),
    ],
    ids=["nothing", "pdf", "svg", "cut off", "gif"],
)
def test_what_is_no_photo_is_refused_whatever_it_is_called(data):
    with pytest.raises(NotAPicture):
        photo_jpeg(data)


def bomb(side: int) -> bytes:
    """
    Return a PNG of many pixels in few bytes.
    """

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * (side // 8 + 1), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_few_bytes_do_not_unpack_into_many_pixels():
    small = bomb(20_000)
    assert len(small) < 1_000
    with pytest.raises(PictureTooLarge):
        photo_jpeg(small)


def test_too_many_bytes_are_not_even_looked_at():
    with pytest.raises(PictureTooLarge):
        photo_jpeg(b"\xff" * (PHOTO_BYTES + 1))
