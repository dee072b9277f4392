"""What stands on the document of a bill: its blocks, and what the law of a country wants."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from mains.tenancy.tenantfile.base import Section, Slug, Texts


class Block(StrEnum):
    """
    A part of the document that a regulator may want, and that a utility may leave out otherwise.
    """

    # Made from what was billed.
    AMOUNT = "amount"
    DUE_DATE = "due_date"
    PAYMENT = "payment"
    ISSUER = "issuer"
    CUSTOMER = "customer"
    ACCOUNT = "account"
    PERIOD = "period"
    SUM = "sum"
    USE = "use"
    SUPPLY_POINT = "supply_point"
    TARIFF = "tariff"
    CONTRACT_END = "contract_end"
    WHY = "why"
    HISTORY = "history"
    READINGS = "readings"
    LINES = "lines"
    TAXES = "taxes"
    CONTACTS = "contacts"
    GLOSSARY = "glossary"
    # In the utility's own words.
    DISPUTES = "disputes"
    CONSUMER_BODY = "consumer_body"
    SWITCHING = "switching"
    COMPARISON_TOOL = "comparison_tool"
    AVERAGE_USE = "average_use"
    ENERGY_MIX = "energy_mix"
    EMISSIONS = "emissions"
    SAVINGS = "savings"
    FAULTS = "faults"
    LEGAL = "legal"


OWN_WORDS = frozenset(
    {
        Block.DISPUTES,
        Block.CONSUMER_BODY,
        Block.SWITCHING,
        Block.COMPARISON_TOOL,
        Block.AVERAGE_USE,
        Block.ENERGY_MIX,
        Block.EMISSIONS,
        Block.SAVINGS,
        Block.FAULTS,
        Block.LEGAL,
    }
)


class Wanted(NamedTuple):
    """
    A block that has to be on a bill, by which page at the latest, and how large in points (0: any).
    """

    block: Block
    page: int = 2
    points: float = 0


class ProfileCode(StrEnum):
    EU = "eu"
    LV = "lv"
    ES_WATER = "es_water"
    ES_ELECTRICITY = "es_electricity"
    HU = "hu"
    UA = "ua"
    IT = "it"


class Profile(NamedTuple):
    """
    What the document of a bill has to say in a country; `source` is where that is written.

    `tax_by_line` wants net, tax and gross beside each line.
    """

    source: str
    wanted: tuple[Wanted, ...]
    tax_by_line: bool = False


_PROMINENT = (Wanted(Block.AMOUNT, 1, 18), Wanted(Block.DUE_DATE, 1, 18))
_ANY_BILL = (
    *_PROMINENT,
    Wanted(Block.PAYMENT, 1),
    Wanted(Block.ISSUER, 1),
    Wanted(Block.CUSTOMER, 1),
    Wanted(Block.ACCOUNT, 1),
    Wanted(Block.PERIOD, 1),
    Wanted(Block.SUM, 1),
    Wanted(Block.LINES),
    Wanted(Block.TAXES),
    Wanted(Block.CONTACTS),
)
_METERED = (
    Wanted(Block.USE),
    Wanted(Block.READINGS),
    Wanted(Block.SUPPLY_POINT),
    Wanted(Block.TARIFF),
    Wanted(Block.DISPUTES),
)
_ENERGY = (
    *_ANY_BILL,
    Wanted(Block.USE),
    Wanted(Block.SUPPLY_POINT),
    Wanted(Block.TARIFF),
    Wanted(Block.CONTRACT_END),
    Wanted(Block.SWITCHING),
    Wanted(Block.DISPUTES),
    Wanted(Block.CONSUMER_BODY),
    Wanted(Block.HISTORY),
)
_DIRECTIVE = "Directive (EU) 2019/944, Annex I, and Directive (EU) 2024/1788, Annex I"
PROFILES = {
    ProfileCode.EU: Profile(_DIRECTIVE, _ENERGY),
    ProfileCode.LV: Profile(
        f"Elektroenerģijas tirgus likums, after {_DIRECTIVE}",
        (*_ENERGY, Wanted(Block.READINGS), Wanted(Block.COMPARISON_TOOL)),
    ),
    ProfileCode.ES_WATER: Profile(
        "Decreto 120/1991 (Andalucía), Reglamento del Suministro Domiciliario de Agua",
        (*_ANY_BILL, *_METERED, Wanted(Block.HISTORY)),
    ),
    ProfileCode.ES_ELECTRICITY: Profile(
        "Resolución de 28 de abril de 2021 (DGPEM), contenido mínimo de la factura de electricidad",
        (
            *_ENERGY,
            Wanted(Block.READINGS),
            Wanted(Block.COMPARISON_TOOL),
            Wanted(Block.ENERGY_MIX),
            Wanted(Block.FAULTS),
        ),
    ),
    ProfileCode.HU: Profile(
        "2013. évi CLXXXVIII. törvény az egységes közszolgáltatói számlaképről",
        (*_ANY_BILL, *_METERED, Wanted(Block.SAVINGS), Wanted(Block.FAULTS)),
        tax_by_line=True,
    ),
    ProfileCode.UA: Profile(
        "Закон України № 2189-VIII «Про житлово-комунальні послуги»",
        (*_ANY_BILL, *_METERED),
    ),
    ProfileCode.IT: Profile(
        "ARERA, delibera 315/2024/R/com, Bolletta dei clienti finali",
        (
            *_ENERGY,
            Wanted(Block.READINGS),
            Wanted(Block.COMPARISON_TOOL),
            Wanted(Block.FAULTS),
        ),
    ),
}


class BillText(Section):
    """
    What the utility itself says in one block; of some services only, if any are named.
    """

    block: Block
    text: Texts
    services: tuple[Slug, ...] = ()

    @model_validator(mode="after")
    def _has_words_of_its_own(self) -> Self:
        if self.block not in OWN_WORDS:
            raise ValueError(
                f"{self.block} is made from what was billed; texts are for "
                f"{', '.join(sorted(OWN_WORDS))}"
            )
        return self

    def is_about(self, service: str) -> bool:
        """
        Tell whether it is printed on bills of a service.
        """
        return not self.services or service in self.services


class FormerPrice(Section):
    """
    What a line cost, net, before the law lowered prices: what was saved since is counted by it.
    """

    # The component of the tariffs that the line comes from.
    code: Slug
    price: Decimal = Field(gt=0)


class BillDocument(Section):
    """
    The document of bills: nothing can be published that lacks what its profile wants.
    """

    profile: ProfileCode = ProfileCode.EU
    # Blocks that are not printed.
    leave_out: tuple[Block, ...] = ()
    texts: tuple[BillText, ...] = ()
    # For the block `savings`: this bill's and all since are said in figures.
    former_prices: tuple[FormerPrice, ...] = ()

    @model_validator(mode="after")
    def _leaves_out_nothing_wanted(self) -> Self:
        for wanted in PROFILES[self.profile].wanted:
            if wanted.block in self.leave_out:
                raise ValueError(
                    f"leave_out has {wanted.block}, which the profile {self.profile} wants on "
                    "every bill"
                )
        return self

    def unsaid(self, services: Iterable[str]) -> list[tuple[Block, str]]:
        """
        Return the blocks in the utility's own words that its profile wants and a service lacks.
        """
        return [
            (wanted.block, service)
            for wanted in PROFILES[self.profile].wanted
            if wanted.block in OWN_WORDS
            for service in services
            if not any(one.is_about(service) for one in self.texts_in(wanted.block))
        ]

    def texts_in(self, block: Block) -> list[BillText]:
        """
        Return what the utility says in a block.
        """
        return [one for one in self.texts if one.block is block]

    def prints(self, block: Block) -> bool:
        """
        Tell whether a block is printed.
        """
        return block not in self.leave_out
