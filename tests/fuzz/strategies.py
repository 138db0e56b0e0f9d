"""Hypothesis strategies for the values of arguments, each with its expected result."""

# ruff: noqa: RUF001 - characters that look like others are tested on purpose

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeAlias

from hypothesis import strategies as st

from bim360_provider.emulator.hq import enums
from tests.host.dynamic_host import SECRET_MARK, UNKNOWN_MARK


class Expectation(Enum):
    """The expected result of a value."""

    ACCEPTED = "must be accepted"
    REFUSED = "must be refused by name"
    EITHER = "may be accepted or refused; if accepted, HQ must accept it as well"
    UNKNOWN = "not known yet, so it passes"


@dataclass(frozen=True)
class Sample:
    """A value and its expected result."""

    value: Any
    expectation: Expectation
    parts: tuple[tuple[str, Expectation], ...] = ()
    """The names of its parts that are refused separately, with their expected results."""

    def wrap_secret(self) -> "Sample":
        """Return the value as the engine wraps a secret."""
        return Sample({**SECRET_MARK, "value": self.value}, self.expectation, self.parts)

    def unwrap_secret(self) -> "Sample":
        """Return the value without the wrapping of a secret."""
        if isinstance(self.value, dict) and SECRET_MARK.items() <= self.value.items():
            return Sample(self.value["value"], self.expectation, self.parts)
        return self


Samples: TypeAlias = st.SearchStrategy[Sample]
ArgumentSamples: TypeAlias = tuple[Samples, Samples]
"""Valid and doubtful samples of one argument."""


def _expect(expectation: Expectation, values: tuple[Any, ...]) -> Samples:
    strategies = [each for each in values if isinstance(each, st.SearchStrategy)]
    literals = [each for each in values if not isinstance(each, st.SearchStrategy)]
    choices = [*([st.sampled_from(literals)] if literals else []), *strategies]
    return st.one_of(choices).map(lambda value: Sample(value, expectation))


def accepted(*values: Any) -> Samples:
    """Return samples of values, or of strategies of values, that must be accepted."""
    return _expect(Expectation.ACCEPTED, values)


def refused(*values: Any) -> Samples:
    """Return samples that must be refused."""
    return _expect(Expectation.REFUSED, values)


def either(*values: Any) -> Samples:
    """Return samples that provider and emulator may accept or refuse, but alike."""
    return _expect(Expectation.EITHER, values)


def unknown(*values: Any) -> Samples:
    """Return samples that contain unknown values."""
    return _expect(Expectation.UNKNOWN, values)


WRONG_TYPES: tuple[Any, ...] = (
    *(True, False, [], ["x"], [["x"]], [None]),
    *({}, {"a": 1.0}, {"a": {"b": [None, True]}}),
)
NOT_FINITE = tuple(map(float, ("nan", "inf", "-inf")))
NUMBERS: tuple[Any, ...] = (0, 5, -1, 3.5, 2**53 + 2, 1e300, *NOT_FINITE)
NOT_TEXT = st.one_of(
    refused(*WRONG_TYPES, *NUMBERS), either({"a": UNKNOWN_MARK}, ["x", UNKNOWN_MARK])
)

TEXTS = (
    *("Oslo", "Straße 7", "Ålesund", "A\u030alesund", "e\u0301\u0323", "الدوحة", "תל אביב"),
    *("東京都千代田区", "हिन्दी", "🏗", "𝔗𝔬𝔴𝔢𝔯", "O'Hare; DROP TABLE projects", "{{x}} $(y) %s"),
    *("null", "007", "1e3", "true", "a\\u0000", "-", "."),
)
PRINTABLE_CHARACTERS = "aZ9ßéЖ中ا😀"
INVISIBLE_CHARACTERS = (
    "\x00\x01\t\n\r\x1b\x7f\x85\u00a0\u00ad\u200b\u200d\u200e\u202e\u2028\u3000\ufeff\U000e0001"
)
RESERVED_CHARACTERS = '\\/?[]>*:<"|,'
LONG_TEXT_LENGTH = 3_000
"""Characters of a text without a limit."""


def _insert(characters: str) -> st.SearchStrategy[str]:
    """Return texts with one of these characters at the start, the end, in the middle, or alone."""
    texts = st.sampled_from(["x{}", "{}x", "x{}y", "{}"])
    return st.builds(str.format, texts, st.sampled_from(characters))


def _repeat(lengths: Sequence[int]) -> st.SearchStrategy[str]:
    """Return texts of these lengths."""
    return st.builds(str.__mul__, st.sampled_from(PRINTABLE_CHARACTERS), st.sampled_from(lengths))


INVISIBLE_TEXT = refused(_insert(INVISIBLE_CHARACTERS))
SURROGATES = refused(st.characters(categories=["Cs"]).map("x{}".format))
ANY_TEXT = either(st.text(min_size=1, max_size=12))
DOUBTFUL_TEXT = st.one_of(INVISIBLE_TEXT, ANY_TEXT, SURROGATES, NOT_TEXT)


def _build_valid_text(limit: int) -> st.SearchStrategy[str]:
    return st.one_of(
        st.sampled_from(TEXTS),
        st.text(PRINTABLE_CHARACTERS, min_size=1, max_size=20),
        _repeat([1, limit - 1, limit]),
    )


def build_text(limit: int | None, *, empty: bool = True) -> ArgumentSamples:
    """Return samples of a text; None stands for no limit."""
    valid = _build_valid_text(limit or LONG_TEXT_LENGTH)
    doubtful = [DOUBTFUL_TEXT, either(" ", "   ", " x", "x ", "a  b")]
    doubtful += [refused(_repeat([limit + 1]))] if limit else []
    doubtful += [] if empty else [refused("")]
    return accepted(valid, *[""] * empty), st.one_of(doubtful)


NOT_A_TITLE = st.one_of(DOUBTFUL_TEXT, refused("", " ", " x", "x ", _repeat([256])))
TITLE = accepted(_build_valid_text(255)), NOT_A_TITLE
"""A required text, without spaces around it."""

NAME = (
    accepted(_build_valid_text(255).filter(lambda text: not {*RESERVED_CHARACTERS} & {*text})),
    st.one_of(NOT_A_TITLE, refused(_insert(RESERVED_CHARACTERS))),
)

TIMES = ("", "", "", "T00:00:00.000Z", "T23:59:59Z", " 08:00:24.020422", "T12:00:00+02:00")
DAYS = st.one_of(
    st.sampled_from(["2028-02-29", "2000-02-29", "2027-12-31", "1970-01-01", "9999-12-30"]),
    st.dates(date(2027, 1, 1), date(2027, 3, 1)).map(date.isoformat),
    st.dates(max_value=date(9999, 12, 30)).map(date.isoformat),
)
INVALID_DAYS = (
    *("", "soon", "2027-02-29", "2100-02-29", "0000-01-01", "2027-00-10", "2027-13-01"),
    *("2027-01-32", "2027-1-2", "20270102", "2027-W01-1", "2027-001", "01.02.2027", "01/02/2027"),
    *(
        "٢٠٢٧-٠١-٠٢",
        "２０２７-０１-０２",
        "10000-01-01",
        "-001-01-01",
        " 2027-01-02",
        "2027-01-02x",
    ),
    *("2027-01-02 or later", "2027-01-02\n", "2027-01-02T", "2027‐01‐02"),
)
UNUSUAL_DAYS = ("2027-01-02T25:99:99Z", "2027-01-02T12", "2027-01-02T12:00:60Z")
VALID_DAY = accepted(st.builds(str.__add__, DAYS, st.sampled_from(TIMES)))
DAY = VALID_DAY, st.one_of(refused(*INVALID_DAYS), either(*UNUSUAL_DAYS), NOT_TEXT, ANY_TEXT)

AMOUNTS: tuple[Any, ...] = (
    *(0, 3, -1, 3.5, 0.1, 1e-7, 1e15, 2**53, 2**53 + 2, -0.0, 1 / 3),
    *(1.7976931348623157e308, 5e-324, "3000.50", "1e6", "-7", "0"),
)
INVALID_AMOUNTS: tuple[Any, ...] = (
    *("", "many", "3.000,00", "1_000", "nan", "inf", "-Infinity", "1e999", "0x10", "1 000"),
    *(10**309, 10**400, *NOT_FINITE),
)
UNUSUAL_AMOUNTS = ("٣", " 12 ", "+5", ".5", "5.", "９", "1e-400", "9007199254740993")
MONEY = (
    accepted(*AMOUNTS, st.floats(allow_nan=False, allow_infinity=False)),
    st.one_of(refused(*INVALID_AMOUNTS), refused(*WRONG_TYPES), either(*UNUSUAL_AMOUNTS), ANY_TEXT),
)
SECONDS = (
    accepted(0, 1.5, 3600, "5"),
    refused(-1, 3600.5, "soon", "", -0.001, *WRONG_TYPES, *NOT_FINITE[:2]),
)
FLAG = (
    accepted(True, False, "true", "false", "TRUE"),
    refused("yes", "", "1", 0, 1, 2.5, "truе", *WRONG_TYPES[2:]),
)


@st.composite
def _misspell(draw: st.DrawFn, choices: Sequence[str], expected: set[str]) -> Sample:
    word = draw(st.sampled_from(choices))
    cut = draw(st.integers(0, len(word) - 1))
    variants = [word.swapcase(), word.casefold(), word.upper(), word[:cut] + word[cut + 1 :]]
    variants += [f" {word}", f"{word} ", f"{word}\u200b", word[::-1], f"{word},{word}"]
    found = draw(st.sampled_from(variants))
    return Sample(found, Expectation.ACCEPTED if found in expected else Expectation.REFUSED)


def build_choice(choices: Sequence[str], *, empty: bool = False) -> ArgumentSamples:
    """Return samples of one of a list: its values, and values with a mistake."""
    valid = (*choices, *[""] * empty)
    doubtful = [_misspell(choices, {*valid}), NOT_TEXT, INVISIBLE_TEXT]
    return accepted(*valid), st.one_of(*doubtful, *([] if empty else [refused("")]))


def build_identifier(known: str, *, empty: bool = False, stranger: bool = True) -> ArgumentSamples:
    """Return samples of the id of an existing object, in every spelling.

    Args:
        known: The id.
        empty: Whether ``""`` is accepted as well.
        stranger: Whether unknown ids are included; for projects, these are retried for long.
    """
    forms = (known, known.upper(), f"b.{known}", f"B.{known}", f" {known} ", *[""] * empty)
    wrong = [known[:-1], f"{known}0", known.replace("-", ""), f"g{known[1:]}", f"{{{known}}}"]
    wrong += ["b.", f"٠{known[1:]}", known.replace("-", "‐"), *[""] * (not empty)]
    others = [either("c17e6837-96cd-4839-868e-051a2ad65d28")] if stranger else []
    return accepted(*forms), st.one_of(refused(*wrong), *others, NOT_TEXT)


SELECTABLE_SERVICES = tuple(service for service in enums.SERVICES if service != "insight")
SERVICE_LISTS = st.lists(st.sampled_from(SELECTABLE_SERVICES), min_size=1, max_size=6)
INVALID_SERVICES: tuple[Any, ...] = (
    *([], "", " , ", ["insight"], ["pm", "insight"], ["PM"], ["pm", "nope"], "pm;plan"),
    *([5], [None], [["pm"]], [True], [{"pm": True}], {}, {"pm": True}, 5, True, ["pm,plan"]),
)
SERVICES = (
    accepted(SERVICE_LISTS, SERVICE_LISTS.map(",".join), SERVICE_LISTS.map(" , ".join), [" pm "]),
    st.one_of(
        refused(*INVALID_SERVICES),
        either(["pm", ""], [" pm", "pm "], "pm,,plan,", ["nope", UNKNOWN_MARK]),
        either([["pm", UNKNOWN_MARK]]),
        unknown(["pm", UNKNOWN_MARK], [UNKNOWN_MARK]),
    ),
)

EMAIL_FORMS = (
    *("ada{}@example.com", "o'hara+{}@sub.example.co.uk", "jürgen{}@münchen.de", "{}@x.io"),
    *("地{}@例え.jp", "{:x<240}@example.com", "a.b-c_d{}@ex-ample.org"),
)
INVALID_EMAILS = (
    *("", " ", "ada", "ada@", "@example.com", "ada@example", "ada@@example.com", "a@b@c.de"),
    *("a b@example.com", "ada@exa mple.com", "ada@example.com\n", "ada@example.c\u200bom"),
    *("ada@.", "mailto:", "x" * 244 + "@example.com"),
)
UNUSUAL_EMAILS = ("ada@x..de", "ada@.de", "ada@example.com.", ".@x.de", "<a>@x.de")
EMAILS = st.builds(str.format, st.sampled_from(EMAIL_FORMS), st.integers(0, 999))
EMAIL = (
    accepted(EMAILS, EMAILS.map(str.upper), EMAILS.map(" {} ".format)),
    st.one_of(
        refused(*INVALID_EMAILS), either(*UNUSUAL_EMAILS, "İ" * 243 + "@example.com"), DOUBTFUL_TEXT
    ),
)

ROLE_NAMES = ("Architect", "BIM Manager", "Engineer", "IT", "VDC Manager", " HVAC Engineer ")
INVALID_ROLES: tuple[Any, ...] = (
    *("", "Architect", 5, True, {}, {"Architect": True}, [5], [None], [["Architect"]], [True]),
    *([""], ["Architect", " "], ["x" * 256], ["Archi\ttect"], ["\ud800"], [{}]),
)
ROLES = (
    accepted(st.lists(st.sampled_from(ROLE_NAMES), max_size=5)),
    st.one_of(
        refused(*INVALID_ROLES),
        either(["Architekt"], ["architect"], ["Gärtner", "Architect"], [["x", UNKNOWN_MARK]]),
        unknown(["Architect", UNKNOWN_MARK], [UNKNOWN_MARK]),
    ),
)
