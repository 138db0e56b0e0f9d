"""Render the templates of the page, with the headers that browsers enforce."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import JsonValue

from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.storage.database import Row

TEMPLATE_FOLDER = Path(__file__).parent / "templates"

BODY_LIMIT = 300
"""Characters of a request's body; a line of the table has room for fewer."""

FIRST_REFUSAL, FIRST_FAILURE = 400, 500
"""The first HTTP statuses of errors of the client and of the server."""


def render_template(status: int, template: str, context: Mapping[str, object]) -> Reply:
    """Return a page; all values in it are escaped.

    Args:
        status: HTTP status.
        template: File name of the template.
        context: The values of the template.
    """
    html = _open_environment().get_template(template).render(context)
    return Reply(status, _build_headers(), html.encode())


@cache
def _open_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        moment=_format_moment,
        money=_format_value,
        label=_format_name,
        json=_format_body,
        status_class=_classify_status,
    )
    environment.globals.update(style=_read_file("style.css"), script=_read_file("live.js"))
    return environment


@cache
def _build_headers() -> Mapping[str, str]:
    """Return headers with which a browser runs no script but ours and loads nothing else."""
    policy = {
        "default-src": "'none'",
        "style-src": _hash_source("style.css"),
        "script-src": _hash_source("live.js"),
        "img-src": "data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }


def _hash_source(name: str) -> str:
    digest = sha256(_read_file(name).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _read_file(name: str) -> str:
    return (TEMPLATE_FOLDER / name).read_text(encoding="utf-8")


def _format_moment(timestamp: str) -> str:
    """Return ``2026-11-28 02:12:28`` for ``2026-11-28T02:12:28.858Z``."""
    return timestamp[:19].replace("T", " ")


def _format_value(project: Row) -> str:
    """Return the value of a project with its currency, an empty text if it has none."""
    if project["value"] is None:
        return ""
    return f"{project['value']:,.2f} {project['currency'] or ''}".replace(".00 ", " ").strip()


def _format_name(name: str) -> str:
    """Return ``Start date`` for ``start_date``."""
    return name.replace("_", " ").capitalize()


def _format_body(body: JsonValue) -> str:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return text if len(text) <= BODY_LIMIT else f"{text[:BODY_LIMIT]}…"


def _classify_status(status: int) -> str:
    if FIRST_REFUSAL <= status < FIRST_FAILURE:
        return "refused"
    return "good" if 0 < status < FIRST_REFUSAL else "failed"
