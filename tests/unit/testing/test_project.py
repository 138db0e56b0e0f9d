"""Pulumi.yaml and the file of a stack: the program and its configuration."""

from pathlib import Path

import pytest

from bim360_provider.testing.engine.program.config import (
    Configuration,
    build_variable_name,
    read_configuration,
)
from bim360_provider.testing.engine.program.project import PulumiProject, read_project
from bim360_provider.testing.engine.results import LocalEngineError
from bim360_provider.testing.engine.state.values import Secret


def write_project(folder: Path, text: str) -> PulumiProject:
    """Write a Pulumi.yaml and return the project."""
    (folder / "Pulumi.yaml").write_text(text)
    return read_project(folder)


def write_config(folder: Path, text: str, **sources: object) -> Configuration:
    """Write the file of a stack and return its configuration."""
    project = write_project(
        folder, "name: shop\nruntime: python\nconfig: {fallback: 1, x: {default: 2}}"
    )
    (folder / "Pulumi.demo.yaml").write_text(text)
    environment = {"PULUMI_CONFIG_SHOP_KEY": "from the environment"}
    config, secret = sources.get("config", {}), sources.get("secret", {})
    assert isinstance(config, dict)
    assert isinstance(secret, dict)
    return read_configuration(project, "demo", environment, config, secret)


def test_the_program_is_in_the_folder_of_the_project(tmp_path: Path) -> None:
    """This is the default of `main`."""
    project = write_project(tmp_path, "name: shop\nruntime: {name: python}")

    assert (project.name, project.folder, project.entry_point) == ("shop", tmp_path.resolve(), ".")
    assert project.config_folder == tmp_path


def test_main_may_be_a_folder(tmp_path: Path) -> None:
    """The program runs in that folder."""
    (tmp_path / "stacks").mkdir()
    project = write_project(
        tmp_path, "name: shop\nruntime: python\nmain: stacks\nstackConfigDir: stacks"
    )

    assert (project.folder, project.entry_point) == ((tmp_path / "stacks").resolve(), ".")
    assert project.config_folder == tmp_path / "stacks"


def test_main_may_be_a_file(tmp_path: Path) -> None:
    """The program runs in the folder of the file."""
    (tmp_path / "app.py").touch()
    project = write_project(tmp_path, "name: shop\nruntime: python\nmain: app.py")

    assert (project.folder, project.entry_point) == (tmp_path.resolve(), "app.py")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: shop\nruntime: nodejs", "supports only `runtime: python`"),
        ("runtime: python", "has no name"),
        ("name: shop\nruntime: python\nmain: nowhere", "no such file or folder"),
        ("- a list", "must contain `key: value` lines"),
        ("a: [", "is not YAML"),
    ],
)
def test_an_invalid_project_file_is_a_one_line_error(
    tmp_path: Path, text: str, message: str
) -> None:
    """The message suggests a fix."""
    with pytest.raises(LocalEngineError, match=message) as raised:
        write_project(tmp_path, text)

    assert "\n" not in str(raised.value)


def test_a_missing_project_file_is_an_error(tmp_path: Path) -> None:
    """The usual reason is the wrong folder."""
    with pytest.raises(LocalEngineError, match="--cwd"):
        read_project(tmp_path)


def test_configuration_is_text_by_full_key(tmp_path: Path) -> None:
    """As in Pulumi, values that are not text become JSON."""
    config = write_config(tmp_path, "config: {a: x, b: 1, c: true, 'ns:d': {k: [1]}}")

    assert config.values == {
        "shop:fallback": "1",
        "shop:x": "2",
        "shop:a": "x",
        "shop:b": "1",
        "shop:c": "true",
        "ns:d": '{"k":[1]}',
    }
    assert config.secret_keys == frozenset()


def test_values_of_the_caller_take_precedence(tmp_path: Path) -> None:
    """The caller overrides the file of the stack, which overrides the defaults of the project."""
    config = write_config(
        tmp_path, "config: {x: file, a: file}", config={"a": "call"}, secret={"ns:s": "hush"}
    )

    assert (config.values["shop:x"], config.values["shop:a"]) == ("file", "call")
    assert config.to_properties()["ns:s"] == Secret("hush")


def test_an_encrypted_value_comes_from_the_environment(tmp_path: Path) -> None:
    """The variable is the one that Pulumi's SDK reads."""
    config = write_config(tmp_path, "config: {key: {secure: v1:abc}}")

    assert config.to_properties()["shop:key"] == Secret("from the environment")


@pytest.mark.parametrize("value", ["{secure: v1:abc}", "{deep: [{secure: v1:abc}]}"])
def test_an_encrypted_value_without_another_source_is_an_error(tmp_path: Path, value: str) -> None:
    """The message has the key and both ways to set it."""
    with pytest.raises(LocalEngineError) as raised:
        write_config(tmp_path, f"config: {{other: {value}}}")

    assert str(raised.value) == (
        "shop:other is encrypted in Pulumi.demo.yaml, and only the Pulumi CLI can decrypt it: "
        "set PULUMI_CONFIG_SHOP_OTHER, or pass it with --secret shop:other=..."
    )


def test_an_environment_of_pulumi_cloud_is_rejected(tmp_path: Path) -> None:
    """The local engine cannot read it."""
    with pytest.raises(LocalEngineError, match="Pulumi Cloud"):
        write_config(tmp_path, "environment: [prod]")


def test_the_name_of_a_variable_comes_from_its_key() -> None:
    """In capitals, with letters, digits and underscores only."""
    assert build_variable_name("bim360:clientSecret") == "PULUMI_CONFIG_BIM360_CLIENTSECRET"
