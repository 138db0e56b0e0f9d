"""What people call HQ's fields and services."""

from collections.abc import Mapping
from typing import Final

__all__ = ["FIELDS", "SERVICES"]

FIELDS: Final[Mapping[str, str]] = {
    "account_id": "account",
    "region": "region",
    "name": "name",
    "email": "e-mail",
    "project_id": "project",
    "project_type": "type",
    "trade": "trade",
    "status": "status",
    "start_date": "start",
    "end_date": "end",
    "value": "value",
    "currency": "currency",
    "service_types": "services",
    "service_type": "service",
    "job_number": "job number",
    "address_line_1": "address",
    "address_line_2": "address, line 2",
    "city": "city",
    "state_or_province": "state or province",
    "postal_code": "postal code",
    "country": "country",
    "business_unit_id": "business unit",
    "timezone": "time zone",
    "language": "language",
    "construction_type": "construction",
    "contract_type": "contract",
    "template_project_id": "template",
    "include_locations": "locations of the template",
    "include_companies": "companies of the template",
    "company_id": "company",
    "default_role": "default role",
    "industry_roles": "roles",
    "document_management": "Document Management",
    "project_administration": "Project Administration",
    "erp_id": "ERP number",
    "tax_id": "tax number",
    "website_url": "website",
    "image_url": "picture",
    "company": "company in the profile",
    "about_me": "about",
    "path": "file",
    "sha256": "picture",
    "complete": "takes all other units away",
    "adopt": "if the name is taken",
    "copy_timeout": "longest wait for the template",
    "on_destroy": "when it is taken out",
    "on_removal": "when somebody is taken out",
}
"""Fields whose name says too little, in the order in which they are shown."""

SERVICES: Final[Mapping[str, str]] = {
    "doc_manager": "Document Management",
    "pm": "Project Management",
    "collab": "Design Collaboration",
    "cost": "Cost Management",
    "field": "Field",
    "glue": "Glue",
    "plan": "Plan",
    "schedule": "Schedule",
    "admin": "Project Admin",
}
"""What the services are called in the browser; others keep HQ's own word."""
