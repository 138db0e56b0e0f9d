"""Configured URLs: the validated host is the host that receives the request."""

from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from bim360_provider.core.settings import Settings
from bim360_provider.doctor.checks.config import check_configuration
from bim360_provider.doctor.checks.network import _find_proxy
from bim360_provider.doctor.context import CheckContext
from bim360_provider.doctor.sources import read_sources
from bim360_provider.errors import Bim360Error, ConfigError, UnansweredError
from bim360_provider.hq import Connection
from bim360_provider.hq.transport.address import (
    LOOPBACK_HOSTS,
    parse_base_url,
    parse_rate_limit_store,
    split_base_url,
    strip_login,
)
from bim360_provider.hq.transport.http import BoundedAdapter, HttpSession
from bim360_provider.hq.transport.message import BearerAuth, HttpRequest
from bim360_provider.hq.transport.rate_limit import SharedLimitError, create_limiter

PASSWORD = "hunter3"

WITH_PASSWORD = [
    f"http://u:{PASSWORD}@[::1",
    f"https://u:{PASSWORD}@hq.example",
    f"https://{PASSWORD}@hq.example/path",
    f"http://evil.example\\u:{PASSWORD}@localhost",
    f"http:\\\\u:{PASSWORD}@localhost",
    f"https://u:{PASSWORD}/x@hq.example",
    f"https://u:{PASSWORD}?x@hq.example",
    f"https://u:{PASSWORD}#x@hq.example",
    f"https://hq.example?key={PASSWORD}",
    f"https://hq.example/#{PASSWORD}",
    f"https://u:{PASSWORD}",
    f"https://u:{PASSWORD}@h:99999",
    f"ftp://u:{PASSWORD}@hq.example",
    f"u:{PASSWORD}@hq.example",
]

PIECES = [
    *("http", "https", "HTTPS", "ftp", ":", "/", "//", "\\", "@", "?", "#", "%", "%2f", "%00"),
    *("localhost", "LOCALHOST", "127.0.0.1", "::1", "[::1]", "[", "]", "evil.example", "."),
    *("2130706433", "8080", "65536", "u:p", " ", "\t", "\n", "\r", "\x00", "\u3002", "ß", ";", "_"),
]

URLS = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=9).map("".join)
NEAR_URLS = st.tuples(st.sampled_from(["http://", "https://", "HTTP://"]), URLS).map("".join)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://evil.example\\@localhost", "user name or a password"),
        ("http://evil.example\\.localhost", "backslash"),
        ("https://u@hq.example", "user name or a password"),
        ("https://hq.example?x=1", "a query or a fragment"),
        ("https://hq.example/#x", "a query or a fragment"),
        ("https://hq.example/a b", "a space"),
        ("https://hq.example\n.evil", "a space"),
        ("https://hq\x00.example", "a space"),
        ("https://hq\u3002example", "another character"),
        ("https://", "is not a URL"),
        ("http://[::1", "is not a URL"),
        ("https://[::g]", "is not a URL"),
        ("https://hq..example", "is not a URL"),
        (f"https://{'a' * 64}.example", "is not a URL"),
        ("https://hq.example:99999", "is not a URL"),
        ("https://hq.example:x", "is not a URL"),
        ("http://hq.example", "is not https"),
        ("http://localhost.evil.example", "is not https"),
        ("http://2130706433", "is not https"),
        ("", "is not https"),
    ],
)
def test_a_base_url_is_a_host_and_a_path(url: str, problem: str) -> None:
    """Ambiguous URLs are refused, and the message names the part to remove."""
    with pytest.raises(ValueError, match=problem):
        parse_base_url(url)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://developer.api.autodesk.com", ("https", "developer.api.autodesk.com", 443)),
        ("HTTPS://Proxy.Example:8443/aps/v1/", ("https", "proxy.example", 8443)),
        ("http://127.0.0.1:8080", ("http", "127.0.0.1", 8080)),
        ("http://[::1]:1/x", ("http", "::1", 1)),
        ("http://LocalHost", ("http", "localhost", 80)),
    ],
)
def test_a_base_url_has_a_scheme_a_host_and_a_port(url: str, place: tuple[str, str, int]) -> None:
    """As the client uses them and the doctor shows them."""
    assert split_base_url(url) == place


@given(URLS | NEAR_URLS)
@example("http://evil.example\\@localhost")
@example("http://localhost#@evil.example")
@example("https://hq.example/%")
def test_the_validated_host_is_the_host_that_receives_the_request(url: str) -> None:
    """By the parser that the request uses, with the path of a request appended."""
    try:
        scheme, host, port = split_base_url(url)
    except ValueError:
        return

    prepared = requests.Request("GET", f"{url.strip().rstrip('/')}/hq/v1/x").prepare()
    sent = parse_url(prepared.url or "")

    assert sent.scheme == scheme
    assert (sent.host or "").strip("[]") == host
    assert (sent.port or port) == port
    assert sent.auth is None
    assert scheme == "https" or host in LOOPBACK_HOSTS


@given(URLS | NEAR_URLS)
@example("http://evil.example\\@localhost")
@example("http://evil.example")
def test_no_request_is_sent_unencrypted_to_another_machine(url: str) -> None:
    """The adapter checks every URL again."""
    try:
        prepared = requests.Request("GET", url).prepare()
        host = PoolManager().connection_from_url(prepared.url or "").host
    except (requests.RequestException, HTTPError, UnicodeError):
        return

    with patch.object(HTTPAdapter, "send") as sent, suppress(requests.RequestException):
        BoundedAdapter().send(prepared)

    is_https = (prepared.url or "").startswith("https:")
    assert sent.called == (is_https or (host or "").strip("[]") in LOOPBACK_HOSTS)


@pytest.mark.parametrize("url", WITH_PASSWORD)
def test_no_error_quotes_the_password_of_a_base_url(url: str) -> None:
    """In one line; from the stack's configuration, the environment and a client in a script."""
    for validate in (
        lambda: Settings.resolve({"bim360:baseUrl": url}, {}),
        lambda: Settings.resolve({}, {"BIM360_BASE_URL": url}),
        lambda: Connection("id", SecretStr("secret"), "account", url),
    ):
        with pytest.raises(ConfigError) as caught:
            validate()

        assert PASSWORD not in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", WITH_PASSWORD)
def test_doctor_shows_no_password_of_a_base_url(tmp_path: Path, url: str) -> None:
    """Neither in its list of settings nor in an error."""
    case = CheckContext(read_sources(tmp_path, None, {"BIM360_BASE_URL": url}))

    finding = check_configuration(case)

    assert finding.status == "failed"
    assert PASSWORD not in repr(finding)


STORES = [
    f"Redis://:{PASSWORD}@h",
    f"mysql://u:{PASSWORD}@h/db",
    f"postgres://u:{PASSWORD}@h",
    f"file://{PASSWORD}@h/x",
    f"redis:/u:{PASSWORD}@h",
    f"u:{PASSWORD}@h:6379/0",
    f":{PASSWORD}@h:6379",
    f"//u:{PASSWORD}@h",
    f"\\\\u:{PASSWORD}@h",
    f"redis:{PASSWORD}@h",
]


@pytest.mark.parametrize("store", STORES)
def test_a_store_must_be_a_file_or_a_redis_url(tmp_path: Path, store: str) -> None:
    """From every source, without its password; no file of that name is created."""
    for validate in (
        lambda: Settings.resolve({"bim360:rateLimitStore": store}, {}),
        lambda: Settings.resolve({}, {"BIM360_RATE_LIMIT_STORE": store}),
        lambda: Connection("id", SecretStr("secret"), "account", rate_limit_store=store),
        lambda: create_limiter(1, store, "app", lambda: 0.0),
    ):
        with pytest.raises((ConfigError, SharedLimitError)) as caught:
            validate()

        assert PASSWORD not in str(caught.value)

    sources = read_sources(tmp_path, None, {"BIM360_RATE_LIMIT_STORE": store})
    assert PASSWORD not in repr(check_configuration(CheckContext(sources)))


@pytest.mark.parametrize(
    "store",
    [
        "/var/cache/pace.sqlite",
        "pace.sqlite",
        "~/.cache/bim360/pace.sqlite",
        "C:\\cache\\pace.sqlite",
        "C:/cache/pace.sqlite",
        "/home/me@work/a:b/pace.sqlite",
        "redis://:password@host:6379/0",
        "rediss://host",
        "unix:///run/redis.sock",
    ],
)
def test_a_store_is_a_file_or_a_redis_server(store: str) -> None:
    """Also a path on Windows."""
    assert parse_rate_limit_store(store) == store


def test_repr_shows_no_password_of_a_store() -> None:
    """Settings and connections may be logged."""
    store = f"redis://:{PASSWORD}@h"
    settings = Settings.resolve({"bim360:rateLimitStore": store}, {})
    connection = Connection("id", SecretStr("secret"), "account", rate_limit_store=store)

    assert PASSWORD not in f"{settings!r} {connection!r}"


@pytest.mark.parametrize("proxy", [*WITH_PASSWORD, f"socks5://u:{PASSWORD}@[::1"])
def test_no_error_shows_the_password_of_a_proxy(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """The error is one line, nothing was sent, and the doctor shows the proxy without it."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    session = HttpSession()

    with pytest.raises(Bim360Error) as caught:
        session.send(HttpRequest("GET", "https://hq.invalid/", {}, BearerAuth("x")))
    session.close()

    assert not isinstance(caught.value, UnansweredError)
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in _find_proxy("hq.invalid", "https")


@given(st.text() | URLS | NEAR_URLS)
def test_strip_login_removes_any_login_and_never_raises(text: str) -> None:
    """It never raises, and removes everything before the host."""
    assert "@" not in strip_login(f"https://{text}@hq.example").replace("…@", "")
