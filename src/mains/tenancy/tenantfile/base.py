"""What every section of a tenant file has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Language = Annotated[str, StringConstraints(pattern=r"^(en|es|hu|it|lv|uk)$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
# The same sentence in each of the tenant's languages.
Texts = dict[Language, str]


class Section(BaseModel):
    """
    A part of a tenant file: a key that nobody knows is an error, and nothing changes afterwards.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
