"""A local HQ: the Account Admin API over TCP, with its rules, its limits and a database."""

from bim360_provider.emulator.emulator import Emulator
from bim360_provider.emulator.faults import Rule, parse_rules, read_rules
from bim360_provider.emulator.http.messages import Delivery, IncomingRequest, Reply
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.seed.database import (
    ACCOUNT_ID,
    ADMIN_EMAIL,
    ADMIN_ID,
    ADMIN_UID,
    BUSINESS_UNIT_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    COMPANY_ID,
    EMEA_ACCOUNT_ID,
    EMEA_ADMIN_ID,
    EMEA_BUSINESS_UNIT_ID,
    EMEA_COMPANY_ID,
)
from bim360_provider.emulator.seed.models import Seed, SeedError, parse_seed, read_seed
from bim360_provider.emulator.server.serve import RunningEmulator, serve

__all__ = [
    "ACCOUNT_ID",
    "ADMIN_EMAIL",
    "ADMIN_ID",
    "ADMIN_UID",
    "BUSINESS_UNIT_ID",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "COMPANY_ID",
    "EMEA_ACCOUNT_ID",
    "EMEA_ADMIN_ID",
    "EMEA_BUSINESS_UNIT_ID",
    "EMEA_COMPANY_ID",
    "Delivery",
    "Emulator",
    "IncomingRequest",
    "Options",
    "Reply",
    "Rule",
    "RunningEmulator",
    "Seed",
    "SeedError",
    "parse_rules",
    "parse_seed",
    "read_rules",
    "read_seed",
    "serve",
]
