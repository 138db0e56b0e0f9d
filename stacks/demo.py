"""The projects of Halvorsen Construction, with one account in the US and one in Europe."""

from datetime import date
from functools import partial

import pulumi
from pulumi import ResourceOptions

from bim360_provider import (
    Bim360AccountUser,
    Bim360Company,
    Bim360Project,
    Bim360ProjectAdmin,
    Bim360Provider,
    Bim360Team,
)

config = pulumi.Config("demo")
year = config.require_int("year")

# Common arguments of all projects. A destroy archives a project, and its name stays in use, so the
# next up of this stack must reactivate the archived projects.
project = partial(Bim360Project, currency=config.require("currency"), adopt="archived")

tower = project(
    "tower",
    name="Harbor Point Tower",
    start_date=date(year, 3, 1),
    end_date=date(year + 2, 9, 30),
    project_type="Office",
    value=184_500_000,
    job_number="HC-1042",
    service_types=["doc_manager", "pm", "cost", "collab"],
    address_line_1="1201 Alaskan Way",
    city="Seattle",
    state_or_province="Washington",
    postal_code="98101",
    country="United States",
    timezone="America/Los_Angeles",
    construction_type="New Construction",
    contract_type="Design-Bid-Build",
)

hospital = project(
    "hospital-east-wing",
    name="Mercy Hospital - East Wing",
    start_date=date(year, 5, 15),
    end_date=date(year + 1, 12, 18),
    project_type="Hospital",
    value=62_000_000,
    job_number="HC-1057",
    city="Minneapolis",
    state_or_province="Minnesota",
    country="United States",
    timezone="America/Chicago",
    construction_type="Renovation",
    contract_type="IPD",
)

tunnel = project(
    "tunnel",
    name="Eastside Light Rail Tunnel",
    start_date=date(year, 1, 11),
    end_date=date(year + 4, 6, 30),
    project_type="Tunnel",
    value=410_250_000.50,
    business_unit_id=config.require("railBusinessUnitId"),
    city="Bellevue",
    state_or_province="Washington",
    country="United States",
    timezone="America/Los_Angeles",
)

garage = project(
    "garage",
    name="Riverside Parking Garage",
    start_date=date(year - 2, 2, 1),
    end_date=date(year - 1, 11, 30),
    project_type="Parking Structure / Garage",
    value=9_800_000,
    city="Spokane",
    state_or_province="Washington",
    country="United States",
    status="archived",  # handed over; remove this line to reactivate the project
)

# The template contains the checklists and issue types; each school is a copy of it.
school_template = project(
    "school-template",
    name="Template - Elementary School",
    start_date=date(year, 1, 1),
    end_date=date(year, 12, 31),
    project_type="Template Project",
    value=0,
    language="en",
)

schools = [
    project(
        f"school-{city.lower().replace(' ', '-')}",
        name=f"{city} Elementary School",
        start_date=date(year, 6, 14),
        end_date=date(year + 1, 8, 20),
        project_type="Education Facility",
        value=value,
        city=city,
        state_or_province="Oregon",
        country="United States",
        timezone="America/Los_Angeles",
        language="en",  # must be the template's language
        template_project_id=school_template.id,
        include_companies=True,
    )
    for city, value in (("Hood River", 21_400_000), ("Bend", 24_900_000), ("Astoria", 18_750_000))
]

# Another account needs its own provider. It uses the same app, to which an administrator of that
# account has granted access.
europe = Bim360Provider("europe", account_id=config.require("europeAccountId"), region="EMEA")
in_europe = ResourceOptions(provider=europe)

bridge = project(
    "bridge",
    name="Øresund Cycle Bridge",
    start_date=date(year, 4, 1),
    end_date=date(year + 3, 5, 31),
    project_type="Bridge",
    value=735_000_000,
    currency="DKK",
    city="København",
    country="Denmark",
    timezone="Europe/Copenhagen",
    contract_type="Design-Build-Operate",
    opts=in_europe,
)

warehouse = project(
    "warehouse",
    name="Logistikzentrum Hamburg-Altona",
    start_date=date(year, 9, 1),
    end_date=date(year + 1, 10, 31),
    project_type="Warehouse (non-manufacturing)",
    value=38_600_000,
    currency="EUR",
    city="Hamburg",
    country="Germany",
    timezone="Europe/Berlin",
    language="de",
    opts=in_europe,
)

# A project is pending until it has an admin, who must belong to a company of the account. Existing
# companies and users are adopted, and retained when the stack is destroyed.
person = partial(Bim360AccountUser, email=config.require("admin"), on_destroy="retain")

builder = Bim360Company("builder", name="Halvorsen Construction", trade="General Contractor")
anna = person("anna", company_id=builder.id)
builder_europe = Bim360Company(
    "builder-europe", name="Halvorsen Europe", trade="General Contractor", opts=in_europe
)
anna_in_europe = person("anna-in-europe", company_id=builder_europe.id, opts=in_europe)

admin = partial(Bim360ProjectAdmin, service_type="doc_manager")

tower_admin = admin("tower", project_id=tower.id, email=anna.email, company_id=builder.id)
for built in (hospital, tunnel, school_template, *schools):
    # The resource name is a plain text; the project's name is an output.
    name = built.pulumi_resource_name
    admin(name, project_id=built.id, email=anna.email, company_id=builder.id)
in_charge = {"email": anna_in_europe.email, "company_id": builder_europe.id}
for built in (bridge, warehouse):
    admin(built.pulumi_resource_name, project_id=built.id, **in_charge, opts=in_europe)

# The other members are one team, which is added after the admin has activated the project.
amir, lena = (
    Bim360AccountUser(name, email=f"{name}@example.com", company_id=builder.id)
    for name in ("amir.haddad", "lena.fischer")
)
Bim360Team(
    "tower",
    project_id=tower_admin.project_id,
    members=[
        {
            "email": amir.email,
            "company_id": builder.id,
            "industry_roles": ["Architect", "BIM Manager"],
            "document_management": "admin",
        },
        {
            "email": lena.email,
            "company_id": builder.id,
            "industry_roles": ["Structural Engineer"],
            "document_management": "user",
        },
    ],
)

pulumi.export("tower", {"id": tower.id, "url": tower.url})
pulumi.export("schools", [{"id": school.id, "url": school.url} for school in schools])
pulumi.export("europe", {"bridge": bridge.id, "warehouse": warehouse.id})
