"""Permissions of a folder: the arguments, the levels of both platforms, and Autodesk's rows.

Levels and actions: https://aps.autodesk.com/en/docs/acc/v1/reference/http/document-management-projects-project_id-folders-folder_id-permissionsbatch-create-POST/
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Final, TypeAlias

from pydantic import BeforeValidator, Field

from bim360_provider.models import normalize, user_ref
from bim360_provider.models.base import (
    AccountIdArgument,
    FieldRole,
    Id,
    InputModel,
    RegionArgument,
    ResponseModel,
)
from bim360_provider.models.folder import FolderReference

__all__ = [
    "LEVELS",
    "SUBJECT_TYPES",
    "FolderPermission",
    "FolderPermissionsArguments",
    "find_level",
    "get_actions",
    "is_lower_level",
]

SUBJECT_TYPES: Final[Mapping[str, str]] = {
    "roles": "ROLE",
    "companies": "COMPANY",
    "users": "USER",
}
"""Autodesk's types of subjects by the arguments that name them."""

PROJECT_ADMIN: Final = "PROJECT_ADMIN"
"""The type of a user who has all rights in every folder, which nothing can change."""

_VIEW: Final = frozenset({"VIEW", "COLLABORATE"})
_DOWNLOAD: Final = _VIEW | {"DOWNLOAD"}
_MARKUP: Final = _DOWNLOAD | {"PUBLISH_MARKUP"}

LEVELS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "view": {"bim360": _VIEW, "acc": _VIEW},
    "view_download": {"bim360": _DOWNLOAD, "acc": _DOWNLOAD},
    "view_download_markup": {"acc": _MARKUP},
    "upload": {"bim360": frozenset({"PUBLISH"})},
    "view_download_upload": {"bim360": _DOWNLOAD | {"PUBLISH"}, "acc": _MARKUP | {"PUBLISH"}},
    "edit": {
        "bim360": _DOWNLOAD | {"PUBLISH", "EDIT"},
        "acc": _MARKUP | {"PUBLISH", "EDIT"},
    },
    "manage": {
        "bim360": _DOWNLOAD | {"PUBLISH", "EDIT", "CONTROL"},
        "acc": _MARKUP | {"PUBLISH", "EDIT", "CONTROL"},
    },
}
"""The actions of each level, from the least to the most, by platform."""


def get_actions(level: str, platform: str) -> list[str]:
    """Return the actions of a level on a platform.

    Raises:
        ValueError: The platform has no such level; the message lists those that it has.
    """
    actions = LEVELS[level].get(platform)
    if actions is None:
        offered = ", ".join(name for name, each in LEVELS.items() if platform in each)
        name = {"acc": "an ACC project", "bim360": "a BIM 360 project"}.get(platform, platform)
        msg = f"the level '{level}' does not exist in {name}; write one of {offered}"
        raise ValueError(msg)
    return sorted(actions)


def find_level(actions: Iterable[str]) -> str:
    """Return the level with these actions; other sets as text, such as ``DOWNLOAD+VIEW``."""
    found = frozenset(actions)
    for level, by_platform in LEVELS.items():
        if found in by_platform.values():
            return level
    return "+".join(sorted(found))


def is_lower_level(level: str, before: str, platform: str) -> bool:
    """Return whether a level lacks an action of another one.

    Args:
        level: A level, or actions as ``find_level`` returns them.
        before: The other one.
        platform: The platform of the project.
    """
    return not _list_actions(before, platform) <= _list_actions(level, platform)


def _list_actions(level: str, platform: str) -> frozenset[str]:
    by_platform = LEVELS.get(level)
    if by_platform is None:
        return frozenset(level.split("+"))
    return by_platform.get(platform) or frozenset().union(*by_platform.values())


def _parse_name(value: object) -> str:
    name = normalize.limit_text(normalize.MAX_NAME_LENGTH)(value).strip()
    if not name:
        msg = "contains an empty name"
        raise ValueError(msg)
    return normalize.parse_id_or_none(name) or name


def _parse_user(value: object) -> str:
    text = normalize.require_text(value)
    return normalize.parse_id_or_none(text) or user_ref.parse_email(text)


def _build_parser(parse_key: Callable[[object], str]) -> Callable[[object], dict[str, str]]:
    parse_level = normalize.require_choice(LEVELS)

    def parse(value: object) -> dict[str, str]:
        if not isinstance(value, Mapping):
            example = "{'Architect': 'view_download'}"
            msg = f"must be a mapping such as {example}, not {normalize.quote_value(value)}"
            raise ValueError(msg)
        levels: dict[str, str] = {}
        for key, level in value.items():
            subject = parse_key(key)
            if subject in levels:
                msg = f"contains '{subject}' twice"
                raise ValueError(msg)
            levels[subject] = parse_level(level)
        return dict(sorted(levels.items()))

    return parse


NamedLevels: TypeAlias = Annotated[dict[str, str], BeforeValidator(_build_parser(_parse_name))]

UserLevels: TypeAlias = Annotated[dict[str, str], BeforeValidator(_build_parser(_parse_user))]

OtherSubjects: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(("keep", "remove")))
]

PermissionRemoval: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(("remove", "retain")))
]


class FolderPermissionsArguments(InputModel):
    """The arguments of the direct permissions of one folder."""

    project_id: Annotated[
        Id,
        FieldRole.IDENTITY,
        Field(description="Id of the project. Another id replaces the resource."),
    ]
    folder: Annotated[
        FolderReference,
        FieldRole.IDENTITY,
        Field(
            description=(
                "Folder: a ``Bim360ProjectFolder``, the name of a top folder, such as ``Project "
                "Files``, or a folder's id. Another folder replaces the resource."
            )
        ),
    ]
    roles: Annotated[
        NamedLevels | None,
        FieldRole.PATCHABLE,
        Field(
            description="Levels by the name or id of an industry role: ``{'Architect': 'edit'}``."
        ),
    ] = None
    companies: Annotated[
        NamedLevels | None,
        FieldRole.PATCHABLE,
        Field(description="Levels by the name or id of a company in the account."),
    ] = None
    users: Annotated[
        UserLevels | None,
        FieldRole.PATCHABLE,
        Field(description="Levels by the e-mail or id of a user in the project."),
    ] = None
    others: Annotated[
        OtherSubjects | None,
        FieldRole.PROVIDER_ONLY,
        Field(
            description=(
                "What happens to direct permissions of subjects that are not declared: ``keep`` "
                "(the default) ignores them, ``remove`` removes them."
            )
        ),
    ] = None
    on_destroy: Annotated[
        PermissionRemoval | None,
        FieldRole.PROVIDER_ONLY,
        Field(
            description=(
                "``remove`` (the default), which removes the declared permissions, or ``retain``."
            )
        ),
    ] = None
    account_id: AccountIdArgument = None
    region: RegionArgument = None


class FolderPermission(ResponseModel):
    """The permissions of one subject: direct ones, and those of the folders above."""

    id: str = Field(alias="subjectId")
    subject_type: str = Field(alias="subjectType")
    name: str | None = None
    email: str | None = None
    user_type: str | None = Field(None, alias="userType")
    actions: list[str] | None = None

    @property
    def is_admin(self) -> bool:
        """Whether it is a project admin, whose rights nothing can change."""
        return self.user_type == PROJECT_ADMIN

    @property
    def level(self) -> str:
        """The level of the direct permissions; empty if there are only inherited ones."""
        return find_level(self.actions) if self.actions else ""
