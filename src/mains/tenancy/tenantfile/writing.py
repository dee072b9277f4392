"""Write a configuration as the tenant file that would give it again."""

from typing import Any

import tomli_w

from mains.tenancy.tenantfile import TenantFile


def to_toml(file: TenantFile) -> str:
    """
    Return a tenant file; what has its default value is left out.
    """
    data = file.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return tomli_w.dumps(_plain(data), multiline_strings=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
