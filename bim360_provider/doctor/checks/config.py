"""Checks of the configuration: valid, complete and copied correctly."""

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
"""Number of characters of the client id that are shown."""

URL_KEYS: Final = ("bim360:baseUrl", "bim360:rateLimitStore")

QUOTES: Final = "\"'`“”"

MIN_SECRET_LENGTH: Final = 12
"""A shorter secret is probably incomplete; Autodesk's have at least 16 characters."""


def check_configuration(context: CheckContext) -> Finding:
    """Check every value and list the source of each."""
    details = tuple(_list_settings(context))
    try:
        context.settings = Settings.resolve(context.sources.config, context.sources.environ)
    except ConfigError as error:
        return report_failure(
            str(error).removeprefix("BIM 360: "),
            "Correct these values; docs/reference/configuration.md describes each key.",
            details,
        )
    configured = [key for key in CONFIG_KEYS if context.sources.config_reader.read_text(key)]
    return report_ok(
        f"{len(configured)} of {len(CONFIG_KEYS)} settings configured, all valid", details
    )


def _list_settings(context: CheckContext) -> list[str]:
    lines = []
    for key in CONFIG_KEYS:
        value = context.sources.config_reader.read_text(key)
        if value:
            lines.append(
                f"{key} = {_format_value(key, value)}  ({context.sources.find_origin(key)})"
            )
        elif context.sources.is_encrypted(key):
            lines.append(f"{key} is encrypted in {context.sources.encrypted_files[key]}")
    return lines


def _format_value(key: str, value: str) -> str:
    if key == "bim360:clientSecret":
        return "[secret]"
    if key == "bim360:clientId":
        return f"{value[:VISIBLE_CHARACTERS]}…" if len(value) > VISIBLE_CHARACTERS else "…"
    return strip_login(value) if key in URL_KEYS else value


def check_credentials(context: CheckContext) -> Finding:
    """Check that client id, client secret and account id are set and plausible."""
    required = ("bim360:clientId", "bim360:clientSecret", "bim360:accountId")
    encrypted = [key for key in required if context.sources.is_encrypted(key)]
    if encrypted:
        variables = ", ".join(CONFIG_KEYS[key] for key in encrypted)
        message = f"{', '.join(encrypted)}: encrypted, so the doctor cannot read it"
        return report_warning(
            message, f"To run the checks that need HQ, set {variables} in the environment."
        )
    try:
        context.probe = HqProbe(context.required_settings.build_connection(None, None))
    except ConfigError as error:
        text = str(error).removeprefix("BIM 360: ").removesuffix(".")
        return report_failure(text, "docs/how-to/doctor.md describes where to find each value.")
    return _find_copy_error(context) or report_ok("client id, client secret and account id are set")


def _find_copy_error(context: CheckContext) -> Finding | None:
    connection = context.required_probe.connection
    client_id, secret = connection.client_id, connection.client_secret.get_secret_value()
    remedy = "Copy it again from the page of the app on https://aps.autodesk.com/myapps."
    if secret == client_id:
        return report_failure("the client secret is the same as the client id", remedy)
    for name, value in (("client id", client_id), ("client secret", secret)):
        if value[0] in QUOTES or value[-1] in QUOTES:
            return report_failure(
                f"the {name} starts or ends with a quotation mark", f"Remove the mark. {remedy}"
            )
    if len(secret) < MIN_SECRET_LENGTH:
        return report_warning(
            f"the client secret has fewer than {MIN_SECRET_LENGTH} characters", remedy
        )
    return None
