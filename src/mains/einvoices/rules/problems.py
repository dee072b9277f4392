"""Why a document for machines cannot be made from a bill."""


class NotMachineReadable(ValueError):
    """
    A bill lacks what a format wants; `code` names it, the message says what to do.
    """

    code = "not_machine_readable"


class FactsTooOld(NotMachineReadable):
    """
    The bill was issued before its facts said what a machine has to know of the company.
    """

    code = "facts_too_old"

    def __init__(self) -> None:
        super().__init__(
            "The facts of this bill say too little of the company; it was issued before "
            "`companies.einvoices` was set. Only JSON and CSV can be made from it."
        )


class CategoryUnknown(NotMachineReadable):
    """
    A line without tax does not say why, and the bill has several reasons.
    """

    code = "category_unknown"

    def __init__(self, *, line: int) -> None:
        super().__init__(f"Line {line} has no tax, and the bill does not say which reason is its.")


class BuyerTaxIdMissing(NotMachineReadable):
    """
    The customer's tax number is wanted, and the bill was issued without one.
    """

    code = "buyer_tax_id_missing"

    def __init__(self) -> None:
        super().__init__(
            "The customer's tax number is missing. Record it, credit the bill and issue it again."
        )


class BuyerPlaceUnknown(NotMachineReadable):
    """
    The customer's address does not say its street, post code and town apart.
    """

    code = "buyer_place_unknown"

    def __init__(self, *, address: str) -> None:
        super().__init__(
            f"The customer's address {address!r} has no street, post code and town. Write it as "
            "street, then post code and town on a line of their own, and issue the bill again."
        )


class NothingToReport(NotMachineReadable):
    """
    A bill that comes to nothing is no supply that a tax office hears of.
    """

    code = "nothing_to_report"

    def __init__(self) -> None:
        super().__init__("The bill comes to nothing, so there is nothing to report.")


class OfficeMissing(NotMachineReadable):
    """
    The company had no such tax office in its settings when the bill was issued.
    """

    code = "office_missing"

    def __init__(self, *, office: str) -> None:
        super().__init__(
            f"The bill was issued before `companies.einvoices.{office}` was set, so it says "
            "nothing for it."
        )


class SumsDiffer(NotMachineReadable):
    """
    The lines of a bill do not come to its sums.
    """

    code = "sums_differ"

    def __init__(self, *, what: str, lines: str, stated: str) -> None:
        super().__init__(f"The lines come to {lines} for {what}, but the bill says {stated}.")
