"""``Bim360Company``: a company of a BIM 360 account."""

from typing import ClassVar

from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import CompanyProvider
from bim360_provider.resources.argument_checks import normalize_name, refuse_duplicate_value
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.serialize import build_properties, collect_arguments

__all__ = ["Bim360Company"]


class Bim360Company(Bim360Resource, module="bim360", name="Company"):
    """A company of a BIM 360 account, such as a contractor.

    A company belongs to the whole account: an existing company with this name is adopted, and a
    destroy leaves it there, because HQ's API cannot delete a company. An argument that is not given
    is neither sent nor compared; ``""`` clears the field. Pass ``id`` to users and members; it is
    known in each preview of an existing company.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/ has the limits.
    """

    name: Output[str]
    trade: Output[str]
    address_line_1: Output[str | None]
    address_line_2: Output[str | None]
    city: Output[str | None]
    state_or_province: Output[str | None]
    postal_code: Output[str | None]
    country: Output[str | None]
    phone: Output[str | None]
    website_url: Output[str | None]
    description: Output[str | None]
    erp_id: Output[str | None]
    tax_id: Output[str | None]
    account_id: Output[str]
    region: Output[str]
    unfinished: Output[list[str]]
    created_at: Output[str | None]
    updated_at: Output[str | None]

    PROVIDER: ClassVar[type[Bim360ProviderBase]] = CompanyProvider
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "account_id",
        "region",
        "unfinished",
        "created_at",
        "updated_at",
    )
    """Outputs that HQ or the provider sets."""

    def __init__(  # noqa: PLR0913 - these are HQ's fields, each a keyword
        self,
        resource_name: str,
        *,
        name: Input[str] | None = None,
        trade: Input[str] | None = None,
        address_line_1: Input[str] | None = None,
        address_line_2: Input[str] | None = None,
        city: Input[str] | None = None,
        state_or_province: Input[str] | None = None,
        postal_code: Input[str] | None = None,
        country: Input[str] | None = None,
        phone: Input[str] | None = None,
        website_url: Input[str] | None = None,
        description: Input[str] | None = None,
        erp_id: Input[str] | None = None,
        tax_id: Input[str] | None = None,
        adopt: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare a company.

        Args:
            resource_name: Pulumi's name of the resource, unique in the stack; never sent to HQ.
            name: The company's name, 1 to 255 characters, unique in the account. Required to
                create.
            trade: Trade from HQ's list, such as ``Electrical``, or your own text of 1 to 255
                characters. Required to create.
            address_line_1: First line of the address, at most 255 characters; ``""`` clears it.
            address_line_2: Second line of the address, at most 255 characters; ``""`` clears it.
            city: City, at most 255 characters; ``""`` clears it.
            state_or_province: State or province from HQ's list for the country, such as ``New
                York``; ``""`` clears it.
            postal_code: Postal code as text, at most 255 characters; ``""`` clears it.
            country: Full name of the country, such as ``United States``; ``""`` clears it.
            phone: Phone number, at most 255 characters; ``""`` clears it.
            website_url: Address of the website, at most 255 characters; ``""`` clears it.
            description: Description, at most 255 characters; ``""`` clears it.
            erp_id: Company's number in your own systems; ``""`` clears it.
            tax_id: Company's tax number; ``""`` clears it.
            adopt: What to do if the name is in use: ``any`` adopts the existing company (the
                default), ``never`` fails.
            opts: Pulumi's resource options.
        """
        given = collect_arguments(locals())
        sent = build_properties(self.OUTPUTS, given, opts)
        self._register(resource_name, sent, opts)
        refuse_duplicate_value(self, resource_name, "the name", name, normalize_name)
