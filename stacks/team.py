"""A project with its companies, users, admin and team."""

from datetime import date

import pulumi

from bim360_provider import (
    Bim360AccountUser,
    Bim360Company,
    Bim360Project,
    Bim360ProjectAdmin,
    Bim360Team,
)

config = pulumi.Config("team")

library = Bim360Project(
    "library",
    name="Lakeside Public Library",
    start_date=date(2027, 4, 1),
    end_date=date(2028, 11, 30),
    project_type="Library",
    value=46_200_000,
    currency="USD",
    service_types=["doc_manager", "pm"],
    city="Madison",
    state_or_province="Wisconsin",
    country="United States",
    timezone="America/Chicago",
    adopt="archived",
)

# Companies belong to the account; an existing company is adopted.
builder = Bim360Company("builder", name="Halvorsen Construction", trade="General Contractor")
electrician = Bim360Company("electrician", name="Volt & Sons", trade="Electrical", city="Madison")

# Users belong to the account too. HQ invites them by e-mail with their first project.
anna = Bim360AccountUser(
    "anna", email=config.require("admin"), company_id=builder.id, on_destroy="retain"
)
crew = [
    Bim360AccountUser(email.split("@")[0], email=email, company_id=company.id)
    for email, company in (
        ("amir.haddad@example.com", builder),
        ("lena.fischer@example.com", builder),
        ("ruth.volt@example.com", electrician),
    )
]
amir, lena, ruth = crew

# The first admin activates a service and the project.
admin = Bim360ProjectAdmin(
    "library-admin",
    project_id=library.id,
    email=anna.email,
    service_type="doc_manager",
    company_id=builder.id,
)

# A request adds 50 members, so a team of 200 needs four. Roles are names.
Bim360Team(
    "library-team",
    project_id=admin.project_id,
    members=[
        {
            "email": amir.email,
            "company_id": builder.id,
            "industry_roles": ["Architect", "BIM Manager"],
            "document_management": "admin",
            "project_administration": "admin",
        },
        {
            "email": lena.email,
            "company_id": builder.id,
            "industry_roles": ["Structural Engineer"],
            "document_management": "user",
        },
        {
            "email": ruth.email,
            "company_id": electrician.id,
            "industry_roles": ["Electrical Engineer"],
            "document_management": "user",
        },
    ],
)

pulumi.export("library", library.id)
