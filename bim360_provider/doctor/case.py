"""What a checkup is about: what was told, how HQ is asked, and what has been learned so far."""

from dataclasses import dataclass, field

from bim360_provider.core.settings import Settings
from bim360_provider.doctor.asking import Asking
from bim360_provider.doctor.sources import Sources
from bim360_provider.errors import ConfigError
from bim360_provider.hq.answer import Answer

__all__ = ["Case"]


@dataclass
class Case:
    """One checkup; later checks build on what earlier ones learned.

    Attributes:
        sources: What was told, and by whom.
        settings: The same as the provider takes it; None where it cannot be understood.
        asking: How HQ is asked; None where something is missing.
        first: HQ's answer to the first request for a token; None before it.
        refused: Scopes that HQ refused a token for.
        projects: How many projects the first page has; None before it was seen.
    """

    sources: Sources
    settings: Settings | None = None
    asking: Asking | None = None
    first: Answer | None = None
    refused: set[str] = field(default_factory=set)
    projects: int | None = None

    @property
    def known(self) -> Settings:
        """The settings, for checks that come after the one that understands them."""
        if self.settings is None:
            msg = "The configuration is not understood yet."
            raise ConfigError(msg)
        return self.settings

    @property
    def hq(self) -> Asking:
        """How HQ is asked, for checks that come after the one that finds the credentials."""
        if self.asking is None:
            msg = "There is nothing to ask HQ with yet."
            raise ConfigError(msg)
        return self.asking

    @property
    def answered(self) -> Answer:
        """HQ's first answer, for checks that come after the one that asked for it."""
        if self.first is None:
            msg = "HQ has not answered yet."
            raise ConfigError(msg)
        return self.first

    def masked(self, words: str) -> str:
        """Return the words without secrets."""
        secret = self.sources.told.words("bim360:clientSecret")
        words = words.replace(secret, "[secret]") if secret else words
        return self.asking.masked(words) if self.asking else words
