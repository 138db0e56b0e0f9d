"""The companies, account users and project users of a seed."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bim360_provider.emulator.enums import USER_ROLES, USER_STATUSES
from bim360_provider.emulator.problems import one_of
from bim360_provider.emulator.seed_types import Moment, Strict, Text


class SeedImage(Strict):
    """What is kept of an uploaded image: everything but the image."""

    filename: str
    content_type: Text
    size: int
    sha256: Text


class SeedCompany(Strict):
    """A company; two may share a name, as they do in real accounts."""

    name: Text
    id: Text | None = None
    trade: Text | None = None
    address_line_1: Text | None = None
    address_line_2: Text | None = None
    city: Text | None = None
    state_or_province: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    phone: Text | None = None
    website_url: Text | None = None
    description: Text | None = None
    erp_id: Text | None = None
    tax_id: Text | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    image: SeedImage | None = None


class SeedUser(Strict):
    """A user of the account; whoever is active or inactive has signed in once."""

    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    id: Text | None = None
    role: Annotated[str, AfterValidator(one_of(USER_ROLES))] = "account_user"
    status: Annotated[str, AfterValidator(one_of(USER_STATUSES))] = "active"
    company_id: Text | None = None
    uid: Text | None = None
    last_sign_in: Text | None = None
    name: Text | None = None
    nickname: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    image_url: Text | None = None
    address_line_1: Text | None = None
    address_line_2: Text | None = None
    city: Text | None = None
    state_or_province: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    phone: Text | None = None
    company: Text | None = None
    job_title: Text | None = None
    industry: Text | None = None
    about_me: Text | None = None
    default_role: Text | None = None
    default_role_id: Text | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class SeedMember(Strict):
    """A user of a project, by e-mail or by id."""

    email: Text | None = None
    user_id: Text | None = None
    company_id: Text | None = None
    industry_roles: tuple[Text, ...] = ()
    """Names of roles, or their ids in this project."""
    services: dict[
        Literal["document_management", "project_administration"], Literal["admin", "user"]
    ] = Field(default_factory=dict)
    """``document_management`` and ``project_administration``, each with its access level."""
    modules: tuple[Text, ...] = ()
    """The services that HQ v1 has given them, by its names; HQ v2 can only take them away."""
    created_at: Moment | None = None
    updated_at: Moment | None = None
