"""``projects_from_csv``: a project for each line of a CSV file."""

import os
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pulumi
from pulumi import Output, ResourceOptions

from bim360_provider.core.csv_import import CsvProjects, Mistake, format_mistakes, read_csv_projects
from bim360_provider.core.settings import Settings
from bim360_provider.core.validation import UNKNOWN
from bim360_provider.errors import ConfigError, InputError
from bim360_provider.models import normalize
from bim360_provider.resources.project import Bim360Project
from bim360_provider.resources.serialize import serialize_value

__all__ = ["projects_from_csv"]

ALLOW_UNKNOWN_VALUES = {"bim360:unknownValues": "allow"}


class CsvError(InputError, pulumi.RunError):
    """A file with mistakes; as a ``RunError``, it is printed without a traceback."""


def projects_from_csv(
    path: str | os.PathLike[str],
    *,
    encoding: str | None = None,
    date_format: str | None = None,
    opts: ResourceOptions | None = None,
    **common: Any,
) -> dict[str, Bim360Project]:
    """Declare a project for each line of a CSV file.

    The header contains the argument names of ``Bim360Project``, in any order; an empty cell is an
    argument that is not given. The separator is detected. Project lists of the vendor's set-up tool
    work unchanged. See docs/how-to/csv.md.

    Args:
        path: The file; best ``Path(__file__).with_name("portfolio.csv")``.
        encoding: The file's encoding, such as ``cp1252``. Default: UTF-8 or UTF-16, as detected.
        date_format: The file's date format, such as ``%m/%d/%Y``. Default: ``2027-01-31``.
        opts: Pulumi's resource options for all projects.
        **common: Arguments of all projects whose lines do not give them, such as
            ``adopt="archived"``.

    Returns:
        The projects by name, sorted. A resource name is derived from the project's name alone, or
        is the value of the column ``resource_name``, so it is independent of other lines.

    Raises:
        InputError: The file has mistakes. All mistakes are reported with line and column, and no
            project is declared.
    """
    shared = {name: serialize_value(each) for name, each in common.items() if each is not None}
    content = _read_content(path)
    portfolio = read_csv_projects(
        content,
        {name: _replace_outputs(each) for name, each in shared.items()},
        _resolve_settings(opts),
        encoding=encoding,
        date_format=date_format,
    )
    _report_mistakes(path, portfolio)
    entries = sorted(portfolio.entries, key=lambda entry: str(entry.arguments["name"]))
    return {
        entry.arguments["name"]: Bim360Project(
            entry.resource_name, **{**shared, **entry.arguments}, opts=opts
        )
        for entry in entries
    }


def _read_content(path: str | os.PathLike[str]) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        where = "" if Path(path).is_absolute() else f" (from {Path.cwd()})"
        message = f"cannot be read{where}: {error.strerror}"
        raise CsvError(format_mistakes(os.fspath(path), [Mistake(message)])) from None
    except ValueError as error:
        # Such as a NUL in the path.
        message = f"{normalize.quote_value(os.fspath(path))} is not a path of a file: {error}"
        raise CsvError(format_mistakes("projects_from_csv", [Mistake(message)])) from None


def _report_mistakes(path: str | os.PathLike[str], portfolio: CsvProjects) -> None:
    """Raise the mistakes of a file, or else log its ignored columns."""
    if portfolio.mistakes:
        raise CsvError(format_mistakes(os.fspath(path), portfolio.mistakes))
    if portfolio.ignored_columns:
        names = ", ".join(portfolio.ignored_columns)
        pulumi.log.info(f"{os.fspath(path)}: ignored columns: {names}")


def _replace_outputs(value: Any) -> Any:
    """Return a value with ``UNKNOWN`` in place of each output."""
    if isinstance(value, (list, tuple)):
        return [_replace_outputs(element) for element in value]
    return UNKNOWN if isinstance(value, (Output, Awaitable)) else value


def _resolve_settings(opts: ResourceOptions | None) -> Settings:
    """Return the settings for the check of the lines.

    An explicit provider may accept unknown values, so it checks the closed lists itself.
    """
    has_provider = opts is not None and (opts.provider or opts.providers or opts.parent)
    configured = {"bim360:unknownValues": pulumi.Config("bim360").get("unknownValues")}
    environ = {name: each for name, each in os.environ.items() if name == "BIM360_UNKNOWN_VALUES"}
    try:
        return Settings.resolve(
            ALLOW_UNKNOWN_VALUES if has_provider else configured, {} if has_provider else environ
        )
    except ConfigError:
        # The provider reports a wrong configuration, once.
        return Settings.resolve(ALLOW_UNKNOWN_VALUES, {})
