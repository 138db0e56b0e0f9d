"""The tables, and the fields of HQ's entities: one column each."""

from dataclasses import dataclass
from functools import partial

from bim360_provider.emulator.data_management.values import (
    read_actions,
    read_flag,
    read_folder_name,
)
from bim360_provider.emulator.hq.enums import (
    CONSTRUCTION_TYPES,
    CONTRACT_TYPES,
    CURRENCIES,
    LANGUAGES,
    TIMEZONES,
)
from bim360_provider.emulator.hq.values import (
    BodyField,
    FieldReader,
    build_choice_reader,
    read_date,
    read_email_address,
    read_long_text,
    read_number,
    read_project_name,
    read_services,
    read_text,
    read_trade,
    read_uuid,
)

JOB_NUMBER_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Column:
    """A field of an entity: in requests, in the database, in replies and in a seed."""

    name: str
    reader: FieldReader | None = None
    """Reads it in the body of a POST; None if HQ sets it."""
    is_required: bool = False
    sql: str = "TEXT"
    """Its type in the database; empty if a view adds it."""
    is_in_replies: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table, with its columns in the documented order of HQ's replies."""

    name: str
    columns: tuple[Column, ...]
    constraint: str = ""

    @property
    def body_fields(self) -> tuple[BodyField, ...]:
        """The fields of a POST."""
        return tuple(
            BodyField(column.name, column.reader, column.is_required)
            for column in self.columns
            if column.reader is not None
        )

    @property
    def reply_fields(self) -> tuple[str, ...]:
        """The fields of replies."""
        return tuple(column.name for column in self.columns if column.is_in_replies)

    @property
    def stored_names(self) -> tuple[str, ...]:
        """The columns of the database."""
        return tuple(column.name for column in self.columns if column.sql)

    def build_sql(self) -> str:
        """Return the statement that creates the table."""
        parts = [
            "seq INTEGER PRIMARY KEY AUTOINCREMENT",
            *(f"{column.name} {column.sql}" for column in self.columns if column.sql),
            *filter(None, [self.constraint]),
        ]
        return f"CREATE TABLE IF NOT EXISTS {self.name} ({', '.join(parts)});\n"


ID_COLUMNS = (
    Column("id", sql="TEXT NOT NULL UNIQUE"),
    Column("account_id", sql="TEXT NOT NULL"),
)

TIME_COLUMNS = (
    Column("created_at", sql="TEXT NOT NULL"),
    Column("updated_at", sql="TEXT NOT NULL"),
)

ADDRESS_COLUMNS = (
    Column("address_line_1", read_text),
    Column("address_line_2", read_text),
    Column("city", read_text),
    # The valid states and countries are on a page that was not readable; any text is accepted.
    Column("state_or_province", read_text),
    Column("postal_code", read_text),
    Column("country", read_text),
)

ADDRESS_FIELDS = tuple(column.name for column in ADDRESS_COLUMNS)

PROJECTS = Table(
    "projects",
    (
        *ID_COLUMNS,
        Column("name", read_project_name, is_required=True, sql="TEXT NOT NULL"),
        Column("service_types", read_services, sql="TEXT NOT NULL", is_in_replies=False),
        Column("start_date", read_date, is_required=True),
        Column("end_date", read_date, is_required=True),
        Column("project_type", read_text, is_required=True),
        Column("value", read_number, is_required=True, sql="REAL"),
        Column("currency", build_choice_reader(CURRENCIES), is_required=True),
        Column("status", sql="TEXT NOT NULL"),
        Column("job_number", partial(read_text, limit=JOB_NUMBER_LIMIT)),
        *ADDRESS_COLUMNS,
        Column("business_unit_id", read_uuid),
        Column("timezone", build_choice_reader(TIMEZONES)),
        Column("language", build_choice_reader(LANGUAGES)),
        Column("construction_type", build_choice_reader(CONSTRUCTION_TYPES)),
        Column("contract_type", build_choice_reader(CONTRACT_TYPES)),
        Column("last_sign_in"),
        Column("copy_project_job_id"),
        *TIME_COLUMNS,
        Column("active_services", sql="TEXT NOT NULL DEFAULT ''", is_in_replies=False),
        Column("visible_from", sql="REAL NOT NULL DEFAULT 0", is_in_replies=False),
        Column("platform", sql="TEXT NOT NULL DEFAULT 'bim360'", is_in_replies=False),
    ),
    "UNIQUE (account_id, name)",
)
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/"""

COMPANIES = Table(
    "companies",
    (
        *ID_COLUMNS,
        Column("name", read_text, is_required=True, sql="TEXT NOT NULL"),
        Column("trade", read_trade, is_required=True),
        *ADDRESS_COLUMNS,
        Column("phone", read_text),
        Column("website_url", read_text),
        Column("description", read_text),
        Column("erp_id", read_long_text),
        Column("tax_id", read_long_text),
        *TIME_COLUMNS,
    ),
)
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/"""

USERS = Table(
    "users",
    (
        *ID_COLUMNS,
        Column("role", sql="TEXT NOT NULL"),
        Column("status", sql="TEXT NOT NULL"),
        Column("company_id", read_uuid),
        Column("company_name", sql=""),
        Column("last_sign_in"),
        Column("email", read_email_address, is_required=True, sql="TEXT NOT NULL"),
        # The vendor's OpenAPI file has `name` and lacks `default_role`; its page has
        # `default_role` and lacks `name`. Both are accepted.
        Column("name", read_text),
        Column("nickname", read_text),
        Column("first_name", read_text),
        Column("last_name", read_text),
        Column("uid"),
        Column("image_url", read_text),
        *ADDRESS_COLUMNS,
        Column("phone", read_text),
        Column("company", read_text),
        Column("job_title", read_text),
        Column("industry", read_text),
        # One page prints 25; the others agree on 255.
        Column("about_me", read_text),
        Column("default_role", read_text),
        Column("default_role_id"),
        *TIME_COLUMNS,
    ),
)
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/"""

BUSINESS_UNITS = Table(
    "business_units",
    (
        Column("id", read_uuid, sql="TEXT NOT NULL"),
        Column("account_id", sql="TEXT NOT NULL"),
        Column("parent_id", read_uuid),
        # The page states no limit; 255 is that of HQ's other names (inference).
        Column("name", read_text, is_required=True, sql="TEXT NOT NULL"),
        Column("description", read_long_text),
        *TIME_COLUMNS,
    ),
    "UNIQUE (account_id, id)",
)
"""Documented:
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/business_units_structure-PUT/"""

FOLDERS = Table(
    "folders",
    (
        Column("id", sql="TEXT NOT NULL UNIQUE"),
        Column("project_id", sql="TEXT NOT NULL"),
        Column("parent_id"),
        Column("name", read_folder_name, is_required=True, sql="TEXT NOT NULL"),
        Column("hidden", read_flag, sql="INTEGER NOT NULL DEFAULT 0"),
        *TIME_COLUMNS,
        Column("created_by", sql="TEXT NOT NULL DEFAULT ''"),
        Column("updated_by", sql="TEXT NOT NULL DEFAULT ''"),
        Column("rolled_up_at", sql="TEXT NOT NULL"),
    ),
)
"""A folder without a parent is the root of its project. Documented:
https://aps.autodesk.com/en/docs/data/v2/reference/http/projects-project_id-folders-POST/"""

FOLDER_PERMISSIONS = Table(
    "folder_permissions",
    (
        Column("project_id", sql="TEXT NOT NULL"),
        Column("folder_id", sql="TEXT NOT NULL"),
        Column("subject_id", read_uuid, is_required=True, sql="TEXT NOT NULL"),
        Column("subject_type", sql="TEXT NOT NULL"),
        Column("actions", read_actions, is_required=True, sql="TEXT NOT NULL"),
    ),
    "UNIQUE (folder_id, subject_id)",
)
"""The direct permissions of subjects. Documented:
https://aps.autodesk.com/en/docs/acc/v1/reference/http/document-management-projects-project_id-folders-folder_id-permissions-GET/"""

ENTITY_TABLES = (BUSINESS_UNITS, COMPANIES, USERS, PROJECTS, FOLDERS, FOLDER_PERMISSIONS)

PROJECT_TABLES = ("members", "project_companies", FOLDERS.name, FOLDER_PERMISSIONS.name)
"""Tables whose rows are deleted with their project."""

TABLES = (
    "clients",
    "provisioning",
    "accounts",
    *(table.name for table in ENTITY_TABLES),
    "members",
    "project_companies",
    "images",
    "jobs",
    "counters",
)
"""Tables that a reset empties; issued tokens stay valid."""

OTHER_TABLES_SQL = """
CREATE TABLE IF NOT EXISTS clients (
    client_id TEXT PRIMARY KEY, secret_digest TEXT NOT NULL,
    account_administration INTEGER NOT NULL, document_management INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS provisioning (
    client_id TEXT NOT NULL, account_id TEXT NOT NULL, PRIMARY KEY (client_id, account_id)
);
CREATE TABLE IF NOT EXISTS tokens (
    digest TEXT PRIMARY KEY, client_id TEXT NOT NULL, scope TEXT NOT NULL, expires_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, region TEXT NOT NULL, services TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS newest_companies ON companies (account_id, updated_at DESC, seq DESC);
CREATE INDEX IF NOT EXISTS company_names ON companies (account_id, name);
CREATE INDEX IF NOT EXISTS newest_users ON users (account_id, updated_at DESC, seq DESC);
CREATE UNIQUE INDEX IF NOT EXISTS user_emails ON users (account_id, email COLLATE NOCASE);
CREATE VIEW IF NOT EXISTS listed_users AS
    SELECT users.*, companies.name AS company_name
    FROM users LEFT JOIN companies ON companies.id = users.company_id;
CREATE INDEX IF NOT EXISTS newest_projects ON projects (account_id, updated_at DESC, seq DESC);
CREATE INDEX IF NOT EXISTS folder_children ON folders (parent_id);
CREATE TABLE IF NOT EXISTS members (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT NOT NULL, user_id TEXT NOT NULL, company_id TEXT,
    industry_roles TEXT NOT NULL, services TEXT NOT NULL, modules TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, UNIQUE (project_id, user_id)
);
CREATE TABLE IF NOT EXISTS project_companies (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT NOT NULL, company_id TEXT NOT NULL, UNIQUE (project_id, company_id)
);
CREATE TABLE IF NOT EXISTS images (
    id TEXT PRIMARY KEY, filename TEXT NOT NULL, content_type TEXT NOT NULL,
    size INTEGER NOT NULL, sha256 TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, account_id TEXT NOT NULL, project_id TEXT NOT NULL, started REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS counters (kind TEXT PRIMARY KEY, made INTEGER NOT NULL);
"""

SCHEMA = "".join([*(table.build_sql() for table in ENTITY_TABLES), OTHER_TABLES_SQL])
