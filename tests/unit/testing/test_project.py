"""Pulumi.yaml and the stack's file: what is run, and with which configuration."""

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


def project_of(folder: Path, text: str) -> PulumiProject:
    """Write and read a Pulumi.yaml."""
    (folder / "Pulumi.yaml").write_text(text)
    return read_project(folder)


def config_of(folder: Path, text: str, **given: object) -> Configuration:
    """Write a stack's file and read the configuration."""
    project = project_of(
        folder, "name: shop\nruntime: python\nconfig: {fallback: 1, x: {default: 2}}"
    )
    (folder / "Pulumi.demo.yaml").write_text(text)
    environment = {"PULUMI_CONFIG_SHOP_KEY": "from the environment"}
    config, secret = given.get("config", {}), given.get("secret", {})
    assert isinstance(config, dict)
    assert isinstance(secret, dict)
    return read_configuration(project, "demo", environment, config, secret)


def test_a_program_lives_in_the_projects_folder(tmp_path: Path) -> None:
    """Unless Pulumi.yaml says otherwise."""
    project = project_of(tmp_path, "name: shop\nruntime: {name: python}")

    assert (project.name, project.folder, project.entry_point) == ("shop", tmp_path.resolve(), ".")
    assert project.config_folder == tmp_path


def test_main_may_be_a_folder(tmp_path: Path) -> None:
    """Then the program runs there."""
    (tmp_path / "stacks").mkdir()
    project = project_of(
        tmp_path, "name: shop\nruntime: python\nmain: stacks\nstackConfigDir: stacks"
    )

    assert (project.folder, project.entry_point) == ((tmp_path / "stacks").resolve(), ".")
    assert project.config_folder == tmp_path / "stacks"


def test_main_may_be_a_file(tmp_path: Path) -> None:
    """Then it runs in the file's folder."""
    (tmp_path / "app.py").touch()
    project = project_of(tmp_path, "name: shop\nruntime: python\nmain: app.py")

    assert (project.folder, project.entry_point) == (tmp_path.resolve(), "app.py")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: shop\nruntime: nodejs", "runs `runtime: python` only"),
        ("runtime: python", "has no name"),
        ("name: shop\nruntime: python\nmain: nowhere", "no such file or folder"),
        ("- a list", "must hold `key: value` lines"),
        ("a: [", "is not YAML"),
    ],
)
def test_a_wrong_project_file_is_told_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    """With what to do about it."""
    with pytest.raises(LocalEngineError, match=words) as raised:
        project_of(tmp_path, text)

    assert "\n" not in str(raised.value)


def test_no_project_file_is_told(tmp_path: Path) -> None:
    """It is mostly the wrong folder."""
    with pytest.raises(LocalEngineError, match="--cwd"):
        read_project(tmp_path)


def test_configuration_is_text_by_full_key(tmp_path: Path) -> None:
    """As Pulumi hands it over: JSON for what is not text."""
    config = config_of(tmp_path, "config: {a: x, b: 1, c: true, 'ns:d': {k: [1]}}")

    assert config.values == {
        "shop:fallback": "1",
        "shop:x": "2",
        "shop:a": "x",
        "shop:b": "1",
        "shop:c": "true",
        "ns:d": '{"k":[1]}',
    }
    assert config.secret_keys == frozenset()


def test_what_the_caller_gives_wins(tmp_path: Path) -> None:
    """Over the stack's file, which wins over the project's defaults."""
    config = config_of(
        tmp_path, "config: {x: file, a: file}", config={"a": "call"}, secret={"ns:s": "hush"}
    )

    assert (config.values["shop:x"], config.values["shop:a"]) == ("file", "call")
    assert config.to_properties()["ns:s"] == Secret("hush")


def test_an_encrypted_value_comes_from_the_environment(tmp_path: Path) -> None:
    """From the variable Pulumi's own SDK would look at."""
    config = config_of(tmp_path, "config: {key: {secure: v1:abc}}")

    assert config.to_properties()["shop:key"] == Secret("from the environment")


@pytest.mark.parametrize("value", ["{secure: v1:abc}", "{deep: [{secure: v1:abc}]}"])
def test_an_encrypted_value_nobody_gives_is_told(tmp_path: Path, value: str) -> None:
    """With the key, and both ways to give it."""
    with pytest.raises(LocalEngineError) as raised:
        config_of(tmp_path, f"config: {{other: {value}}}")

    assert str(raised.value) == (
        "shop:other is encrypted in Pulumi.demo.yaml, and only the Pulumi CLI can decrypt it: "
        "set PULUMI_CONFIG_SHOP_OTHER, or pass it with --secret shop:other=..."
    )


def test_an_environment_of_pulumi_cloud_is_refused(tmp_path: Path) -> None:
    """It cannot be opened from here."""
    with pytest.raises(LocalEngineError, match="Pulumi Cloud"):
        config_of(tmp_path, "environment: [prod]")


def test_a_variable_is_named_like_its_key() -> None:
    """In capitals, with nothing but letters, digits and underscores."""
    assert build_variable_name("bim360:clientSecret") == "PULUMI_CONFIG_BIM360_CLIENTSECRET"
