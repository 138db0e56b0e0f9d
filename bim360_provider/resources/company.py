"""``Bim360Company``: a company of a BIM 360 account."""

from typing import ClassVar

from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import CompanyProvider
from bim360_provider.resources.argument_checks import normalize_name, refuse_duplicate_value
from bim360_provider.resources.base import Bim360Resource, await_resource
from bim360_provider.resources.serialize import build_properties, collect_arguments

__all__ = ["Bim360Company"]


class Bim360Company(Bim360Resource, module="bim360", name="Company"):
    """A company of a BIM 360 account, such as a contractor.

    Companies belong to the whole account: one that has the name already is taken over, and
    destroying leaves it there, because HQ's API cannot delete one. An argument that is not
    given is neither sent nor compared; ``""`` asks HQ to clear the field. Wire users and
    members to ``id``, which is known in every preview of an existing company.

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
    """What HQ or the provider fills in."""

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
            resource_name: Pulumi's name for it, unique in the stack; HQ never sees it.
            name: Required to create. 1 to 255 characters, unique in the account.
            trade: Required to create. 1 to 255 characters; of HQ's list, such as ``Electrical``,
                or your own words.
            address_line_1: At most 255 characters, like the rest of the address.
            address_line_2: More of the address.
            city: The city.
            state_or_province: As HQ's list for the country has it, such as ``New York``.
            postal_code: The postal code, as text.
            country: In full, such as ``United States``.
            phone: At most 255 characters.
            website_url: At most 255 characters.
            description: At most 255 characters.
            erp_id: The company's number in your own systems; free text.
            tax_id: Its tax number; free text.
            adopt: What to do when the account has a company of that name: ``any`` (take it over,
                the default) or ``never`` (fail).
            opts: Pulumi's resource options.
        """
        given = collect_arguments(locals())
        sent = build_properties(self.OUTPUTS, given, opts)
        super().__init__(self.PROVIDER(), resource_name, sent, opts)
        await_resource(self)
        refuse_duplicate_value(self, resource_name, "the name", name, normalize_name)
