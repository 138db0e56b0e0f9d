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
    """A file with mistakes; being a ``RunError``, it is printed without a traceback."""


def projects_from_csv(
    path: str | os.PathLike[str],
    *,
    encoding: str | None = None,
    date_format: str | None = None,
    opts: ResourceOptions | None = None,
    **common: Any,
) -> dict[str, Bim360Project]:
    """Declare a project for each line of a CSV file.

    The header names the arguments of ``Bim360Project``, in any order; an empty cell is an
    argument that is not given. The header shows what separates the cells, and
    the project lists of the vendor's set-up tool work as they are. docs/how-to/csv.md says it all.

    Args:
        path: The file; best ``Path(__file__).with_name("portfolio.csv")``.
        encoding: Its encoding if it is not UTF-8 or UTF-16, such as ``cp1252``.
        date_format: How it writes dates if not as ``2027-01-31``, such as ``%m/%d/%Y``.
        opts: Pulumi's resource options for each of the projects.
        **common: Arguments of each project whose line does not give them, such as
            ``adopt="archived"``.

    Returns:
        The projects by their names, in the order of the names. Each one's resource name is made
        from its name alone (or is what the column ``resource_name`` says), so that neither the
        order of the lines nor any other line matters to it.

    Raises:
        InputError: The file has mistakes. All are reported, each with line and column, and nothing
            is declared.
    """
    carriable = {name: serialize_value(each) for name, each in common.items() if each is not None}
    content = _read_content(path)
    portfolio = read_csv_projects(
        content,
        {name: _replace_outputs(each) for name, each in carriable.items()},
        _resolve_settings(opts),
        encoding=encoding,
        date_format=date_format,
    )
    _report_mistakes(path, portfolio)
    entries = sorted(portfolio.entries, key=lambda entry: str(entry.arguments["name"]))
    return {
        entry.arguments["name"]: Bim360Project(
            entry.resource_name, **{**carriable, **entry.arguments}, opts=opts
        )
        for entry in entries
    }


def _read_content(path: str | os.PathLike[str]) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        where = "" if Path(path).is_absolute() else f" (from {Path.cwd()})"
        words = f"cannot be read{where}: {error.strerror}"
        raise CsvError(format_mistakes(os.fspath(path), [Mistake(words)])) from None
    except ValueError as error:
        # Such as a NUL in the path.
        words = f"{normalize.quote_value(os.fspath(path))} is not a path of a file: {error}"
        raise CsvError(format_mistakes("projects_from_csv", [Mistake(words)])) from None


def _report_mistakes(path: str | os.PathLike[str], portfolio: CsvProjects) -> None:
    """Tell what is wrong, or else what was left aside."""
    if portfolio.mistakes:
        raise CsvError(format_mistakes(os.fspath(path), portfolio.mistakes))
    if portfolio.ignored_columns:
        names = ", ".join(portfolio.ignored_columns)
        pulumi.log.info(f"{os.fspath(path)}: columns that mean nothing here: {names}")


def _replace_outputs(value: Any) -> Any:
    """Return a value as the rules see it: what is yet to come is unknown to them."""
    if isinstance(value, (list, tuple)):
        return [_replace_outputs(element) for element in value]
    return UNKNOWN if isinstance(value, (Output, Awaitable)) else value


def _resolve_settings(opts: ResourceOptions | None) -> Settings:
    """Return the settings that the lines are judged by.

    A provider of their own may let unknown values through: it judges the closed lists by itself.
    """
    own = opts is not None and (opts.provider or opts.providers or opts.parent)
    configured = {"bim360:unknownValues": pulumi.Config("bim360").get("unknownValues")}
    environ = {name: each for name, each in os.environ.items() if name == "BIM360_UNKNOWN_VALUES"}
    try:
        return Settings.resolve(ALLOW_UNKNOWN_VALUES if own else configured, {} if own else environ)
    except ConfigError:
        # The provider says what is wrong with the configuration, and says it once.
        return Settings.resolve(ALLOW_UNKNOWN_VALUES, {})
