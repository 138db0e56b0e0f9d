"""The options: one for each behaviour of HQ that the public sources leave open."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Options(BaseModel):
    """The behaviour of the emulator where that of HQ is configurable or unknown.

    Every default is the strictest reading of the sources; docs/reference/emulator.md lists them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ids_seed: int = 1
    """Ids are a function of this number and of the number of earlier ids."""
    rate_limit_per_minute: Count = 100
    """HQ requests that a client id may send in any 60 seconds; 0 is no limit."""
    token_rate_limit_per_minute: Count = 500
    """Token requests that a client id may send in any 60 seconds; 0 is no limit."""
    admin_rate_limit_per_minute: Count = 600
    """The same for reads of construction/admin and bim360/admin, which have their own quota."""
    folder_read_rate_limit_per_minute: Count = 300
    """The same for each read of Data Management's folders; each endpoint has its own quota."""
    folder_write_rate_limit_per_minute: Count = 50
    """The same for each write of folders, and for a project of a hub."""
    permission_rate_limit_per_minute: Count = 50
    """The same for each endpoint of folder permissions; its real number is not known."""
    token_lifetime: Seconds = 3600
    """Seconds until an access token expires."""
    credentials_in_body: Literal["refuse", "accept"] = "refuse"
    """Whether the token endpoint accepts client id and secret in the form (OAuth v1 did)."""
    job_duration: Seconds = 2
    """Seconds of the emulator's clock until a template copy is done."""
    job_outcome: Literal["success", "failed"] = "success"
    """How template copies end."""
    copy_job_id_without_template: Literal["null", "absent"] = "null"
    """The ``copy_project_job_id`` of a project created without a template."""
    visible_after: Seconds = 0
    """Seconds of the emulator's clock for which reads of a new project return 404."""
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
    """Which fields of an archived project may be patched."""
    services_only_grow: bool = False
    """Whether a PATCH of ``service_types`` adds to the set instead of replacing it."""
    services_unasked: str = ""
    """Comma-separated services that GET one adds to the project's own, e.g. ``insight,admin``."""
    services_must_be_enabled: bool = True
    """Whether a project may have only the services of its account."""
    business_unit_must_exist: bool = True
    """Whether ``business_unit_id`` must be a business unit of the account."""
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
    """Whether HQ v2 and construction/admin's writes must name the acting user."""
    import_member: Literal["refuse", "change"] = "refuse"
    """What an import does with a user who is already in the project."""
    import_strangers: Literal["refuse", "create"] = "refuse"
    """What an import does with an e-mail that is not in the account."""
    industry_roles_key: Literal["services", "service_types"] = "services"
    """The key of an industry role's access levels."""
    remove_project_users: Literal["refuse", "allow"] = "refuse"
    """Whether construction/admin removes users of BIM 360 projects."""
    acc_projects_in_hq: Literal["hide", "serve"] = "hide"
    """Whether HQ's endpoints that are documented as incompatible with ACC accept ACC projects."""
    top_folders_after: Seconds = 0
    """Seconds of the emulator's clock until a new project has its top folders."""
    top_folders_early: Literal["forbidden", "not_found", "empty"] = "forbidden"
    """What requests before that time get; ``empty`` is a list of no folders."""
    folders_of_inactive_projects: Literal["refuse", "allow"] = "refuse"
    """What happens to the folders of a project that is not active."""
    names_of_hidden_folders: Literal["free", "taken"] = "free"
    """Whether a new folder may have the name of a hidden one next to it."""
    folder_busy_after_create: Seconds = 0
    """Seconds of the emulator's clock for which new permissions of a new folder return 423."""
    permission_actions: Literal["levels", "any"] = "levels"
    """Whether the actions of a subject must be those of a documented level."""
    create_permission_again: Literal["refuse", "replace"] = "refuse"
    """What batch-create does with a subject that has permissions."""
    business_units: Literal["replace", "merge"] = "replace"
    """Whether a PUT of the structure deletes the units it leaves out."""
