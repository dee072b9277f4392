"""Notifications of the Italian exchange system about files of ours."""

NOTICE = """<?xml version="1.0"?><t:{name} xmlns:t="http://www.fatturapa.gov.it/sdi/messaggi/v1.0"
 versione="1.0"><IdentificativoSdI>{sdi}</IdentificativoSdI><NomeFile>{file}</NomeFile>
 {more}<MessageId>{message}</MessageId></t:{name}>"""
NAMES = {
    "RC": "RicevutaConsegna", "NS": "NotificaScarto", "MC": "NotificaMancataConsegna",
    "NE": "NotificaEsito", "DT": "NotificaDecorrenzaTermini",
    "AT": "AttestazioneTrasmissioneFattura",
}  # fmt: skip
_ERROR = "<ListaErrori><Errore><Codice>00417</Codice><Descrizione>x</Descrizione></Errore>"
MORE = {
    "NS": f"{_ERROR}</ListaErrori>",
    "NE+": "<Esito>EC01</Esito>",
    "NE-": "<Esito>EC02</Esito>",
}


def notice(step: str, *, file: str, message: str = "", sdi: str = "111") -> bytes:
    """
    Return a notification; of what the recipient decided, NE+ accepts and NE- declines.
    """
    return NOTICE.format(
        name=NAMES[step.rstrip("+-")],
        sdi=sdi,
        file=file,
        message=message or f"{step}1",
        more=MORE.get(step, ""),
    ).encode()
