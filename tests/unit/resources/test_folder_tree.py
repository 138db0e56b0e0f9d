"""The files of a tree of folders: YAML and CSV, and what is wrong with them."""

from pathlib import Path

import pulumi
import pytest

from bim360_provider import Bim360ProjectFolder, Bim360ProjectFolderTree
from bim360_provider.errors import InputError
from bim360_provider.resources.folder_tree import read_tree
from tests.meta.source_files import ROOT

PROJECT = "c17e6837-96cd-4839-868e-051a2ad65d28"

YAML = """
Project Files:
  folders:
    01 WIP:
      roles: {Architect: edit}
      companies: {Volt & Sons: view}
      folders: {Models: }
"""

CSV = """folder,role,company,user,level
Project Files/01 WIP,Architect,,,edit
Project Files/01 WIP,,Volt & Sons,,view
Project Files/01 WIP/Models,,,,
"""


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_and_a_yaml_file_are_the_same_tree(tmp_path: Path, separator: str) -> None:
    """Excel separates by semicolons in some countries, and adds a byte order mark."""
    table, mapping = tmp_path / "tree.csv", tmp_path / "tree.yaml"
    table.write_text(CSV.replace(",", separator), encoding="utf-8-sig")
    mapping.write_text(YAML, encoding="utf-8")

    assert read_tree(table) == read_tree(str(mapping))
    assert [each.path for each in read_tree(table)][-1] == "Project Files/01 WIP/Models"


def test_the_standard_folders_are_a_tree() -> None:
    """The stack `folders` declares them."""
    assert len(read_tree(ROOT / "stacks/folders.yaml")) == 6


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("tree.yaml", "a: [", "tree.yaml is not YAML in line 1"),
        ("tree.yml", "- a", "'folders' must be a mapping"),
        ("tree.csv", "folder,level\nPlans,view\n", "row 2 of tree.csv needs a level and one of"),
        ("none.csv", None, "none.csv cannot be read: No such file"),
    ],
)
def test_a_wrong_file_is_one_line(
    tmp_path: Path, name: str, text: str | None, message: str
) -> None:
    """The program stops before anything is declared, without a traceback."""
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(InputError) as caught:
        Bim360ProjectFolderTree("tower", project_id=PROJECT, folders=tmp_path / name)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, pulumi.RunError)


def test_more_than_25_levels_of_folders_stop_the_program() -> None:
    """As far as it knows the folders above."""
    above = Bim360ProjectFolder.__new__(Bim360ProjectFolder)
    above._level = 25  # noqa: SLF001 - the 25th folder, without an engine

    with pytest.raises(InputError, match="is 26 levels below a top folder; Autodesk accepts 25"):
        Bim360ProjectFolder("x", project_id=PROJECT, parent=above, name="X")
