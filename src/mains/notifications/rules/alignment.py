"""Which records in its DNS let a tenant's mail pass as its own (SPF, DKIM, DMARC)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """
    A record that the owner of a domain adds; `why` says what it does.
    """

    name: str
    type: str
    value: str
    why: str

    @property
    def mark(self) -> str:
        """
        Return how a record of this sort begins, whatever else it says.
        """
        return self.value.partition(";")[0].partition(" ")[0]

    def is_met(self, found: Sequence[str]) -> bool:
        """
        Tell whether what was found does what is wanted: the same sort, and this server where named.
        """
        wanted = [word for word in self.value.split() if word.startswith("a:")]
        return any(
            text.lower().startswith(self.mark.lower())
            and all(_names(text, word.removeprefix("a:")) for word in wanted)
            for text in found
        )


def _names(text: str, server: str) -> bool:
    return any(word.partition(":")[2].lower() == server.lower() for word in text.split())


def domain_of(sender: str) -> str:
    """
    Return the domain of an address, in lower case: From, envelope and signature have to share it.
    """
    return sender.rsplit("@", 1)[1].lower()


def records(*, sender: str, relay: str, selector: str = "mains") -> list[Record]:
    """
    Return what a sender's domain needs where a mail server (`relay`) sends and signs for it.
    """
    domain = domain_of(sender)
    return [
        Record(domain, "TXT", f"v=spf1 a:{relay} ~all", "SPF: this server may send for the domain"),
        Record(
            f"{selector}._domainkey.{domain}",
            "TXT",
            f"v=DKIM1; p=<public key of {relay}>",
            "DKIM: the server signs as this domain; it shows the key",
        ),
        Record(
            f"_dmarc.{domain}",
            "TXT",
            f"v=DMARC1; p=quarantine; adkim=r; aspf=r; rua=mailto:{sender}",
            "DMARC: mail in this name that is neither is put aside",
        ),
    ]
