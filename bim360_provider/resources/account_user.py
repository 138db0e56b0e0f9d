"""``Bim360AccountUser``: a person in a BIM 360 account."""

from typing import ClassVar

from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import AccountUserProvider
from bim360_provider.resources.argument_checks import normalize_email, refuse_duplicate_value
from bim360_provider.resources.base import Bim360Resource, await_resource
from bim360_provider.resources.serialize import build_properties, collect_arguments

__all__ = ["Bim360AccountUser"]


class Bim360AccountUser(Bim360Resource, module="bim360", name="AccountUser"):
    """A person in a BIM 360 account.

    Adding somebody sends no invitation: that comes with their first project. Who is in the
    account already is taken over. Only company, default role and status can be changed later;
    the profile is the person's own. Destroying makes inactive whom the stack added, and leaves
    alone whom it found. Wire members to ``id``, which every preview of an existing user knows.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/ has the limits.
    """

    email: Output[str]
    company_id: Output[str | None]
    default_role: Output[str | None]
    status: Output[str]
    nickname: Output[str | None]
    first_name: Output[str | None]
    last_name: Output[str | None]
    image_url: Output[str | None]
    address_line_1: Output[str | None]
    address_line_2: Output[str | None]
    city: Output[str | None]
    state_or_province: Output[str | None]
    postal_code: Output[str | None]
    country: Output[str | None]
    phone: Output[str | None]
    company: Output[str | None]
    job_title: Output[str | None]
    industry: Output[str | None]
    about_me: Output[str | None]
    adopted: Output[bool]
    name: Output[str | None]
    role: Output[str]
    uid: Output[str | None]
    company_name: Output[str | None]
    default_role_id: Output[str | None]
    last_sign_in: Output[str | None]
    account_id: Output[str]
    region: Output[str]
    unfinished: Output[list[str]]
    created_at: Output[str | None]
    updated_at: Output[str | None]

    PROVIDER: ClassVar[type[Bim360ProviderBase]] = AccountUserProvider
    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "adopted",
        "name",
        "role",
        "uid",
        "company_name",
        "default_role_id",
        "last_sign_in",
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
        email: Input[str],
        company_id: Input[str] | None = None,
        default_role: Input[str] | None = None,
        status: Input[str] | None = None,
        nickname: Input[str] | None = None,
        first_name: Input[str] | None = None,
        last_name: Input[str] | None = None,
        image_url: Input[str] | None = None,
        address_line_1: Input[str] | None = None,
        address_line_2: Input[str] | None = None,
        city: Input[str] | None = None,
        state_or_province: Input[str] | None = None,
        postal_code: Input[str] | None = None,
        country: Input[str] | None = None,
        phone: Input[str] | None = None,
        company: Input[str] | None = None,
        job_title: Input[str] | None = None,
        industry: Input[str] | None = None,
        about_me: Input[str] | None = None,
        on_destroy: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare a person.

        Args:
            resource_name: Pulumi's name for them, unique in the stack; HQ never sees it.
            email: The person's e-mail, at most 255 characters, in any case. Another one is another
                person, and replaces.
            company_id: Id of the person's company in the account; ``""`` clears it.
            default_role: Name of the role that they get in new projects, such as ``Architect``.
            status: ``active`` or ``inactive``; left out, only somebody who was made inactive is
                brought back. HQ changes it only for who has signed in once.
            nickname: Acts once: sent when the person is added, and their own from then on; like all
                that follow, at most 255 characters.
            first_name: Acts once.
            last_name: Acts once.
            image_url: Acts once: the address of a picture.
            address_line_1: Acts once.
            address_line_2: Acts once.
            city: Acts once.
            state_or_province: Acts once: such as ``New York``.
            postal_code: Acts once: text, not a number.
            country: Acts once: in full, such as ``United States``.
            phone: Acts once.
            company: Acts once: the company as the person's own profile words it.
            job_title: Acts once.
            industry: Acts once.
            about_me: Acts once.
            on_destroy: ``deactivate`` or ``retain``; left out, whoever was in the account before
                and whoever is an account admin is retained, and all others are deactivated.
            opts: Pulumi's resource options.
        """
        given = collect_arguments(locals())
        sent = build_properties(self.OUTPUTS, given, opts)
        super().__init__(self.PROVIDER(), resource_name, sent, opts)
        await_resource(self)
        refuse_duplicate_value(self, resource_name, "the e-mail", email, normalize_email)
