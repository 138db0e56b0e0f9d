"""Replaces GitHub's CLI: keeps comments and issues in a file; any other call fails."""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

STORE_FILE = Path(os.environ["HOST_FILE"])
BOT_USER = {"login": "github-actions[bot]"}


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the supported flags."""
    top = argparse.ArgumentParser(allow_abbrev=False)
    groups = top.add_subparsers(dest="group", required=True)
    api = groups.add_parser("api", allow_abbrev=False)
    api.add_argument("path")
    api.add_argument("--method", default="GET")
    for flag in ("--paginate", "--silent"):
        api.add_argument(flag, action="store_true")
    for flag in ("--jq", "--field"):
        api.add_argument(flag, default="")
    label = groups.add_parser("label", allow_abbrev=False).add_subparsers(dest="do", required=True)
    label_create = label.add_parser("create")
    label_create.add_argument("name")
    label_create.add_argument("--force", action="store_true")
    label_create.add_argument("--description")
    issue = groups.add_parser("issue", allow_abbrev=False).add_subparsers(dest="do", required=True)
    for do, flags in {
        "list": ["label", "state", "json", "jq"],
        "create": ["title", "label", "body-file"],
        "edit": ["body-file"],
        "close": ["comment"],
    }.items():
        each = issue.add_parser(do, allow_abbrev=False)
        if do in ("edit", "close"):
            each.add_argument("number", type=int)
        for flag in flags:
            each.add_argument(f"--{flag}", required=True)
    return top


def run_api(arguments: argparse.Namespace, store: dict[str, Any]) -> None:
    """List, create or change comments."""
    listing = re.fullmatch(r"repos/own/stacks/issues/7/comments", arguments.path)
    single = re.fullmatch(r"repos/own/stacks/issues/comments/(\d+)", arguments.path)
    if listing and arguments.method == "GET" and arguments.paginate:
        print_filtered(store["comments"], arguments.jq)
    elif listing and arguments.method == "POST":
        number = 100 + len(store["comments"])
        store["comments"].append(
            {"id": number, "user": BOT_USER, "body": read_body(arguments.field)}
        )
    elif single and arguments.method == "PATCH":
        found = [each for each in store["comments"] if each["id"] == int(single[1])]
        found[0]["body"] = read_body(arguments.field)
    else:
        sys.exit(f"404: {arguments.method} {arguments.path}")


def run_issue(arguments: argparse.Namespace, store: dict[str, Any]) -> None:
    """List, create, change or close an issue."""
    issues = store["issues"]
    if arguments.do == "list":
        matching = [
            {"number": each["number"]}
            for each in issues
            if each["label"] == arguments.label and each["state"] == arguments.state
        ]
        print_filtered(matching, arguments.jq)
    elif arguments.do == "create":
        if arguments.label not in store["labels"]:
            sys.exit(f"could not add label: '{arguments.label}' not found")
        text = Path(arguments.body_file).read_text(encoding="utf-8")
        issue = {"number": len(issues) + 1, "state": "open", "label": arguments.label, "body": text}
        issues.append({**issue, "title": arguments.title})
    else:
        found = next(each for each in issues if each["number"] == arguments.number)
        if arguments.do == "edit":
            found["body"] = Path(arguments.body_file).read_text(encoding="utf-8")
        else:
            found["state"] = "closed"


def read_body(field: str) -> str:
    """Return what `--field body=@file` sends."""
    return Path(field.removeprefix("body=@")).read_text(encoding="utf-8")


def print_filtered(value: object, program: str) -> None:
    """Print the result of a jq program for a value, as `--jq` does."""
    subprocess.run(  # noqa: S603 - the examples' own programs
        ["jq", "-r", program],  # noqa: S607 - found on PATH
        input=json.dumps(value),
        text=True,
        check=True,
    )


def main() -> None:
    """Run one command, and save the comments and issues."""
    if os.environ.get("GH_TOKEN") != "github-token":
        sys.exit("gh: set GH_TOKEN")
    arguments = build_parser().parse_args()
    store = json.loads(STORE_FILE.read_text(encoding="utf-8"))
    if arguments.group == "api":
        run_api(arguments, store)
    elif arguments.group == "issue":
        run_issue(arguments, store)
    else:
        store["labels"].append(arguments.name)
    STORE_FILE.write_text(json.dumps(store), encoding="utf-8")


if __name__ == "__main__":
    main()
