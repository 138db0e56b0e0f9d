"""``bim360 doctor`` and HQ: every failure with its remedy, nothing changed, no secret told."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.doctor.checks import machine
from bim360_provider.doctor.checkup import CHECKS, run_checks
from bim360_provider.doctor.context import Finding
from bim360_provider.doctor.sources import read_sources
from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_EMAIL,
    ADMIN_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    EMEA_ACCOUNT_ID,
    Emulator,
    parse_seed,
    serve,
)
from tests.support.hq import DROPS_CONNECTION, Fault, HqFixture, build_reply

HQ_CHECKS = [check for check in CHECKS if check.run.__module__ != machine.__name__]


class DoctorFixture:
    """Somebody with a stack's environment."""

    def __init__(self, hq: HqFixture, folder: Path) -> None:
        self.stage = hq
        self.folder = folder
        self.environ = {
            "APS_CLIENT_ID": CLIENT_ID,
            "APS_CLIENT_SECRET": CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": ACCOUNT_ID,
            "BIM360_BASE_URL": hq.url,
        }

    def run_checks(self, stack: str | None = None, **environ: str) -> dict[str, Finding]:
        """Return what is found; whatever it is, no secret and no token is in it."""
        known = {**self.environ, **environ}
        sources = read_sources(self.folder, stack, known)
        found = {each.check: each for each in run_checks(sources, checks=HQ_CHECKS)}
        assert CLIENT_SECRET not in repr(found)
        assert known["APS_CLIENT_SECRET"] not in repr(found) or not known["APS_CLIENT_SECRET"]
        assert "eyJ" not in repr(found)
        assert all(each.remedy for each in found.values() if each.status in ("failed", "warning"))
        return found

    def find_failure(self, **environ: str) -> Finding:
        """Return the one finding that is not well; what needs it is skipped."""
        found = self.run_checks(**environ).values()
        (finding,) = [each for each in found if each.status in ("failed", "warning")]
        return finding


@pytest.fixture
def doctor(hq: HqFixture, tmp_path: Path) -> DoctorFixture:
    """Return a doctor of an account that is well."""
    return DoctorFixture(hq, tmp_path)


def test_where_all_is_well_two_questions_are_enough(doctor: DoctorFixture) -> None:
    """A token and one page; nothing that could change anything."""
    doctor.stage.create_project()

    found = doctor.run_checks()

    assert {each.status for each in found.values()} == {"ok"}
    assert doctor.stage.emulator.requests_made == ["token", "GET projects"]
    assert found["projects"].seen.startswith("1 there")
    assert found["account"].seen == f"{ACCOUNT_ID} is visible in region US"


def test_with_an_acting_user_it_is_one_more(doctor: DoctorFixture) -> None:
    """And each of them reads."""
    found = doctor.run_checks(BIM360_ACTING_USER=ADMIN_EMAIL.upper())

    assert found["acting user"].seen == f"{ADMIN_EMAIL} is an account admin"
    assert doctor.stage.emulator.requests_made == ["token", "GET projects", "search users"]


@pytest.mark.parametrize(
    ("environ", "check", "seen", "remedy"),
    [
        ({"APS_CLIENT_SECRET": "another-secret-16"}, "token", "401", "do not fit"),
        ({"APS_CLIENT_ID": "nobody-knows-me"}, "token", "401", "do not fit"),
        ({"APS_CLIENT_SECRET": "'quoted-secret-16'"}, "credentials", "quotation mark", "Take it"),
        ({"APS_CLIENT_SECRET": CLIENT_ID}, "credentials", "is the client id", "Copy it"),
        ({"APS_CLIENT_SECRET": "two words of it"}, "credentials", "contains a space", "doctor.md"),
        ({"APS_CLIENT_SECRET": ""}, "credentials", "set APS_CLIENT_SECRET", "doctor.md"),
        ({"BIM360_ACCOUNT_ID": EMEA_ACCOUNT_ID}, "account", "but in EMEA", "BIM360_REGION=EMEA"),
        ({"BIM360_REGION": "GBR"}, "account", "not in region GBR, but in US", "region US"),
        ({"BIM360_LEGACY_EU_PATH": "true"}, "account", "but in US", "take bim360:legacyEuPath"),
        ({"BIM360_ACCOUNT_ID": ACCOUNT_ID[:-1] + "9"}, "account", "no other region", "hub's"),
        ({"BIM360_ACTING_USER": "no@example.com"}, "acting user", "no user", "account admin"),
        ({"BIM360_ACTING_USER": ACCOUNT_ID}, "acting user", "no user", "account admin"),
        ({"BIM360_BASE_URL": "http://hq.example"}, "configuration", "not https", "Correct what"),
        ({"BIM360_BASE_URL": "http://u:p@[::1"}, "configuration", "a user name", "Correct what"),
        ({"BIM360_BASE_URL": "http://127.0.0.1:9"}, "base URL", "connection failed", "firewall"),
        ({"BIM360_BASE_URL": "https://hq.invalid"}, "base URL", "cannot be resolved", "DNS"),
    ],
)
def test_each_mistake_is_named_with_its_remedy(
    doctor: DoctorFixture, environ: dict[str, str], check: str, seen: str, remedy: str
) -> None:
    """Found at the first check that can know it; what builds on it is skipped."""
    finding = doctor.find_failure(**environ)

    assert finding.check == check
    assert finding.status == "failed"
    assert seen in finding.seen
    assert remedy in finding.remedy


def build_gateway_error(status: int, code: str) -> Any:
    """Return one of the gateway's errors."""
    return build_reply(status, {"errorCode": code, "developerMessage": "no"})


@pytest.mark.parametrize(
    ("what", "reply", "check", "remedy"),
    [
        ("token", build_gateway_error(403, "AUTH-001"), "token", "the app needs the BIM 360 API"),
        ("token", build_reply(503), "token", "run it again later"),
        ("token", build_reply(429), "token", "Run it again later"),
        ("token", build_reply(200, b"<html>Welcome</html>"), "base URL", "proxy"),
        ("token", build_reply(200, {"hello": "world"}), "token", "bim360:baseUrl"),
        ("token", build_reply(302, b"", location="https://login.example"), "token", "redirects"),
        ("token", DROPS_CONNECTION, "base URL", "firewall"),
        ("GET projects", build_gateway_error(403, "AUTH-010"), "account", "lacks a scope"),
        ("GET projects", build_gateway_error(401, "AUTH-006"), "account", "clock"),
        (
            "GET projects",
            build_reply(403, {"message": "Unauthorized"}),
            "account",
            "Custom Integrations",
        ),
        ("GET projects", build_reply(500), "account", "HQ failed"),
        ("GET projects", build_reply(200, {"no": "list"}), "account", "bim360:baseUrl"),
        ("GET projects", DROPS_CONNECTION, "account", "network"),
        ("GET projects", build_reply(404, b"<html>"), "account", "The response is not from HQ"),
    ],
)
def test_what_hq_or_somebody_before_it_says_is_explained(
    doctor: DoctorFixture, what: str, reply: Any, check: str, remedy: str
) -> None:
    """Told at once: a doctor tries nothing twice."""
    doctor.stage.emulator.faults.append(Fault(what, reply, times=99))

    found = doctor.run_checks()

    assert found[check].status == "failed"
    assert remedy in found[check].remedy
    assert doctor.stage.emulator.requests_made.count(what) == 1


def test_an_answer_that_repeats_the_secret_is_masked(doctor: DoctorFixture) -> None:
    """``looks`` greps for it; here is an HQ that says it."""
    echo = build_reply(403, {"message": f"Unauthorized: {CLIENT_SECRET}"})
    doctor.stage.emulator.faults.append(Fault("GET projects", echo))

    assert "Unauthorized: [secret]" in doctor.run_checks()["account"].seen


def test_what_hq_refuses_a_token_for_is_told_by_scope(doctor: DoctorFixture) -> None:
    """Asked for one by one, which changes nothing either."""
    doctor.stage.emulator.faults += [
        Fault("token", build_reply(400, {"error": "invalid_scope"})),
        Fault("token", build_reply(400, {"error": "invalid_scope"}), skip=1),
    ]

    found = doctor.run_checks()

    assert found["scopes"].seen == "the token lacks account:write"
    assert found["token"].status == "ok"
    assert doctor.stage.emulator.requests_made.count("token") == 3


@pytest.mark.parametrize("scope", [["account:read"], "account:read"])
def test_a_token_that_says_what_it_may_is_believed(doctor: DoctorFixture, scope: Any) -> None:
    """Its claims are read, not checked: HQ does that."""
    claims = base64.urlsafe_b64encode(json.dumps({"scope": scope}).encode()).decode().rstrip("=")
    grant = {"access_token": f"eyJh.{claims}.sig", "expires_in": 3599}
    doctor.stage.emulator.faults.append(Fault("token", build_reply(200, grant)))

    assert doctor.run_checks()["scopes"].seen == "the token lacks account:write"


def test_no_representation_of_what_was_told_shows_a_secret(doctor: DoctorFixture) -> None:
    """The environment holds it."""
    sources = read_sources(doctor.folder, None, doctor.environ)

    assert CLIENT_SECRET not in repr(sources)


NESTED_TOKEN = base64.urlsafe_b64encode(b"[" * 100_000).decode()


@pytest.mark.parametrize("bearer", ["a\r\nX: b", "ключ", "two words", 5, {"a": 1}, None])
def test_a_token_that_no_header_could_hold_is_none(doctor: DoctorFixture, bearer: Any) -> None:
    """It is not sent anywhere."""
    grant = {"access_token": bearer, "expires_in": 3599}
    doctor.stage.emulator.faults.append(Fault("token", build_reply(200, grant)))

    assert doctor.run_checks()["token"].seen == "the answer holds no token"
    assert doctor.stage.emulator.requests_made == ["token"]


@pytest.mark.parametrize("bearer", ["opaque", "a.b.c", "a.!.c", f"a.{NESTED_TOKEN}.c"])
def test_a_token_that_says_nothing_is_taken_at_its_word(doctor: DoctorFixture, bearer: str) -> None:
    """Autodesk does not promise that it can be read."""
    grant = {"access_token": bearer, "expires_in": 3599}
    doctor.stage.emulator.faults.append(Fault("token", build_reply(200, grant)))

    assert doctor.run_checks()["scopes"].status == "ok"


def test_an_app_without_account_administration_is_told_what_to_tick(tmp_path: Path) -> None:
    """HQ's 403, from an emulator whose account admin forgot it."""
    app = {"client_id": "app", "client_secret": CLIENT_SECRET, "accounts": [ACCOUNT_ID]}
    seed = {
        "clients": [{**app, "account_administration": False}],
        "accounts": [{"id": ACCOUNT_ID, "name": "A"}],
    }
    with serve(Emulator(parse_seed(seed))) as hq:
        known = {
            "APS_CLIENT_ID": "app",
            "APS_CLIENT_SECRET": CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": ACCOUNT_ID,
            "BIM360_BASE_URL": hq.url,
        }
        found = {each.check: each for each in run_checks(read_sources(tmp_path, None, known))}

    assert found["account"].status == "failed"
    assert "Account Administration ticked" in found["account"].remedy


@pytest.mark.parametrize(
    ("change", "seen"),
    [({"role": "account_user"}, "no account admin"), ({"status": "inactive"}, "inactive")],
)
def test_an_acting_user_who_may_not_act_everywhere_is_a_warning(
    doctor: DoctorFixture, change: dict[str, str], seen: str
) -> None:
    """They may still be an admin of the projects in question."""
    doctor.stage.emulator.call_control_plane("PATCH", f"/users/{ADMIN_ID}", change)

    finding = doctor.find_failure(BIM360_ACTING_USER=ADMIN_ID)

    assert (finding.check, finding.status) == ("acting user", "warning")
    assert seen in finding.seen


@pytest.mark.parametrize(("seconds", "words"), [(120, "behind"), (-120, "ahead of")])
def test_a_clock_that_is_wrong_is_a_warning(
    doctor: DoctorFixture, seconds: int, words: str
) -> None:
    """By the Date of HQ's answers, against this machine's."""
    doctor.stage.emulator.clock.advance(seconds)

    finding = doctor.find_failure()

    assert (finding.check, finding.status) == ("clock", "warning")
    assert f"s {words} HQ's" in finding.seen


def test_a_429_is_seen_and_not_waited_for(doctor: DoctorFixture) -> None:
    """The account cannot be judged then; why is said twice."""
    doctor.stage.emulator.faults.append(
        Fault("GET projects", build_reply(429, {}, Retry_After="30"))
    )

    found = doctor.run_checks()

    assert "Wait a minute" in found["account"].remedy
    assert found["rate limit"].seen == "HQ asked to slow down (429)"


def test_a_shared_limit_is_tried_out(doctor: DoctorFixture, tmp_path: Path) -> None:
    """A file that may be written, one that may not, a full one, and one that is not used."""
    good, blocked = tmp_path / "pace.sqlite", tmp_path / "file"
    blocked.write_text("")

    shared = doctor.run_checks(BIM360_RATE_LIMIT_STORE=str(good))["rate limit"]
    bad = doctor.run_checks(BIM360_RATE_LIMIT_STORE=str(blocked / "pace.sqlite"))["rate limit"]
    limit = {"BIM360_REQUESTS_PER_MINUTE": "1", "BIM360_RATE_LIMIT_STORE": str(good)}
    full = doctor.run_checks(**limit)["rate limit"]
    unused = doctor.run_checks(**{**limit, "BIM360_REQUESTS_PER_MINUTE": "0"})["rate limit"]

    assert [each.status for each in (shared, bad, full, unused)] == ["ok", *["warning"] * 3]
    assert "cannot be used" in bad.seen
    assert "is full for" in full.seen
    assert "is not used" in unused.seen


def test_all_values_that_cannot_be_understood_are_told_at_once(doctor: DoctorFixture) -> None:
    """And nothing is asked."""
    found = doctor.run_checks(
        BIM360_REGION="EU", BIM360_ACCOUNT_ID="acme", BIM360_MAX_ARCHIVES="all"
    )

    assert all(
        key in found["configuration"].seen
        for key in ("bim360:region", "bim360:accountId", "bim360:maxArchives")
    )
    assert doctor.stage.emulator.requests_made == []


def test_a_stacks_file_is_read_and_the_environment_goes_first(doctor: DoctorFixture) -> None:
    """Each value with the place that it comes from; logins in URLs stay hidden."""
    (doctor.folder / "Pulumi.yaml").write_text(
        "name: a\nruntime: python\nstackConfigDir: conf\n"
        "config:\n  bim360:region: {value: EMEA}\n  bim360:unknownValues: allow\n"
    )
    (doctor.folder / "conf").mkdir()
    (doctor.folder / "conf/Pulumi.dev.yaml").write_text(
        f"config:\n  bim360:region: US\n  bim360:accountId: {EMEA_ACCOUNT_ID}\n"
        "  bim360:rateLimitStore: redis://me:hush@127.0.0.1:1/0\n"
    )

    found = doctor.run_checks("dev")

    assert "bim360:region = US  (Pulumi.dev.yaml)" in found["configuration"].details
    assert "bim360:unknownValues = allow  (Pulumi.yaml)" in found["configuration"].details
    assert f"bim360:accountId = {ACCOUNT_ID}  (BIM360_ACCOUNT_ID)" in found["configuration"].details
    assert "hush" not in repr(found)
    assert found["account"].status == "ok"


def test_an_encrypted_secret_is_named_and_not_guessed(doctor: DoctorFixture) -> None:
    """What needs it is skipped; with the environment it is asked."""
    (doctor.folder / "Pulumi.yaml").write_text("name: a\nruntime: python\n")
    (doctor.folder / "Pulumi.dev.yaml").write_text(
        "config:\n  bim360:clientSecret:\n    secure: v1:abc\n"
    )

    found = doctor.run_checks("dev", APS_CLIENT_SECRET="")
    better = doctor.run_checks("dev")

    assert found["credentials"].status == "warning"
    assert found["credentials"].seen == "bim360:clientSecret: encrypted, cannot be read here"
    assert "APS_CLIENT_SECRET" in found["credentials"].remedy
    assert found["account"].status == "skipped"
    assert better["account"].status == "ok"
