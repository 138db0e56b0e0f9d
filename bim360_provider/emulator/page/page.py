"""The addresses of the page, and the response to each."""

import secrets
from collections.abc import Callable
from functools import partial
from typing import TypeAlias
from urllib.parse import quote

from bim360_provider.emulator.clock import format_timestamp
from bim360_provider.emulator.control.routes import ControlError
from bim360_provider.emulator.emulator import Emulator
from bim360_provider.emulator.http.cross_site import CrossSiteError, check_host, check_origin
from bim360_provider.emulator.http.messages import IncomingRequest, Reply
from bim360_provider.emulator.page import data
from bim360_provider.emulator.page.forms import ACTIONS, FormError, submit_form
from bim360_provider.emulator.page.rendering import render_template

TOKEN_BYTES = 32

SEE_OTHER_STATUS = 303
"""Lets the browser show the project after a form, so that a reload does not send it again."""

View: TypeAlias = Callable[[], Reply]


class EmulatorPage:
    """The page of one emulator.

    Args:
        emulator: The emulator whose accounts it shows and changes.
        token: The secret of its forms, which no other site can read; a random one by default.
    """

    def __init__(self, emulator: Emulator, token: str | None = None) -> None:
        self._emulator = emulator
        self._token = token or secrets.token_urlsafe(TOKEN_BYTES)

    def handle(self, request: IncomingRequest) -> Reply | None:
        """Handle a request for the page; return None if the path is not one of its own."""
        view = self._find_view(request)
        if view is None:
            return None
        try:
            check_host(request)
            if request.method == "POST":
                check_origin(request)
                self._check_token(request)
        except CrossSiteError as error:
            return _render_error(403, f"The request was refused: {error}.")
        return view()

    def _find_view(self, request: IncomingRequest) -> View | None:
        match request.method, *request.path.strip("/").split("/"):
            case "GET", "":
                return self._show_overview
            case "GET", "journal":
                return self._show_journal
            case "GET", "accounts", account_id:
                return partial(self._show_account, request, account_id)
            # A refused form is shown at its own address, which the browser may load again.
            case "GET", "projects", project_id, *action if "/".join(action) in ("", *ACTIONS):
                return partial(self._show_project, request, project_id)
            case "POST", "projects", project_id, action if action in ACTIONS:
                return partial(self._submit_form, request, project_id, action)
        return None

    def _check_token(self, request: IncomingRequest) -> None:
        given = request.parse_form().get("token", "")
        if not secrets.compare_digest(given.encode(), self._token.encode()):
            msg = "its form is from another site, or older than this emulator; reload the page"
            raise CrossSiteError(msg)

    def _show_overview(self) -> Reply:
        with self._emulator.open_store() as store:
            accounts = data.list_accounts(store)
        requests = data.list_requests(self._emulator.journal, data.OVERVIEW_REQUEST_LIMIT)
        return self._render("overview.html", accounts=accounts, requests=requests)

    def _show_journal(self) -> Reply:
        return self._render("journal.html", requests=data.list_requests(self._emulator.journal))

    def _show_account(self, request: IncomingRequest, account_id: str) -> Reply:
        name_part = request.parse_query().get("name", "")
        with self._emulator.open_store() as store:
            account = data.find_account(store, account_id)
            if account is None:
                return _render_error(404, f"No account has the id {account_id}.")
            summary = data.summarize_account(store, account, name_part=name_part)
            directory = data.read_directory(store, account)
        return self._render(
            "account.html", summary=summary, directory=directory, name_part=name_part
        )

    def _show_project(self, request: IncomingRequest, project_id: str, error: str = "") -> Reply:
        with self._emulator.open_store() as store:
            details = data.find_project_details(store, project_id)
        if details is None:
            return _render_error(404, f"No project has the id {project_id}.")
        return self._render(
            "project.html",
            400 if error else 200,
            details=details,
            error=error,
            entered=request.parse_form() if error else {},
            done="" if error else request.parse_query().get("done", ""),
        )

    def _submit_form(self, request: IncomingRequest, project_id: str, action: str) -> Reply:
        with self._emulator.open_store() as store:
            project = data.find_project(store, project_id)
        if project is None:
            return _render_error(404, f"No project has the id {project_id}.")
        try:
            done = submit_form(self._emulator, project, action, request.parse_form())
        except (FormError, ControlError) as error:
            return self._show_project(request, project_id, str(error))
        address = f"/projects/{quote(project_id, safe='')}?done={done}"
        return Reply(SEE_OTHER_STATUS, {"location": address}, b"")

    def _render(self, template: str, status: int = 200, **context: object) -> Reply:
        now = format_timestamp(self._emulator.clock.now())
        return render_template(status, template, {**context, "now": now, "token": self._token})


def _render_error(status: int, message: str) -> Reply:
    return render_template(status, "error.html", {"message": message, "now": None})
