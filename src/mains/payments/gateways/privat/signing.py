"""
What Privat24 signs and how: SHA-1 of the MD5 of a text and the password, both as hexadecimal text.

api.privatbank.ua, section for merchants
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from lxml import etree

_DATA = re.compile(rb"<data>(.*)</data>", re.DOTALL)
_SAFE = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


class Unreadable(ValueError):
    """It is no answer of Privat24."""


class NotSigned(Unreadable):
    """It is an answer, but not one that is signed with this password."""


def sign(text: bytes, password: str) -> str:
    """
    Return the signature of a text.
    """
    inner = hashlib.md5(text + password.encode()).hexdigest()  # noqa: S324
    return hashlib.sha1(inner.encode()).hexdigest()  # noqa: S324


def is_signed(text: bytes, signature: str, password: str) -> bool:
    """
    Tell whether a signature is one of this password.
    """
    return hmac.compare_digest(signature.encode(), sign(text, password).encode())


def payment_text(fields: Mapping[str, str]) -> str:
    """
    Return the text that is signed of a payment: fields in their order, nothing escaped.
    """
    return "&".join(f"{name}={value}" for name, value in fields.items())


def read_payment(text: str) -> dict[str, str]:
    """
    Return the fields of a payment's text.
    """
    return dict(parse_qsl(text, keep_blank_values=True))


def question(merchant_id: str, reference: str, password: str) -> bytes:
    """
    Return the document that asks how a payment stands.
    """
    data = etree.Element("data")
    for name, value in (("oper", "cmt"), ("wait", "0"), ("test", "0")):
        etree.SubElement(data, name).text = value
    payment = etree.SubElement(data, "payment", id="")
    etree.SubElement(payment, "prop", name="order", value=reference)
    inner = b"".join(etree.tostring(part) for part in data)
    request = etree.Element("request", version="1.0")
    merchant = etree.SubElement(request, "merchant")
    etree.SubElement(merchant, "id").text = merchant_id
    etree.SubElement(merchant, "signature").text = sign(inner, password)
    request.append(data)
    return bytes(etree.tostring(request, xml_declaration=True, encoding="UTF-8"))


def answer(document: bytes, password: str) -> dict[str, str]:
    """
    Return what an answer says of a payment.

    :raises NotSigned: if it is not signed with this password, or refuses to say anything.
    :raises Unreadable: if it is no answer at all.
    """
    try:
        root = etree.fromstring(document, _SAFE)
    except etree.XMLSyntaxError as error:
        raise Unreadable from error
    inner, payment = _DATA.search(document), root.find("data/payment")
    signature = root.findtext("merchant/signature") or ""
    if inner is None or payment is None or not is_signed(inner[1], signature, password):
        raise NotSigned
    return {str(name): str(value) for name, value in payment.attrib.items()}
