"""The switches for every point on which the public sources leave HQ's behaviour open."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Options(BaseModel):
    """How this emulator behaves where HQ's behaviour is configurable or not known.

    Every default is the strictest reading of the public sources in docs/reference/emulator.md.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ids_seed: int = 1
    """Ids are a function of this number and of how many were made before."""
    rate_limit_per_minute: Count = 100
    """HQ requests a client id may make in any 60 seconds; 0 switches the limit off."""
    token_rate_limit_per_minute: Count = 500
    """Token requests a client id may make in any 60 seconds; 0 switches the limit off."""
    admin_rate_limit_per_minute: Count = 600
    """The same for reads of construction/admin and bim360/admin: a quota of their own."""
    token_lifetime: Seconds = 3600
    """Seconds until an access token expires."""
    credentials_in_body: Literal["refuse", "accept"] = "refuse"
    """Whether the token endpoint takes client id and secret from the form (OAuth v1 did)."""
    job_duration: Seconds = 2
    """Seconds of the emulator's clock until a template copy is done."""
    job_outcome: Literal["success", "failed"] = "success"
    """How template copies end."""
    copy_job_id_without_template: Literal["null", "absent"] = "null"
    """What ``copy_project_job_id`` is on a project made without a template."""
    visible_after: Seconds = 0
    """Seconds of the emulator's clock during which a new project is answered with 404."""
    enums: Literal["strict", "loose"] = "strict"
    """Whether currency, timezone and the like must be on the published lists."""
    unknown_fields: Literal["refuse", "ignore"] = "refuse"
    """What happens to body fields and query parameters that HQ does not document."""
    read_only_fields: Literal["refuse", "ignore"] = "ignore"
    """What happens to ``id``, ``created_at`` and the like in a body."""
    create_only_fields: Literal["refuse", "ignore"] = "ignore"
    """What happens to ``template_project_id`` and ``include_*`` in a PATCH."""
    patch_null: Literal["ignore", "clear"] = "ignore"
    """What an explicit null in a PATCH does."""
    patch_own_name: Literal["conflict", "allow"] = "conflict"
    """What a PATCH with the project's own, unchanged name does."""
    archived_patch: Literal["status", "anything"] = "status"
    """What may be patched on an archived project."""
    services_only_grow: bool = False
    """Whether a PATCH of ``service_types`` adds to the set instead of replacing it."""
    services_unasked: str = ""
    """Comma separated services that GET one adds to the project's own, e.g. ``insight,admin``."""
    services_must_be_enabled: bool = True
    """Whether a project may only have services that its account has."""
    business_unit_must_exist: bool = True
    """Whether ``business_unit_id`` must be a unit of the account."""
    state_needs_country: bool = False
    """Whether ``state_or_province`` without ``country`` is refused."""
    limit_over_100: Literal["clamp", "refuse"] = "clamp"
    """What a page size above 100 does."""
    trades: Literal["loose", "strict"] = "loose"
    """Whether a company's trade must be on the published list."""
    import_status: Literal[201, 200] = 201
    """The status of an import of companies or account users: documented, or observed."""
    pm_assigns_fng: bool = False
    """Whether v1's project users get the service ``fng`` together with ``pm``."""
    acting_user: Literal["required", "optional"] = "required"
    """Whether HQ v2 and construction/admin's writes must name the user they are made for."""
    import_member: Literal["refuse", "change"] = "refuse"
    """What an import does with somebody who is in the project already."""
    import_strangers: Literal["refuse", "create"] = "refuse"
    """What an import does with an e-mail the account does not know."""
    industry_roles_key: Literal["services", "service_types"] = "services"
    """The name under which an industry role has its access levels."""
    remove_project_users: Literal["refuse", "allow"] = "refuse"
    """Whether construction/admin removes users of BIM 360 projects."""
    business_units: Literal["replace", "merge"] = "replace"
    """Whether a PUT of the structure deletes the units it leaves out."""
