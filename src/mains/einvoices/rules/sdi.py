"""What the Italian exchange system answers, and what that makes of a file.

Source: Agenzia delle Entrate, Specifiche tecniche relative al Sistema di Interscambio, appendix on
notifications. The sender gets NS, RC, MC, NE, DT and AT; EC, SE and MT are for the recipient.
"""

from collections.abc import Mapping
from typing import NamedTuple

from lxml import etree

MOST_BYTES = 1_000_000
_KINDS = {
    "RicevutaConsegna": "RC",
    "NotificaScarto": "NS",
    "RicevutaScarto": "NS",
    "NotificaMancataConsegna": "MC",
    "RicevutaImpossibilitaRecapito": "MC",
    "NotificaEsito": "NE",
    "NotificaDecorrenzaTermini": "DT",
    "AttestazioneTrasmissioneFattura": "AT",
    "NotificaEsitoCommittente": "EC",
    "ScartoEsitoCommittente": "SE",
    "MetadatiInvioFile": "MT",
}
_FOR_RECIPIENTS = {"EC", "SE", "MT"}
_ACCEPTED = "EC01"
MADE, DELIVERED, UNDELIVERED, REJECTED = "MADE", "DELIVERED", "UNDELIVERED", "REJECTED"
ACCEPTED, DECLINED, LAPSED, IMPOSSIBLE = "ACCEPTED", "DECLINED", "LAPSED", "IMPOSSIBLE"
# From what state which answer leads where. An answer that came late, after one that follows it,
# leaves the state; what is not here contradicts what was known.
_STEPS: Mapping[str, Mapping[str, str]] = {
    MADE: {
        "NS": REJECTED, "RC": DELIVERED, "MC": UNDELIVERED, "AT": IMPOSSIBLE,
        "NE+": ACCEPTED, "NE-": DECLINED, "DT": LAPSED,
    },
    UNDELIVERED: {
        "MC": UNDELIVERED, "RC": DELIVERED, "AT": IMPOSSIBLE,
        "NE+": ACCEPTED, "NE-": DECLINED, "DT": LAPSED,
    },
    DELIVERED: {
        "RC": DELIVERED, "MC": DELIVERED, "NE+": ACCEPTED, "NE-": DECLINED, "DT": LAPSED,
    },
    ACCEPTED: {"RC": ACCEPTED, "MC": ACCEPTED, "NE+": ACCEPTED},
    DECLINED: {"RC": DECLINED, "MC": DECLINED, "NE-": DECLINED},
    LAPSED: {"RC": LAPSED, "MC": LAPSED, "DT": LAPSED},
    IMPOSSIBLE: {"MC": IMPOSSIBLE, "AT": IMPOSSIBLE},
    REJECTED: {"NS": REJECTED},
}  # fmt: skip


class NoticeUnreadable(ValueError):
    """
    A file is no notification of the exchange system.
    """


class NotForSenders(ValueError):
    """
    A notification is meant for the recipient of a bill.
    """


class NoticeContradicts(ValueError):
    """
    A notification does not fit what is known of its file already.
    """


class Notice(NamedTuple):
    """
    A notification: its kind, the system's id of the file, the file's name as it was sent, the id of
    the message, and what it says.
    """

    kind: str
    sdi_id: str
    file_name: str
    message_id: str
    text: str = ""
    is_accepted: bool = False

    @property
    def step(self) -> str:
        """
        Return the answer, with whether the recipient accepted where it says so.
        """
        return self.kind if self.kind != "NE" else ("NE+" if self.is_accepted else "NE-")


def read_notice(content: bytes) -> Notice:
    """
    Read a notification; nothing in it is looked up elsewhere.

    :raises NoticeUnreadable: if it is none, too large, or declares a document type.
    :raises NotForSenders: if it is of a kind that only recipients get.
    """
    root = _parsed(content)
    kind = _KINDS.get(etree.QName(root).localname)
    if kind is None:
        raise NoticeUnreadable("The file is no notification of the exchange system.")
    if kind in _FOR_RECIPIENTS:
        raise NotForSenders(f"A notification {kind} is for recipients of bills.")
    notice = Notice(
        kind=kind,
        sdi_id=_text(root, "IdentificativoSdI"),
        file_name=_text(root, "NomeFile").removesuffix(".p7m"),
        message_id=_text(root, "MessageId"),
        text=_said(root),
        is_accepted=_text(root, "Esito") == _ACCEPTED,
    )
    if not (notice.sdi_id and notice.file_name and notice.message_id):
        raise NoticeUnreadable("The notification does not say which file it is about.")
    return notice


def state_after(state: str, notice: Notice) -> str:
    """
    Return the state of a file after a notification.

    :raises NoticeContradicts: if the notification cannot be true beside what is known.
    """
    try:
        return _STEPS[state][notice.step]
    except KeyError:
        raise NoticeContradicts(
            f"{notice.file_name} is {state} already; {notice.kind} does not follow that."
        ) from None


def _parsed(content: bytes) -> etree._Element:
    if len(content) > MOST_BYTES:
        raise NoticeUnreadable("The file is larger than any notification.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NoticeUnreadable("The file is no XML.") from error
    if root.getroottree().docinfo.doctype:
        raise NoticeUnreadable("The file declares a document type, which no notification does.")
    return root


def _text(root: etree._Element, name: str) -> str:
    found = root.find(f".//{{*}}{name}")
    return (found.text or "").strip()[:200] if found is not None else ""


def _said(root: etree._Element) -> str:
    errors = [
        " ".join(filter(None, (_text(one, "Codice"), _text(one, "Descrizione"))))
        for one in root.iter("{*}Errore")
    ]
    return "; ".join(errors)[:500] or _text(root, "Descrizione")
