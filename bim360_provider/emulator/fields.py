"""A field of a body: its name, how its value is read, and whether an entity cannot be without."""

from dataclasses import dataclass

from bim360_provider.emulator.values import Reader

TEXT_LIMIT = 255
"""Characters; the documented limit of nearly every text HQ takes."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body."""

    name: str
    read: Reader
    required: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """What a body may say: fields that are read, and names that are answered but never set."""

    fields: tuple[Field, ...]
    read_only: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    """Names the public sources have in one place and not in another: taken, and not looked at."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name there is, for the suggestion beside an unknown one."""
        return (*(field.name for field in self.fields), *self.read_only, *self.ignored)
