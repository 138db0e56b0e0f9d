"""The tables, and the columns a project has."""

PROJECT_FIELDS = (
    "id",
    "account_id",
    "name",
    "start_date",
    "end_date",
    "project_type",
    "value",
    "currency",
    "status",
    "job_number",
    "address_line_1",
    "address_line_2",
    "city",
    "state_or_province",
    "postal_code",
    "country",
    "business_unit_id",
    "timezone",
    "language",
    "construction_type",
    "contract_type",
    "last_sign_in",
    "copy_project_job_id",
    "created_at",
    "updated_at",
)
"""What POST, PATCH and the list answer, in the documented order.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/
"""

TABLES = ("clients", "provisioning", "accounts", "business_units", "projects", "jobs", "counters")

SCHEMA = """
CREATE TABLE IF NOT EXISTS clients (
    client_id TEXT PRIMARY KEY, secret_digest TEXT NOT NULL, account_administration INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS provisioning (
    client_id TEXT NOT NULL, account_id TEXT NOT NULL, PRIMARY KEY (client_id, account_id)
);
CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, region TEXT NOT NULL, services TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS business_units (
    id TEXT NOT NULL, account_id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (account_id, id)
);
CREATE TABLE IF NOT EXISTS projects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL, name TEXT NOT NULL,
    start_date TEXT, end_date TEXT, project_type TEXT, value REAL, currency TEXT,
    status TEXT NOT NULL, job_number TEXT, address_line_1 TEXT, address_line_2 TEXT, city TEXT,
    state_or_province TEXT, postal_code TEXT, country TEXT, business_unit_id TEXT, timezone TEXT,
    language TEXT, construction_type TEXT, contract_type TEXT, last_sign_in TEXT,
    copy_project_job_id TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    service_types TEXT NOT NULL, visible_from REAL NOT NULL DEFAULT 0,
    UNIQUE (account_id, name)
);
CREATE INDEX IF NOT EXISTS newest_projects ON projects (account_id, updated_at DESC, seq DESC);
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, account_id TEXT NOT NULL, project_id TEXT NOT NULL, started REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS counters (kind TEXT PRIMARY KEY, made INTEGER NOT NULL);
"""
