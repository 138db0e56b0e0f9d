"""The doctor: checks the setup of a stack and suggests a remedy for each problem."""

from bim360_provider.doctor.checkup import run_checks
from bim360_provider.doctor.context import Finding
from bim360_provider.doctor.sources import Sources, read_sources

__all__ = ["Finding", "Sources", "read_sources", "run_checks"]
