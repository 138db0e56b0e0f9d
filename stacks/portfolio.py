"""All of Halvorsen Construction's projects of a year, a line each in portfolio.csv."""

from pathlib import Path

import pulumi

from bim360_provider import projects_from_csv

# What holds for every project stands here once; a column of the same name goes before it.
projects = projects_from_csv(Path(__file__).with_name("portfolio.csv"), adopt="archived")

pulumi.export("count", len(projects))
pulumi.export("urls", {name: project.url for name, project in projects.items()})
