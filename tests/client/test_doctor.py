"""``bim360 doctor`` and HQ: each failure has a remedy; no change and no secret in the output."""

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

ACC_LIST = "GET projects of any platform"
HQ_CHECKS = [check for check in CHECKS if check.run.__module__ != machine.__name__]


class DoctorFixture:
    """Runs the doctor with the environment of a stack."""

    def __init__(self, hq: HqFixture, folder: Path) -> None:
        self.hq = hq
        self.folder = folder
        self.environ = {
            "APS_CLIENT_ID": CLIENT_ID,
            "APS_CLIENT_SECRET": CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": ACCOUNT_ID,
            "BIM360_BASE_URL": hq.url,
        }

    def run_checks(self, stack: str | None = None, **environ: str) -> dict[str, Finding]:
        """Return the findings by check; no finding may contain a secret or a token."""
        variables = {**self.environ, **environ}
        sources = read_sources(self.folder, stack, variables)
        findings = {each.check: each for each in run_checks(sources, checks=HQ_CHECKS)}
        assert CLIENT_SECRET not in repr(findings)
        assert (
            variables["APS_CLIENT_SECRET"] not in repr(findings)
            or not variables["APS_CLIENT_SECRET"]
        )
        assert "eyJ" not in repr(findings)
        assert all(
            each.remedy for each in findings.values() if each.status in ("failed", "warning")
        )
        return findings

    def find_failure(self, **environ: str) -> Finding:
        """Return the only finding with a problem."""
        findings = self.run_checks(**environ).values()
        (finding,) = [each for each in findings if each.status in ("failed", "warning")]
        return finding


@pytest.fixture
def doctor(hq: HqFixture, tmp_path: Path) -> DoctorFixture:
    """Return a doctor for a correct setup."""
    return DoctorFixture(hq, tmp_path)


def test_a_correct_setup_takes_five_requests(doctor: DoctorFixture) -> None:
    """Two tokens, one page of projects of each platform, the folders of one; all only read."""
    doctor.hq.create_project()

    findings = doctor.run_checks()

    assert {each.status for each in findings.values()} == {"ok"}
    log = doctor.hq.emulator.request_log
    assert log == ["token", "GET projects", ACC_LIST, "token", "GET top folders"]
    assert findings["folders"].message == "folders can be read"
    assert findings["projects"].message.startswith("1 of BIM 360, 0 of ACC; `bim360 export`")
    assert findings["account"].message == f"{ACCOUNT_ID} is visible in region US"


def test_the_projects_of_both_platforms_are_counted(doctor: DoctorFixture) -> None:
    """Folders are checked in an ACC project if none of BIM 360 is active."""
    for name in ("Bridge", "Tunnel"):
        project_id = doctor.hq.create_project(name=name)["id"]
        path = f"/projects/{project_id}"
        doctor.hq.emulator.call_control_plane("PATCH", path, {"platform": "acc"})

    findings = doctor.run_checks()

    assert findings["projects"].message == "0 of BIM 360, 2 of ACC"
    assert findings["folders"].message == "folders can be read"


def test_a_refusal_of_the_acc_projects_is_reported(doctor: DoctorFixture) -> None:
    """Stacks of BIM 360 projects do not need them."""
    doctor.hq.emulator.faults.append(Fault(ACC_LIST, build_reply(403, {"message": "no access"})))

    finding = doctor.run_checks()["projects"]

    assert finding.status == "ok"
    assert finding.message.startswith("0 of BIM 360, ACC projects could not be counted (")
    assert "no access" in finding.message


def test_an_acting_user_takes_one_more_request(doctor: DoctorFixture) -> None:
    """The search for the user only reads."""
    findings = doctor.run_checks(BIM360_ACTING_USER=ADMIN_EMAIL.upper())

    assert findings["acting user"].message == f"{ADMIN_EMAIL} is an account admin"
    assert doctor.hq.emulator.request_log == [
        "token",
        "GET projects",
        ACC_LIST,
        "token",
        "search users",
    ]


@pytest.mark.parametrize(
    ("environ", "check", "message", "remedy"),
    [
        ({"APS_CLIENT_SECRET": "another-secret-16"}, "token", "401", "do not match"),
        ({"APS_CLIENT_ID": "unknown-client-id"}, "token", "401", "do not match"),
        (
            {"APS_CLIENT_SECRET": "'quoted-secret-16'"},
            "credentials",
            "quotation mark",
            "Remove the mark",
        ),
        ({"APS_CLIENT_SECRET": CLIENT_ID}, "credentials", "same as the client id", "Copy it"),
        ({"APS_CLIENT_SECRET": "two words of it"}, "credentials", "contains a space", "doctor.md"),
        ({"APS_CLIENT_SECRET": ""}, "credentials", "set APS_CLIENT_SECRET", "doctor.md"),
        ({"BIM360_ACCOUNT_ID": EMEA_ACCOUNT_ID}, "account", "but in EMEA", "BIM360_REGION=EMEA"),
        ({"BIM360_REGION": "GBR"}, "account", "not in region GBR, but in US", "region US"),
        ({"BIM360_LEGACY_EU_PATH": "true"}, "account", "but in US", "unset bim360:legacyEuPath"),
        ({"BIM360_ACCOUNT_ID": ACCOUNT_ID[:-1] + "9"}, "account", "not in any other region", "hub"),
        ({"BIM360_ACTING_USER": "no@example.com"}, "acting user", "not a user", "account admin"),
        ({"BIM360_ACTING_USER": ACCOUNT_ID}, "acting user", "not a user", "account admin"),
        ({"BIM360_BASE_URL": "http://hq.example"}, "configuration", "not https", "Correct these"),
        ({"BIM360_BASE_URL": "http://u:p@[::1"}, "configuration", "a user name", "Correct these"),
        ({"BIM360_BASE_URL": "http://127.0.0.1:9"}, "base URL", "connection failed", "firewall"),
        ({"BIM360_BASE_URL": "https://hq.invalid"}, "base URL", "cannot be resolved", "DNS"),
    ],
)
def test_each_mistake_has_a_finding_with_its_remedy(
    doctor: DoctorFixture, environ: dict[str, str], check: str, message: str, remedy: str
) -> None:
    """The first check that can detect it fails; checks that need it are skipped."""
    finding = doctor.find_failure(**environ)

    assert finding.check == check
    assert finding.status == "failed"
    assert message in finding.message
    assert remedy in finding.remedy


def build_gateway_error(status: int, code: str) -> Any:
    """Return an error response of the gateway."""
    return build_reply(status, {"errorCode": code, "developerMessage": "no"})


@pytest.mark.parametrize(
    ("route", "reply", "check", "remedy"),
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
def test_an_error_response_has_a_remedy(
    doctor: DoctorFixture, route: str, reply: Any, check: str, remedy: str
) -> None:
    """The doctor does not retry."""
    doctor.hq.emulator.faults.append(Fault(route, reply, times=99))

    findings = doctor.run_checks()

    assert findings[check].status == "failed"
    assert remedy in findings[check].remedy
    assert doctor.hq.emulator.request_log.count(route) == 1


def test_a_response_with_the_secret_is_masked(doctor: DoctorFixture) -> None:
    """HQ might repeat the secret in an error message."""
    echo = build_reply(403, {"message": f"Unauthorized: {CLIENT_SECRET}"})
    doctor.hq.emulator.faults.append(Fault("GET projects", echo))

    assert "Unauthorized: [secret]" in doctor.run_checks()["account"].message


def test_a_refused_token_is_reported_by_scope(doctor: DoctorFixture) -> None:
    """The doctor requests a token for each scope."""
    doctor.hq.emulator.faults += [
        Fault("token", build_reply(400, {"error": "invalid_scope"})),
        Fault("token", build_reply(400, {"error": "invalid_scope"}), skip=1),
    ]

    findings = doctor.run_checks()

    assert findings["scopes"].message == "the token lacks account:write"
    assert findings["token"].status == "ok"
    assert doctor.hq.emulator.request_log.count("token") == 4


@pytest.mark.parametrize("scope", [["account:read"], "account:read"])
def test_the_scopes_are_read_from_the_token(doctor: DoctorFixture, scope: Any) -> None:
    """The signature is not checked."""
    claims = base64.urlsafe_b64encode(json.dumps({"scope": scope}).encode()).decode().rstrip("=")
    grant = {"access_token": f"eyJh.{claims}.sig", "expires_in": 3599}
    doctor.hq.emulator.faults.append(Fault("token", build_reply(200, grant)))

    assert doctor.run_checks()["scopes"].message == "the token lacks account:write"


def test_the_representation_of_sources_contains_no_secret(doctor: DoctorFixture) -> None:
    """The environment contains it."""
    sources = read_sources(doctor.folder, None, doctor.environ)

    assert CLIENT_SECRET not in repr(sources)


NESTED_TOKEN = base64.urlsafe_b64encode(b"[" * 100_000).decode()


@pytest.mark.parametrize("bearer", ["a\r\nX: b", "ключ", "two words", 5, {"a": 1}, None])
def test_a_token_that_does_not_fit_in_a_header_is_not_used(
    doctor: DoctorFixture, bearer: Any
) -> None:
    """It is never sent."""
    grant = {"access_token": bearer, "expires_in": 3599}
    doctor.hq.emulator.faults.append(Fault("token", build_reply(200, grant)))

    assert doctor.run_checks()["token"].message == "the response contains no token"
    assert doctor.hq.emulator.request_log == ["token"]


@pytest.mark.parametrize("bearer", ["opaque", "a.b.c", "a.!.c", f"a.{NESTED_TOKEN}.c"])
def test_an_unreadable_token_counts_as_having_all_scopes(
    doctor: DoctorFixture, bearer: str
) -> None:
    """Autodesk does not document the content of a token."""
    grant = {"access_token": bearer, "expires_in": 3599}
    doctor.hq.emulator.faults.append(Fault("token", build_reply(200, grant)))

    assert doctor.run_checks()["scopes"].status == "ok"


def test_an_app_without_account_administration_gets_the_remedy(tmp_path: Path) -> None:
    """HQ responds with 403 if the account admin has not ticked it."""
    app = {"client_id": "app", "client_secret": CLIENT_SECRET, "accounts": [ACCOUNT_ID]}
    seed = {
        "clients": [{**app, "account_administration": False}],
        "accounts": [{"id": ACCOUNT_ID, "name": "A"}],
    }
    with serve(Emulator(parse_seed(seed))) as hq:
        variables = {
            "APS_CLIENT_ID": "app",
            "APS_CLIENT_SECRET": CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": ACCOUNT_ID,
            "BIM360_BASE_URL": hq.url,
        }
        findings = {
            each.check: each for each in run_checks(read_sources(tmp_path, None, variables))
        }

    assert findings["account"].status == "failed"
    assert "Account Administration ticked" in findings["account"].remedy


@pytest.mark.parametrize(
    ("change", "message"),
    [({"role": "account_user"}, "not an account admin"), ({"status": "inactive"}, "inactive")],
)
def test_an_acting_user_with_limited_access_is_a_warning(
    doctor: DoctorFixture, change: dict[str, str], message: str
) -> None:
    """The user may still be an admin of the projects that matter."""
    doctor.hq.emulator.call_control_plane("PATCH", f"/users/{ADMIN_ID}", change)

    finding = doctor.find_failure(BIM360_ACTING_USER=ADMIN_ID)

    assert (finding.check, finding.status) == ("acting user", "warning")
    assert message in finding.message


@pytest.mark.parametrize(("seconds", "direction"), [(120, "behind"), (-120, "ahead of")])
def test_a_wrong_clock_is_a_warning(doctor: DoctorFixture, seconds: int, direction: str) -> None:
    """The Date header of HQ's responses is compared with the clock of this machine."""
    doctor.hq.emulator.clock.advance(seconds)

    finding = doctor.find_failure()

    assert (finding.check, finding.status) == ("clock", "warning")
    assert f"s {direction} HQ's" in finding.message


def test_a_429_is_reported_without_waiting(doctor: DoctorFixture) -> None:
    """The account check fails, and the rate limit check gives the reason."""
    doctor.hq.emulator.faults.append(Fault("GET projects", build_reply(429, {}, Retry_After="30")))

    findings = doctor.run_checks()

    assert "Wait a minute" in findings["account"].remedy
    assert findings["rate limit"].message == "HQ limits the requests (429)"


def test_a_shared_limit_is_tested(doctor: DoctorFixture, tmp_path: Path) -> None:
    """A writable file, a blocked one, a used-up one, and an unused one."""
    good, blocked = tmp_path / "pace.sqlite", tmp_path / "file"
    blocked.write_text("")

    shared = doctor.run_checks(BIM360_RATE_LIMIT_STORE=str(good))["rate limit"]
    bad = doctor.run_checks(BIM360_RATE_LIMIT_STORE=str(blocked / "pace.sqlite"))["rate limit"]
    limit = {"BIM360_REQUESTS_PER_MINUTE": "1", "BIM360_RATE_LIMIT_STORE": str(good)}
    full = doctor.run_checks(**limit)["rate limit"]
    unused = doctor.run_checks(**{**limit, "BIM360_REQUESTS_PER_MINUTE": "0"})["rate limit"]

    assert [each.status for each in (shared, bad, full, unused)] == ["ok", *["warning"] * 3]
    assert "cannot be used" in bad.message
    assert "is used up for" in full.message
    assert "is not used" in unused.message


def test_all_invalid_values_are_reported_together(doctor: DoctorFixture) -> None:
    """No request is sent."""
    findings = doctor.run_checks(
        BIM360_REGION="EU", BIM360_ACCOUNT_ID="acme", BIM360_MAX_ARCHIVES="all"
    )

    assert all(
        key in findings["configuration"].message
        for key in ("bim360:region", "bim360:accountId", "bim360:maxArchives")
    )
    assert doctor.hq.emulator.request_log == []


def test_the_environment_takes_precedence_over_the_file_of_a_stack(doctor: DoctorFixture) -> None:
    """Each value is listed with its source; logins in URLs are masked."""
    (doctor.folder / "Pulumi.yaml").write_text(
        "name: a\nruntime: python\nstackConfigDir: conf\n"
        "config:\n  bim360:region: {value: EMEA}\n  bim360:unknownValues: allow\n"
    )
    (doctor.folder / "conf").mkdir()
    (doctor.folder / "conf/Pulumi.dev.yaml").write_text(
        f"config:\n  bim360:region: US\n  bim360:accountId: {EMEA_ACCOUNT_ID}\n"
        "  bim360:rateLimitStore: redis://me:hush@127.0.0.1:1/0\n"
    )

    findings = doctor.run_checks("dev")

    assert "bim360:region = US  (Pulumi.dev.yaml)" in findings["configuration"].details
    assert "bim360:unknownValues = allow  (Pulumi.yaml)" in findings["configuration"].details
    assert (
        f"bim360:accountId = {ACCOUNT_ID}  (BIM360_ACCOUNT_ID)" in findings["configuration"].details
    )
    assert "hush" not in repr(findings)
    assert findings["account"].status == "ok"


def test_an_encrypted_secret_is_a_warning(doctor: DoctorFixture) -> None:
    """Checks that need it are skipped, unless the environment has it."""
    (doctor.folder / "Pulumi.yaml").write_text("name: a\nruntime: python\n")
    (doctor.folder / "Pulumi.dev.yaml").write_text(
        "config:\n  bim360:clientSecret:\n    secure: v1:abc\n"
    )

    findings = doctor.run_checks("dev", APS_CLIENT_SECRET="")
    with_variable = doctor.run_checks("dev")

    assert findings["credentials"].status == "warning"
    assert (
        findings["credentials"].message
        == "bim360:clientSecret: encrypted, so the doctor cannot read it"
    )
    assert "APS_CLIENT_SECRET" in findings["credentials"].remedy
    assert findings["account"].status == "skipped"
    assert with_variable["account"].status == "ok"


def test_missing_access_to_folders_is_a_warning(doctor: DoctorFixture) -> None:
    """Stacks without folders do not need it."""
    doctor.hq.create_project()
    refusal = build_reply(403, {"errors": [{"status": "403", "detail": "no access to this API"}]})
    doctor.hq.emulator.faults.append(Fault("GET top folders", refusal))

    failure = doctor.find_failure()

    assert (failure.check, failure.status) == ("folders", "warning")
    assert "no access to this API" in failure.message
    assert "data:read, data:create and data:write" in failure.remedy
    assert failure.remedy.endswith("Stacks without folders do not need this.")


def test_without_an_active_project_only_the_scopes_of_folders_are_checked(
    doctor: DoctorFixture,
) -> None:
    """Folders are listed for an active project only."""
    finding = doctor.run_checks()["folders"]

    assert finding.status == "ok"
    assert doctor.hq.emulator.request_log == ["token", "GET projects", ACC_LIST, "token"]
