"""``Bim360AccountUser``: a user of a BIM 360 account."""

from typing import ClassVar

from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import AccountUserProvider
from bim360_provider.resources.argument_checks import normalize_email, refuse_duplicate_value
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.serialize import build_properties, collect_arguments

__all__ = ["Bim360AccountUser"]


class Bim360AccountUser(Bim360Resource, module="bim360", name="AccountUser"):
    """A user of a BIM 360 account.

    A user who is in the account already is adopted. HQ invites a new user by e-mail only with the
    first project. Only company, default role and status can change later; the user owns the
    profile. A destroy deactivates a user that the stack added, and retains an adopted one. Pass
    ``id`` to members; it is known in each preview of an existing user.

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
    """Outputs that HQ or the provider sets."""

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
        """Declare a user.

        Args:
            resource_name: Pulumi's name of the resource, unique in the stack; never sent to HQ.
            email: The user's e-mail, at most 255 characters, in any case. Another e-mail replaces
                the resource.
            company_id: Id of the user's company in the account; ``""`` clears it.
            default_role: Name of the user's role in new projects, such as ``Architect``; ``""``
                clears it.
            status: ``active`` or ``inactive``; HQ changes it only after the user's first sign-in.
                Default: a deactivated user is reactivated.
            nickname: Nickname, at most 255 characters, as all following texts. Applies only on
                create. The user changes it later.
            first_name: First name. Applies only on create.
            last_name: Last name. Applies only on create.
            image_url: Address of a picture. Applies only on create.
            address_line_1: First line of the address. Applies only on create.
            address_line_2: Second line of the address. Applies only on create.
            city: City. Applies only on create.
            state_or_province: State or province, such as ``New York``. Applies only on create.
            postal_code: Postal code as text. Applies only on create.
            country: Full name of the country, such as ``United States``. Applies only on create.
            phone: Phone number. Applies only on create.
            company: The company's name in the user's profile. Applies only on create.
            job_title: Job title. Applies only on create.
            industry: Industry. Applies only on create.
            about_me: The user's description of themselves. Applies only on create.
            on_destroy: ``deactivate`` or ``retain``. Default: users who were in the account before
                and account admins are retained, all others are deactivated.
            opts: Pulumi's resource options.
        """
        given = collect_arguments(locals())
        sent = build_properties(self.OUTPUTS, given, opts)
        self._register(resource_name, sent, opts)
        refuse_duplicate_value(self, resource_name, "the e-mail", email, normalize_email)
