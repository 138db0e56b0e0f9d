"""The pages on business units, images and look-ups match the code and its messages."""

import base64
import inspect
import pickle
from pathlib import Path
from typing import Any

import pytest

import bim360_provider
from bim360_provider.core.business_units import check
from bim360_provider.core.business_units.tree import plan_structure
from bim360_provider.core.project_image import compute_digest
from bim360_provider.core.settings import Settings
from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import BusinessUnitsProvider, ProjectImageProvider
from bim360_provider.errors import InputError
from bim360_provider.models.business_units import BusinessUnit, BusinessUnitArguments
from bim360_provider.models.project_image import MAX_SIZE
from tests.meta.docs.markdown_files import parse_name, parse_rows, read_document, read_section

UNITS = "docs/reference/business_units.md"
IMAGES = "docs/reference/project_image.md"
LOOK_UPS = "docs/reference/lookups.md"
ID = "b0000000-0000-4000-8000-000000000001"
HERE = Settings.resolve({"bim360:accountId": "a1d5e9b2-0000-4000-8000-000000000001"}, {})

MISTAKES: list[Any] = [
    {"North": {"descripton": "x"}},
    {"Nort/West": {}, "North": {}},
    {"West": {"parent": "Somewhere"}},
    {"a": {"parent": "b"}, "b": {"parent": "c"}, "c": {"parent": "a"}},
    {"a": {"id": ID}, "b": {"id": ID}},
    {"a": {"name": "North"}, "North": {}},
]

LIVE = [
    BusinessUnit(id="n", name="North"),
    BusinessUnit(id="w", name="West", parent_id="n"),
    BusinessUnit(id="s", name="South", parent_id="w"),
    BusinessUnit(id="b0000000-…", name="North America"),
]
FLAWS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"North America": {"id": "x", "name": "North America", "parent_id": ""}}, ()),
    ({"East": {"id": "e", "name": "East", "parent_id": "b0000000-…-"}}, ()),
    ({}, ("w",)),
    ({"North": {"id": "n", "name": "North", "parent_id": "w"}}, ()),
]


@pytest.mark.parametrize("units", MISTAKES)
def test_the_page_quotes_every_mistake_in_a_tree(units: Any) -> None:
    """Users search for the message."""
    _, found = check({}, {"units": units}, HERE)
    shown = read_section(UNITS, "## Check").splitlines()

    assert [str(each) for each in found if str(each) not in shown] == []


@pytest.mark.parametrize(("wanted", "former"), FLAWS)
def test_the_page_quotes_every_conflict_with_hqs_units(
    wanted: dict[str, Any], former: tuple[str, ...]
) -> None:
    """The section on check lists each one."""
    flaws = plan_structure(LIVE, wanted, former, complete=False).flaws
    shown = read_section(UNITS, "## Check")

    assert len(flaws) == 1
    assert f"\n{flaws[0]}.\n".replace("…-,", "…,") in shown


def test_the_table_lists_every_field_of_a_unit() -> None:
    """The table also has the defaults."""
    table = parse_rows(read_section(UNITS, "### A unit"))

    assert {parse_name(row[0]) for row in table} == set(BusinessUnitArguments.model_fields)


@pytest.mark.parametrize(
    ("provider", "page"), [(BusinessUnitsProvider, UNITS), (ProjectImageProvider, IMAGES)]
)
def test_the_page_has_the_provider_reference_of_an_import(
    provider: type[Bim360ProviderBase], page: str
) -> None:
    """Pulumi finds the code by this reference."""
    reference = base64.b64encode(pickle.dumps(provider(), protocol=4)).decode()

    assert f"\n{reference}\n" in read_document(page)


@pytest.mark.parametrize("content", [None, b"", b"<svg/>", b"GIF89a".ljust(MAX_SIZE + 1)])
def test_the_page_quotes_every_error_of_an_image_file(
    tmp_path: Path, content: bytes | None
) -> None:
    """The page has the text after the file name."""
    file = tmp_path / "tower.png"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(InputError) as caught:
        compute_digest(file)

    message = str(caught.value).removeprefix(f"BIM 360: could not send {file}: ")
    assert f"\n{message}\n" in read_section(IMAGES, "## Check and preview")


def test_the_table_lists_every_look_up_with_its_arguments() -> None:
    """Account and region are explained once for all."""
    table = {parse_name(row[0]): row[1] for row in parse_rows(read_document(LOOK_UPS))}
    functions = [name for name in bim360_provider.__all__ if name.startswith("get_")]

    assert sorted(table) == sorted(functions)
    for name in functions:
        arguments = set(inspect.signature(getattr(bim360_provider, name)).parameters)
        listed = arguments - {"account_id", "region"}
        assert [each for each in listed if f"`{each}`" not in table[name]] == []
