"""BIM 360 projects as infrastructure code."""

from bim360_provider.resources import Bim360Project, Bim360Provider, projects_from_csv

__all__ = ["Bim360Project", "Bim360Provider", "projects_from_csv"]
