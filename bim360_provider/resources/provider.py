"""``Bim360Provider``: the connection to an account, for programs with several accounts."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions

from bim360_provider.core.settings import EXPLICIT_KEY, HIDDEN_KEY
from bim360_provider.errors import ConfigError
from bim360_provider.hq.transport import address
from bim360_provider.resources.argument_checks import ArgumentNameCheck
from bim360_provider.resources.serialize import build_secret_names

__all__ = ["Bim360Provider"]


class Bim360Provider(ArgumentNameCheck, pulumi.ProviderResource):
    """Credentials, account and region of the resources that use this provider.

    Example:
        >>> europe = Bim360Provider("europe", account_id="…", region="EMEA")
        >>> Bim360Project("bridge", …, opts=ResourceOptions(provider=europe))

    Missing arguments are taken from the stack's configuration, then from the environment.
    """

    def __init__(  # noqa: PLR0913 - the configuration's keys, each a keyword
        self,
        resource_name: str,
        *,
        account_id: Input[str],
        client_id: Input[str] | None = None,
        client_secret: Input[str] | None = None,
        region: Input[str] | None = None,
        acting_user: Input[str] | None = None,
        base_url: Input[str] | None = None,
        legacy_eu_path: Input[bool] | None = None,
        unknown_values: Input[str] | None = None,
        adopt_leftovers: Input[bool] | None = None,
        adopt_simultaneous: Input[bool] | None = None,
        read_service_types: Input[str] | None = None,
        requests_per_minute: Input[int] | None = None,
        rate_limit_store: Input[str] | None = None,
        max_archives: Input[int | str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare an account.

        Args:
            resource_name: Pulumi's name of the resource, unique in the stack.
            account_id: Id of the account, with or without ``b.``.
            client_id: The app's client id.
            client_secret: The app's client secret, stored as a Pulumi secret. Set
                ``APS_CLIENT_SECRET`` instead to keep it out of the state.
            region: ``US`` (the default), ``EMEA``, ``AUS``, ``CAN``, ``DEU``, ``IND``, ``JPN`` or
                ``GBR``.
            acting_user: The user on whose behalf project members are added: the e-mail, id or uid
                of an admin of the account or of the project.
            base_url: URL of another HQ server, such as an emulator.
            legacy_eu_path: Whether to use ``/regions/eu/`` paths instead of the ``Region`` header.
            unknown_values: ``refuse`` (the default) or ``allow`` values outside HQ's public lists.
            adopt_leftovers: Whether a create adopts an object that an interrupted run created; True
                by default.
            adopt_simultaneous: Whether a create adopts an object that appeared while it ran; False
                by default.
            read_service_types: The projects whose service types a refresh reads, with one request
                per project: ``declared`` (the default), ``always`` or ``never``.
            requests_per_minute: Limit of requests, 0 to 100, 96 by default; 0 disables it.
            rate_limit_store: A file or a ``redis://`` URL that shares the limit with other runs;
                stored as a Pulumi secret, because it may contain a password.
            max_archives: Limit of projects that one run archives, 20 by default; ``"unlimited"`` is
                no limit. ``BIM360_MAX_ARCHIVES`` takes precedence.
            opts: Pulumi's resource options.

        Raises:
            ConfigError: ``base_url`` or ``rate_limit_store`` is an invalid text.
        """
        config = pulumi.Config("bim360")
        given = {
            "accountId": account_id,
            "clientId": client_id,
            "region": region,
            "actingUser": acting_user,
            "baseUrl": base_url,
            "legacyEuPath": legacy_eu_path,
            "unknownValues": unknown_values,
            "adoptLeftovers": adopt_leftovers,
            "adoptSimultaneous": adopt_simultaneous,
            "readServiceTypes": read_service_types,
            "requestsPerMinute": requests_per_minute,
            "maxArchives": max_archives,
        }
        props = _collect_settings(config, given)
        _check_url("base_url", base_url, address.parse_base_url)
        _check_url("rate_limit_store", rate_limit_store, address.parse_rate_limit_store)
        for key, value in (("clientSecret", client_secret), ("rateLimitStore", rate_limit_store)):
            secret = config.get_secret(key) if value is None else value
            props[f"bim360:{key}"] = None if secret is None else Output.secret(secret)
        super().__init__("pulumi-python", resource_name, {EXPLICIT_KEY: "true", **props}, opts)


def _collect_settings(config: pulumi.Config, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings by key, by default the stack's.

    The client secret is not among them, because no message quotes it.
    """
    props = {
        f"bim360:{key}": config.get(key) if value is None else value for key, value in given.items()
    }
    return {**props, **build_secret_names(props, HIDDEN_KEY)}


def _check_url(name: str, value: Input[str] | None, parse: Callable[[object], str]) -> None:
    """Refuse a URL with a password before it enters the state; the provider checks an output."""
    if not isinstance(value, str) or not value.strip():
        return
    try:
        parse(value)
    except ValueError as error:
        msg = f"BIM 360: {name} {error}."
        raise ConfigError(msg) from None
