"""The client of HQ; usable on its own, without Pulumi."""

from bim360_provider.hq.client import HqClient
from bim360_provider.hq.connection import APS_URL, Connection
from bim360_provider.hq.transport.message import OpenOutcomeError
from bim360_provider.hq.transport.transport import NotifyCallback, Transport

__all__ = ["APS_URL", "Connection", "HqClient", "NotifyCallback", "OpenOutcomeError", "Transport"]
