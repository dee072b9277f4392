"""What a utility writes to its customers in its own words."""

from typing import Annotated

from pydantic import Field

from mains.tenancy.tenantfile.base import Language, Section

Subject = Annotated[str, Field(min_length=3, max_length=120, pattern=r"^[^\r\n]+$")]
Body = Annotated[str, Field(min_length=10, max_length=4000)]


class MailText(Section):
    """
    One kind of message, in each language that the utility has words of its own for.

    Both may have places such as `{amount}`; which ones is the kind's.
    """

    kind: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")
    subject: dict[Language, Subject] = Field(min_length=1)
    text: dict[Language, Body] = Field(min_length=1)
