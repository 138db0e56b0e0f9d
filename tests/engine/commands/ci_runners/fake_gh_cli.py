"""Stands in for GitHub's command line: comments and issues in a file; any other call ends it."""

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
    """Return what it understands, flag by flag."""
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


def run_api(asked: argparse.Namespace, kept: dict[str, Any]) -> None:
    """List comments, make one or change one."""
    listing = re.fullmatch(r"repos/own/stacks/issues/7/comments", asked.path)
    single = re.fullmatch(r"repos/own/stacks/issues/comments/(\d+)", asked.path)
    if listing and asked.method == "GET" and asked.paginate:
        print_filtered(kept["comments"], asked.jq)
    elif listing and asked.method == "POST":
        number = 100 + len(kept["comments"])
        kept["comments"].append({"id": number, "user": BOT_USER, "body": read_body(asked.field)})
    elif single and asked.method == "PATCH":
        found = [each for each in kept["comments"] if each["id"] == int(single[1])]
        found[0]["body"] = read_body(asked.field)
    else:
        sys.exit(f"404: {asked.method} {asked.path}")


def run_issue(asked: argparse.Namespace, kept: dict[str, Any]) -> None:
    """List, make, change or close an issue."""
    issues = kept["issues"]
    if asked.do == "list":
        matching = [
            {"number": each["number"]}
            for each in issues
            if each["label"] == asked.label and each["state"] == asked.state
        ]
        print_filtered(matching, asked.jq)
    elif asked.do == "create":
        if asked.label not in kept["labels"]:
            sys.exit(f"could not add label: '{asked.label}' not found")
        text = Path(asked.body_file).read_text(encoding="utf-8")
        made = {"number": len(issues) + 1, "state": "open", "label": asked.label, "body": text}
        issues.append({**made, "title": asked.title})
    else:
        found = next(each for each in issues if each["number"] == asked.number)
        if asked.do == "edit":
            found["body"] = Path(asked.body_file).read_text(encoding="utf-8")
        else:
            found["state"] = "closed"


def read_body(field: str) -> str:
    """Return what `--field body=@file` sends."""
    return Path(field.removeprefix("body=@")).read_text(encoding="utf-8")


def print_filtered(value: object, program: str) -> None:
    """Print what the jq program makes of a value, as `--jq` does."""
    subprocess.run(  # noqa: S603 - the examples' own programs
        ["jq", "-r", program],  # noqa: S607 - wherever it is
        input=json.dumps(value),
        text=True,
        check=True,
    )


def main() -> None:
    """Do what was asked, and keep it."""
    if os.environ.get("GH_TOKEN") != "github-token":
        sys.exit("gh: set GH_TOKEN")
    asked = build_parser().parse_args()
    kept = json.loads(STORE_FILE.read_text(encoding="utf-8"))
    if asked.group == "api":
        run_api(asked, kept)
    elif asked.group == "issue":
        run_issue(asked, kept)
    else:
        kept["labels"].append(asked.name)
    STORE_FILE.write_text(json.dumps(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
