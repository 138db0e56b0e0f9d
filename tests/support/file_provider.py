"""A provider for tests: each object is a JSON file in a folder, and each call a line in a log.

Tests copy it into the project under test, as a module of the user's program.
"""

import itertools
import json
import os
from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

_config: dict[str, str] = {}


def _without_internal_keys(props: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in props.items() if not key.startswith("__")}


def _log_call(call: str, **arguments: Any) -> None:
    line = json.dumps({"call": call, **arguments}, sort_keys=True, default=lambda _: "[unknown]")
    with Path(os.environ["SHELF_LOG"]).open("a", encoding="utf-8") as log:
        log.write(line + "\n")


def _object_path(id_: str) -> Path:
    return Path(os.environ["SHELF"]) / f"{id_}.json"


def _allocate_id(title: str) -> str:
    """Return an id from the title and the first unused number, which tests can predict."""
    numbers = itertools.count(1)
    return next(id_ for id_ in (f"{title}-{n}" for n in numbers) if not _object_path(id_).exists())


class FileProvider(ResourceProvider):
    """Stores objects; some properties of an item control its behavior.

    A change of ``kind`` replaces the item, ``ahead`` deletes it first, ``decision`` is the result
    of its diff ("yes" or "no"), ``broken`` is the call that fails.
    """

    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Store two keys of the configuration."""
        _config.clear()
        _config.update({key: req.config.get(key) for key in ("shelf:mark", "shelf:password")})
        _log_call("configure", mark=_config["shelf:mark"], password=_config["shelf:password"])

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Strip the title and reject an empty one."""
        _log_call("check", title=news.get("title"), olds=sorted(_without_internal_keys(olds)))
        inputs = dict(news)
        failures = []
        if isinstance(inputs.get("title"), str):
            inputs["title"] = inputs["title"].strip()
            if not inputs["title"]:
                failures.append(CheckFailure("title", "must not be empty"))
                failures.append(CheckFailure("", "title: write one"))
        return CheckResult(inputs, failures)

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Replace if ``kind`` changes; otherwise the engine compares."""
        _log_call(
            "diff",
            title=news.get("title"),
            olds=_without_internal_keys(olds),
            news=_without_internal_keys(news),
        )
        replaces = ["kind"] if olds.get("kind") != news.get("kind") else []
        decision = {"yes": True, "no": False}.get(str(news.get("decision")))
        return DiffResult(
            changes=decision, replaces=replaces, delete_before_replace=bool(news.get("ahead"))
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create the file."""
        _log_call("create", title=props.get("title"))
        self._fail_or_wait(props, "create")
        id_ = _allocate_id(str(props.get("title")))
        outs = {
            **_without_internal_keys(props),
            "created_by": _config.get("shelf:mark"),
            "echo": props.get("password"),
        }
        _object_path(id_).write_text(json.dumps(outs), encoding="utf-8")
        return CreateResult(id_, outs)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the file."""
        _log_call("read", id=id_, props=_without_internal_keys(props))
        if not _object_path(id_).exists():
            return ReadResult("", {})
        outs = json.loads(_object_path(id_).read_text(encoding="utf-8"))
        inputs = {key: value for key, value in outs.items() if key not in {"created_by", "echo"}}
        if "password" in inputs:
            inputs["password"] = props.get("password")
            outs["password"] = props.get("password")
        result = ReadResult(id_, outs)
        result.inputs = inputs  # hosts of the SDK before 3.216 drop it
        return result

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Write the file again."""
        _log_call(
            "update",
            title=news.get("title"),
            olds=_without_internal_keys(olds),
            news=_without_internal_keys(news),
        )
        self._fail_or_wait(news, "update")
        outs = {
            **_without_internal_keys(news),
            "created_by": olds.get("created_by"),
            "echo": news.get("password"),
        }
        _object_path(id_).write_text(json.dumps(outs), encoding="utf-8")
        return UpdateResult(outs)

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Delete the file."""
        _log_call("delete", title=props.get("title"))
        self._fail_or_wait(props, "delete")
        _object_path(id_).unlink(missing_ok=True)

    @staticmethod
    def _fail_or_wait(props: dict[str, Any], call: str) -> None:
        """Wait at the gate until the test opens it; fail if the item is ``broken``."""
        if props.get("gate"):
            Path(f"{props['gate']}.arrived").write_text(str(os.getpid()), encoding="ascii")
            Path(f"{props['gate']}.go").read_text(encoding="ascii")
        if props.get("broken") == call:
            msg = f"the store failed in {call}"
            raise RuntimeError(msg)


class Item(Resource, module="shelf", name="Item"):
    """An object in the store."""

    title: pulumi.Output[str]
    created_by: pulumi.Output[str]
    echo: pulumi.Output[str]
    tags: pulumi.Output[dict[str, Any]]
    list: pulumi.Output[list[Any]]

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__(FileProvider(), name, {"created_by": None, "echo": None, **props}, opts)


class FileStore(pulumi.ProviderResource):
    """An explicit provider with its own configuration."""

    def __init__(self, name: str, mark: Any, password: Any = None) -> None:
        super().__init__("pulumi-python", name, {"shelf:mark": mark, "shelf:password": password})
