"""Checks of what was told: understood, complete, and copied without a slip."""

from typing import Final

from bim360_provider.core.settings import KEYS, Settings
from bim360_provider.doctor.context import Asking, Case, Finding, failed, fine, warned
from bim360_provider.errors import ConfigError
from bim360_provider.hq.transport.address import without_login

__all__ = ["configuration", "credentials"]

SHOWN: Final = 4
"""Characters of a client id that are shown: enough to know it again."""

URLS: Final = ("bim360:baseUrl", "bim360:rateLimitStore")

QUOTES: Final = "\"'`“”"

SHORT: Final = 12
"""Characters below which a secret was hardly copied as a whole; Autodesk's have 16 and more."""


def configuration(case: Case) -> Finding:
    """Understand every value, and say where each comes from."""
    details = tuple(_lines(case))
    try:
        case.settings = Settings.resolve(case.sources.config, case.sources.environ)
    except ConfigError as error:
        words = str(error).removeprefix("BIM 360: ")
        return failed(words, "Correct what is named; docs/configuration.md has each key.", details)
    given = [key for key in KEYS if case.sources.told.words(key)]
    return fine(f"{len(given)} of {len(KEYS)} settings given, all understood", details)


def _lines(case: Case) -> list[str]:
    lines = []
    for key in KEYS:
        words = case.sources.told.words(key)
        if words:
            lines.append(f"{key} = {_shown(key, words)}  ({case.sources.origin(key)})")
        elif case.sources.is_locked(key):
            lines.append(f"{key} is encrypted in {case.sources.encrypted[key]}")
    return lines


def _shown(key: str, words: str) -> str:
    if key == "bim360:clientSecret":
        return "[secret]"
    if key == "bim360:clientId":
        return f"{words[:SHOWN]}…" if len(words) > SHOWN else "…"
    return without_login(words) if key in URLS else words


def credentials(case: Case) -> Finding:
    """Look whether client id, secret and account are there, and look like what they are."""
    needed = ("bim360:clientId", "bim360:clientSecret", "bim360:accountId")
    locked = [key for key in needed if case.sources.is_locked(key)]
    if locked:
        variables = ", ".join(KEYS[key] for key in locked)
        seen = f"{', '.join(locked)}: encrypted, cannot be read here"
        return warned(seen, f"Use the environment to have HQ asked as well: set {variables}.")
    try:
        case.asking = Asking(case.known.connection(None, None))
    except ConfigError as error:
        words = str(error).removeprefix("BIM 360: ").removesuffix(".")
        return failed(words, "docs/doctor.md says where each is to be found.")
    return _slips(case) or fine("client id, client secret and account id are there")


def _slips(case: Case) -> Finding | None:
    connection = case.hq.connection
    client_id, secret = connection.client_id, connection.client_secret.get_secret_value()
    again = "Copy it once more from the app's page on https://aps.autodesk.com/myapps."
    if secret == client_id:
        return failed("the client secret is the client id", again)
    for what, value in (("client id", client_id), ("client secret", secret)):
        if value[0] in QUOTES or value[-1] in QUOTES:
            return failed(f"the {what} has a quotation mark around it", f"Take it out. {again}")
    if len(secret) < SHORT:
        return warned(f"the client secret has fewer than {SHORT} characters", again)
    return None
