"""Checks of what was told: understood, complete, and copied without a slip."""

from typing import Final

from bim360_provider.core.settings import CONFIG_KEYS, Settings
from bim360_provider.doctor.context import (
    CheckContext,
    Finding,
    HqProbe,
    report_failure,
    report_ok,
    report_warning,
)
from bim360_provider.errors import ConfigError
from bim360_provider.hq.transport.address import strip_login

__all__ = ["check_configuration", "check_credentials"]

VISIBLE_CHARACTERS: Final = 4
"""Characters of a client id that are shown: enough to know it again."""

URL_KEYS: Final = ("bim360:baseUrl", "bim360:rateLimitStore")

QUOTES: Final = "\"'`“”"

MIN_SECRET_LENGTH: Final = 12
"""Characters below which a secret was hardly copied as a whole; Autodesk's have 16 and more."""


def check_configuration(case: CheckContext) -> Finding:
    """Understand every value, and say where each comes from."""
    details = tuple(_list_settings(case))
    try:
        case.settings = Settings.resolve(case.sources.config, case.sources.environ)
    except ConfigError as error:
        words = str(error).removeprefix("BIM 360: ")
        return report_failure(
            words, "Correct what is named; docs/reference/configuration.md has each key.", details
        )
    given = [key for key in CONFIG_KEYS if case.sources.config_reader.read_text(key)]
    return report_ok(f"{len(given)} of {len(CONFIG_KEYS)} settings given, all understood", details)


def _list_settings(case: CheckContext) -> list[str]:
    lines = []
    for key in CONFIG_KEYS:
        words = case.sources.config_reader.read_text(key)
        if words:
            lines.append(f"{key} = {_format_value(key, words)}  ({case.sources.find_origin(key)})")
        elif case.sources.is_encrypted(key):
            lines.append(f"{key} is encrypted in {case.sources.encrypted_files[key]}")
    return lines


def _format_value(key: str, words: str) -> str:
    if key == "bim360:clientSecret":
        return "[secret]"
    if key == "bim360:clientId":
        return f"{words[:VISIBLE_CHARACTERS]}…" if len(words) > VISIBLE_CHARACTERS else "…"
    return strip_login(words) if key in URL_KEYS else words


def check_credentials(case: CheckContext) -> Finding:
    """Look whether client id, secret and account are there, and look like what they are."""
    needed = ("bim360:clientId", "bim360:clientSecret", "bim360:accountId")
    locked = [key for key in needed if case.sources.is_encrypted(key)]
    if locked:
        variables = ", ".join(CONFIG_KEYS[key] for key in locked)
        seen = f"{', '.join(locked)}: encrypted, cannot be read here"
        return report_warning(
            seen, f"Use the environment to have HQ asked as well: set {variables}."
        )
    try:
        case.probe = HqProbe(case.required_settings.build_connection(None, None))
    except ConfigError as error:
        words = str(error).removeprefix("BIM 360: ").removesuffix(".")
        return report_failure(words, "docs/how-to/doctor.md says where each is to be found.")
    return _find_copy_error(case) or report_ok("client id, client secret and account id are there")


def _find_copy_error(case: CheckContext) -> Finding | None:
    connection = case.required_probe.connection
    client_id, secret = connection.client_id, connection.client_secret.get_secret_value()
    again = "Copy it once more from the app's page on https://aps.autodesk.com/myapps."
    if secret == client_id:
        return report_failure("the client secret is the client id", again)
    for what, value in (("client id", client_id), ("client secret", secret)):
        if value[0] in QUOTES or value[-1] in QUOTES:
            return report_failure(
                f"the {what} has a quotation mark around it", f"Take it out. {again}"
            )
    if len(secret) < MIN_SECRET_LENGTH:
        return report_warning(
            f"the client secret has fewer than {MIN_SECRET_LENGTH} characters", again
        )
    return None
