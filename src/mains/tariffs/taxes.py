"""The taxes of a utility, as its file says."""

from mains.tariffs.rules.taxes import Category, Tax, Taxes, TaxVersion
from mains.tenancy.tenantfile import TenantFile


def taxes_of(file: TenantFile) -> Taxes:
    """
    Return the taxes of a utility by code.
    """
    return {
        tax.code: Tax(
            code=tax.code,
            versions=tuple(
                TaxVersion(version.start_date, version.percent, Category(version.category))
                for version in tax.versions
            ),
            otherwise={name: Category(category) for name, category in tax.otherwise.items()},
        )
        for tax in file.taxes
    }
