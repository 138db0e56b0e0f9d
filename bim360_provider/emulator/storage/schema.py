"""The tables, and the columns that HQ returns."""

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
"""The fields in replies to POST, PATCH and the list, in the documented order.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/
"""

COMPANY_FIELDS = (
    "id",
    "account_id",
    "name",
    "trade",
    "address_line_1",
    "address_line_2",
    "city",
    "state_or_province",
    "postal_code",
    "country",
    "phone",
    "website_url",
    "description",
    "erp_id",
    "tax_id",
    "created_at",
    "updated_at",
)
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/"""

USER_FIELDS = (
    "id",
    "account_id",
    "role",
    "status",
    "company_id",
    "company_name",
    "last_sign_in",
    "email",
    "name",
    "nickname",
    "first_name",
    "last_name",
    "uid",
    "image_url",
    "address_line_1",
    "address_line_2",
    "city",
    "state_or_province",
    "postal_code",
    "country",
    "phone",
    "company",
    "job_title",
    "industry",
    "about_me",
    "default_role",
    "default_role_id",
    "created_at",
    "updated_at",
)
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/"""

PROJECT_TABLES = ("members", "project_companies")
"""Tables whose rows are deleted with their project."""

TABLES = (
    "clients",
    "provisioning",
    "accounts",
    "business_units",
    "companies",
    "users",
    "projects",
    *PROJECT_TABLES,
    "images",
    "jobs",
    "counters",
)
"""Tables that a reset empties; issued tokens stay valid."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS clients (
    client_id TEXT PRIMARY KEY, secret_digest TEXT NOT NULL, account_administration INTEGER NOT NULL
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
CREATE TABLE IF NOT EXISTS business_units (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL, account_id TEXT NOT NULL, parent_id TEXT, name TEXT NOT NULL,
    description TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, UNIQUE (account_id, id)
);
CREATE TABLE IF NOT EXISTS companies (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL, name TEXT NOT NULL, trade TEXT,
    address_line_1 TEXT, address_line_2 TEXT, city TEXT, state_or_province TEXT, postal_code TEXT,
    country TEXT, phone TEXT, website_url TEXT, description TEXT, erp_id TEXT, tax_id TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS newest_companies ON companies (account_id, updated_at DESC, seq DESC);
CREATE INDEX IF NOT EXISTS company_names ON companies (account_id, name);
CREATE TABLE IF NOT EXISTS users (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL, role TEXT NOT NULL, status TEXT NOT NULL,
    company_id TEXT, last_sign_in TEXT, email TEXT NOT NULL, name TEXT, nickname TEXT,
    first_name TEXT, last_name TEXT, uid TEXT, image_url TEXT, address_line_1 TEXT,
    address_line_2 TEXT, city TEXT, state_or_province TEXT, postal_code TEXT, country TEXT,
    phone TEXT, company TEXT, job_title TEXT, industry TEXT, about_me TEXT, default_role TEXT,
    default_role_id TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS newest_users ON users (account_id, updated_at DESC, seq DESC);
CREATE UNIQUE INDEX IF NOT EXISTS user_emails ON users (account_id, email COLLATE NOCASE);
CREATE VIEW IF NOT EXISTS listed_users AS
    SELECT users.*, companies.name AS company_name
    FROM users LEFT JOIN companies ON companies.id = users.company_id;
CREATE TABLE IF NOT EXISTS projects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL, name TEXT NOT NULL,
    start_date TEXT, end_date TEXT, project_type TEXT, value REAL, currency TEXT,
    status TEXT NOT NULL, job_number TEXT, address_line_1 TEXT, address_line_2 TEXT, city TEXT,
    state_or_province TEXT, postal_code TEXT, country TEXT, business_unit_id TEXT, timezone TEXT,
    language TEXT, construction_type TEXT, contract_type TEXT, last_sign_in TEXT,
    copy_project_job_id TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    service_types TEXT NOT NULL, active_services TEXT NOT NULL DEFAULT '',
    visible_from REAL NOT NULL DEFAULT 0,
    UNIQUE (account_id, name)
);
CREATE INDEX IF NOT EXISTS newest_projects ON projects (account_id, updated_at DESC, seq DESC);
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
