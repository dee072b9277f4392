"""What a bank says of a file of direct debits: pain.002, in every version by local names."""

from dataclasses import dataclass

from lxml import etree

from mains.bankfiles.unreadable import Reason, UnreadableFile, bounded
from mains.bankfiles.xml import all_of, name_of, root_of, text_of

REJECTED = "RJCT"


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    A status of ISO 20022, such as RJCT, ACSC or PART, and the reason; both empty if not given.
    """

    status: str = ""
    reason: str = ""

    @property
    def is_rejected(self) -> bool:
        return self.status == REJECTED


@dataclass(frozen=True, slots=True)
class DebitAnswer:
    """
    What was said of one debit.
    """

    end_to_end_id: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """
    What was said of a batch, and of those of its debits that are named.
    """

    batch_id: str
    verdict: Verdict
    debits: tuple[DebitAnswer, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What was said of the file of `message_id`.
    """

    message_id: str
    verdict: Verdict
    batches: tuple[BatchAnswer, ...]

    def verdict_on(self, end_to_end_id: str, *, batch_id: str = "") -> Verdict:
        """
        Return what holds for a debit of a batch.

        A rejected file rejects its batches, and a rejected batch its debits, named or not. Else it
        is what was said of the debit, of its batch if that is known, or of the file.
        """
        batches = [one for one in self.batches if not batch_id or one.batch_id == batch_id]
        named = [
            (batch, debit)
            for batch in batches
            for debit in batch.debits
            if debit.end_to_end_id == end_to_end_id
        ]
        own = [debit.verdict for _, debit in named]
        around = [batch.verdict for batch, _ in named] or [
            batch.verdict for batch in batches if batch_id
        ]
        said = [verdict for verdict in (*own, *around, self.verdict) if verdict.status]
        rejected = [verdict for verdict in said if verdict.is_rejected]
        # The nearest reason is the one to act on.
        with_reason = [verdict for verdict in rejected if verdict.reason]
        return next(iter((*with_reason, *rejected, *said)), Verdict())


def read(data: bytes) -> Answer:
    """
    Read an answer.

    :raises UnreadableFile: for what is none, or names no file of ours.
    """
    root = root_of(bounded(data))
    message = next((node for node in root if name_of(node) in _MESSAGES), None)
    original = None if message is None else next(all_of(message, "OrgnlGrpInfAndSts"), None)
    if message is None or original is None or not text_of(original, "OrgnlMsgId"):
        raise UnreadableFile(Reason.FORMAT)
    batches = [_batch(node) for node in all_of(message, "OrgnlPmtInfAndSts")]
    # The first version has debits without their batches.
    loose = tuple(_debit(node) for node in all_of(message, "TxInfAndSts"))
    return Answer(
        message_id=text_of(original, "OrgnlMsgId"),
        verdict=_verdict(original, "GrpSts"),
        batches=(*batches, *([BatchAnswer("", Verdict(), loose)] if loose else [])),
    )


_MESSAGES = {"CstmrPmtStsRpt", "pain.002.001.02"}


def _batch(node: etree._Element) -> BatchAnswer:
    return BatchAnswer(
        batch_id=text_of(node, "OrgnlPmtInfId"),
        verdict=_verdict(node, "PmtInfSts"),
        debits=tuple(_debit(debit) for debit in all_of(node, "TxInfAndSts")),
    )


def _debit(node: etree._Element) -> DebitAnswer:
    return DebitAnswer(text_of(node, "OrgnlEndToEndId"), _verdict(node, "TxSts"))


def _verdict(node: etree._Element, status: str) -> Verdict:
    return Verdict(
        text_of(node, status),
        text_of(
            node, "StsRsnInf/Rsn/Cd", "StsRsnInf/Rsn/Prtry", "StsRsnInf/StsRsn/Cd",
            "StsRsnInf/StsRsn/Prtry",
        ),
    )  # fmt: skip
