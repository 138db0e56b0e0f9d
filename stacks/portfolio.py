"""The projects of Halvorsen Construction in a year, one per line of portfolio.csv."""

from pathlib import Path

import pulumi

from bim360_provider import projects_from_csv

# A common argument of all projects; a column with the same name takes precedence.
projects = projects_from_csv(Path(__file__).with_name("portfolio.csv"), adopt="archived")

pulumi.export("count", len(projects))
pulumi.export("urls", {name: project.url for name, project in projects.items()})
