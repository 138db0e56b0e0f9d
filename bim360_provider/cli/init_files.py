"""Renders the files of a new stack; `bim360 init` writes them."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname

import yaml

from bim360_provider.core.csv_import import format_mistakes, read_csv_projects
from bim360_provider.core.settings import Settings
from bim360_provider.errors import InputError
from bim360_provider.export.python_writer import format_text

__all__ = [
    "CI_FILES",
    "PROGRAM",
    "CiHost",
    "StackSettings",
    "find_package",
    "is_local_package",
    "read_csv_start",
    "render_files",
    "render_pipeline",
]

CiHost = Literal["none", "github", "gitlab"]

PIPELINES: Final = Path(__file__).with_name("pipelines")
"""The folder of the pipelines, which docs/how-to/pipelines.md explains."""

CI_FILES: Final[Mapping[CiHost, Mapping[str, str]]] = {
    "none": {},
    "github": {
        "github-preview.yml": ".github/workflows/preview.yml",
        "github-apply.yml": ".github/workflows/apply.yml",
        "github-drift.yml": ".github/workflows/drift.yml",
    },
    "gitlab": {"gitlab-ci.yml": ".gitlab-ci.yml"},
}
"""The path of each pipeline in a repository, by host."""

PACKAGE: Final = "bim360-provider"

PACKAGE_EXTRA: Final = "cli"
"""The extra that pipelines need, for `bim360 review`."""

MAX_PROJECT_NAME_LENGTH: Final = 100
"""https://www.pulumi.com/docs/iac/concepts/projects/#project-names"""

FALLBACK_PROJECT_NAME: Final = "bim360-projects"

PROGRAM: Final = '''"""The BIM 360 projects of this stack."""

from bim360_provider import Bim360Project

Bim360Project(
    "tower",
    name="Harbor Point Tower",
    start_date="2027-03-01",
    end_date="2029-09-30",
    project_type="Office",
    value=184_500_000,
    currency="USD",
)
'''

CSV_PROGRAM: Final = '''"""The BIM 360 projects of this stack: one for each line of the CSV file."""

from pathlib import Path

from bim360_provider import projects_from_csv

projects_from_csv(Path(__file__).with_name({file}){date_format})
'''

PROJECT_FILE: Final = """name: {name}
description: BIM 360 projects
runtime: python
"""

SETTINGS_FILE: Final = """\
# The settings of stack {stack}; docs/reference/configuration.md of bim360_provider lists them all.
# APS_CLIENT_ID and APS_CLIENT_SECRET come from the environment, in a pipeline from its secrets.
config:
{account}  bim360:region: {region}
"""

IGNORE_FILE: Final = """\
/.venv/
/.pulumi/
__pycache__/
*.pyc
"""
"""``.pulumi`` has the state of the local engine."""

LOCAL_PACKAGE_COMMENT: Final = """\
# A pipeline cannot install a folder of this machine: use your package index or a Git URL there.
"""


@dataclass(frozen=True)
class StackSettings:
    """The choices for a new stack.

    Attributes:
        folder: The folder of the project.
        stack: The name of the stack, optionally with organization and project.
        account_id: The account, or None if it is set later.
        region: The region of the account.
        ci: The host of the pipelines.
        package: What pip installs as the provider.
    """

    folder: Path
    stack: str
    account_id: str | None
    region: str
    ci: CiHost
    package: str

    @property
    def stack_name(self) -> str:
        """The name of the stack without organization and project."""
        return self.stack.rpartition("/")[2]


def render_files(settings: StackSettings) -> dict[Path, bytes]:
    """Return the content of each file except the program, by path."""
    account = settings.account_id
    texts = {
        "Pulumi.yaml": PROJECT_FILE.format(name=_build_project_name(settings.folder)),
        f"Pulumi.{settings.stack_name}.yaml": SETTINGS_FILE.format(
            stack=settings.stack_name,
            account=f"  bim360:accountId: {account}\n" if account else "",
            region=settings.region,
        ),
        "requirements.txt": _render_requirements(settings.package),
        ".gitignore": IGNORE_FILE,
        **{
            path: render_pipeline(name, settings.stack)
            for name, path in CI_FILES[settings.ci].items()
        },
    }
    return {settings.folder / name: text.encode() for name, text in texts.items()}


def render_pipeline(name: str, stack: str) -> str:
    """Return the text of a pipeline for a stack.

    Args:
        name: The name of the file in the folder of the pipelines.
        stack: The name of the stack, optionally with organization and project.
    """
    text = (PIPELINES / name).read_text(encoding="utf-8")
    text = text.replace("bim360-dev", f"bim360-{stack.rpartition('/')[2]}")
    return re.sub(r"(?m)^( *STACK: )dev$", rf"\g<1>{_format_scalar(stack)}", text)


def _build_project_name(folder: Path) -> str:
    """Return the name of the folder in the characters that Pulumi allows."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", folder.resolve().name).strip("-.")
    return _format_scalar(name[:MAX_PROJECT_NAME_LENGTH] or FALLBACK_PROJECT_NAME)


def _format_scalar(text: str) -> str:
    """Return YAML for a text, quoted if it would be a number or a boolean."""
    return text if isinstance(yaml.safe_load(text), str) else json.dumps(text)


def _render_requirements(package: str) -> str:
    comment = LOCAL_PACKAGE_COMMENT if is_local_package(package) else ""
    return f"{comment}{package}\npulumi=={version('pulumi')}\n"


def is_local_package(package: str) -> bool:
    """Return whether pip installs the package from a folder of this machine."""
    return package.startswith((".", "/", "file:")) or Path(package).is_absolute()


def find_package(folder: Path) -> str:
    """Return the requirement that installs this package as it was installed here.

    Args:
        folder: The folder of the requirements file.
    """
    # https://packaging.python.org/en/latest/specifications/direct-url/
    text = distribution(PACKAGE).read_text("direct_url.json")
    source: dict[str, Any] = json.loads(text) if text else {}
    named = f"{PACKAGE}[{PACKAGE_EXTRA}]"
    if vcs := source.get("vcs_info"):
        return f"{named} @ {vcs['vcs']}+{source['url']}@{vcs['commit_id']}"
    if "dir_info" not in source:
        return f"{named}=={version(PACKAGE)}"
    checkout = url2pathname(urlsplit(source["url"]).path)
    try:
        path = Path(os.path.relpath(checkout, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return f"{checkout}[{PACKAGE_EXTRA}]"
    return f"{path if path.startswith('.') else f'./{path}'}[{PACKAGE_EXTRA}]"


def read_csv_start(
    file: Path, folder: Path, settings: Settings, date_format: str | None
) -> dict[Path, bytes]:
    """Return the program for a CSV file, and a copy of the file unless it is in the folder.

    Args:
        file: The CSV file.
        folder: The folder of the project.
        settings: Define whether values outside HQ's public lists are accepted.
        date_format: The file's date format, in ``strptime`` syntax.

    Raises:
        InputError: The file cannot be read or has mistakes; the message lists all of them.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        msg = f"BIM 360: could not read {file}: {error.strerror}."
        raise InputError(msg) from None
    portfolio = read_csv_projects(content, {}, settings, date_format=date_format)
    if portfolio.mistakes:
        raise InputError(format_mistakes(str(file), portfolio.mistakes))
    program = CSV_PROGRAM.format(
        file=format_text(file.name),
        date_format=f", date_format={format_text(date_format)}" if date_format else "",
    )
    is_in_folder = file.resolve().parent == folder.resolve()
    copy = {} if is_in_folder else {folder / file.name: content}
    return {folder / "__main__.py": program.encode(), **copy}
