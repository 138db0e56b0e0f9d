"""Single values for a project's arguments, each with its expected result."""

# ruff: noqa: RUF001 - characters that look like others are tested on purpose

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from random import Random
from typing import Any, TypeAlias

from bim360_provider.emulator.hq import enums
from tests.host.dynamic_host import SECRET_MARK, UNKNOWN_MARK


class Expectation(Enum):
    """The expected result of a value."""

    ACCEPTED = "must be taken"
    REFUSED = "must be refused by name"
    EITHER = "may be taken or refused; if taken, HQ must take it as well"
    UNKNOWN = "not known yet, so it passes"


@dataclass(frozen=True)
class Sample:
    """A value and its expected result."""

    value: Any
    expectation: Expectation
    parts: tuple[tuple[str, Expectation], ...] = ()
    """The names of its parts that are refused separately, with their expected results."""


SampleDraw: TypeAlias = Callable[[Random], Sample]

WRONG_TYPES: tuple[Any, ...] = (
    True,
    False,
    [],
    ["x"],
    [["x"]],
    [None],
    {},
    {"a": 1.0},
    {"a": {"b": [None, True]}},
)
NUMBERS: tuple[Any, ...] = (0, 5, -1, 3.5, 2**53 + 2, 1e300, *map(float, ("nan", "inf", "-inf")))

TEXTS = (
    "Oslo",
    "Straße 7",
    "Ålesund",  # composed
    "A\u030alesund",  # the same, decomposed
    "الدوحة",
    "תל אביב",
    "東京都千代田区",
    "हिन्दी",
    "e\u0301\u0323",
    "🏗",
    "𝔗𝔬𝔴𝔢𝔯",
    "O'Hare; DROP TABLE projects",
    "{{x}} $(y) %s",
    "null",
    "007",
    "1e3",
    "true",
    "a\\u0000",
    "-",
    ".",
)
PRINTABLE_CHARACTERS = "aZ9 ßéЖ中ا😀"
INVISIBLE_CHARACTERS = (
    "\x00\x01\t\n\r\x1b\x7f\x85\u00a0\u00ad\u200b\u200d\u200e\u202e\u2028\u3000\ufeff\U000e0001"
)
RESERVED_CHARACTERS = '\\/?[]>*:<"|,'
LONG_TEXT_LENGTH = 3_000
"""Characters of a text without a limit."""

MAX_CODE_POINT = 0x10FFFF
SURROGATES = range(0xD800, 0xE000)


def build_accepted(value: Any) -> Sample:
    """Return a value that must be accepted."""
    return Sample(value, Expectation.ACCEPTED)


def build_refused(value: Any) -> Sample:
    """Return a value that must be refused."""
    return Sample(value, Expectation.REFUSED)


def build_either(value: Any) -> Sample:
    """Return a value that provider and emulator may accept or refuse, but alike."""
    return Sample(value, Expectation.EITHER)


def build_unknown(value: Any) -> Sample:
    """Return an unknown value."""
    return Sample(value, Expectation.UNKNOWN)


def draw_sample(*samples: Sample) -> SampleDraw:
    """Return a draw from a few samples."""
    return lambda random: random.choice(samples)


def draw_from_any(*draws: SampleDraw) -> SampleDraw:
    """Return a draw from one of several."""
    return lambda random: random.choice(draws)(random)


def _draw_valid_text(limit: int) -> SampleDraw:
    def draw(random: Random) -> Sample:
        length = random.choice((1, 2, limit - 1, limit))
        long = "".join(random.choices(PRINTABLE_CHARACTERS.replace(" ", ""), k=length))
        return build_accepted(random.choice((random.choice(TEXTS), long)))

    return draw


def _draw_too_long(limit: int) -> SampleDraw:
    return lambda random: build_refused(random.choice(PRINTABLE_CHARACTERS.strip()) * (limit + 1))


def _draw_invisible(random: Random) -> Sample:
    where = random.choice(("{}x", "x{}y", "x{}", "{}"))
    return build_refused(where.format(random.choice(INVISIBLE_CHARACTERS)))


def _draw_any_plane(random: Random) -> Sample:
    points = (random.randint(0, MAX_CODE_POINT) for _ in range(random.randint(1, 12)))
    return build_either(
        "".join(chr(point) for point in points if point not in SURROGATES) or "\ufffd"
    )


def _draw_surrogates(random: Random) -> Sample:
    return build_refused("x" + chr(random.choice(SURROGATES)))


def _draw_wrong_type(*more: Any) -> SampleDraw:
    return lambda random: build_refused(random.choice((*WRONG_TYPES, *more)))


def _draw_not_text(random: Random) -> Sample:
    return draw_from_any(
        _draw_wrong_type(*NUMBERS),
        draw_sample(build_either({"a": UNKNOWN_MARK}), build_either(["x", UNKNOWN_MARK])),
    )(random)


BLANK_TEXT = draw_sample(
    build_either(" "),
    build_either("   "),
    build_either(" x"),
    build_either("x "),
    build_either("a  b"),
)


def draw_text(limit: int | None, *, empty: bool = True) -> tuple[SampleDraw, SampleDraw]:
    """Return draws for a text: valid ones, and doubtful ones; None stands for no limit."""
    fine = draw_from_any(
        _draw_valid_text(limit or LONG_TEXT_LENGTH),
        draw_sample(build_accepted("") if empty else build_accepted("x")),
    )
    wrong = [_draw_invisible, _draw_any_plane, _draw_surrogates, _draw_not_text, BLANK_TEXT]
    wrong += [_draw_too_long(limit)] if limit else []
    return fine, draw_from_any(*wrong, *(() if empty else (draw_sample(build_refused("")),)))


TITLE = (
    _draw_valid_text(255),
    draw_from_any(
        draw_sample(*map(build_refused, ("", " ", " x", "x "))),
        *(_draw_too_long(255), _draw_invisible, _draw_any_plane, _draw_surrogates, _draw_not_text),
    ),
)
"""A required text, without spaces around it."""

ODD_KEYS = (
    " ",
    "",
    "/",
    "a/",
    "/a",
    "//",
    " a",
    "a ",
    "a//b",
    "x" * 255,
    "y/" * 200,
    "c17e6837-96cd",
)
"""Keys that provider and emulator may accept or refuse, but alike."""


def _draw_valid_name(random: Random) -> Sample:
    name = str(_draw_valid_text(255)(random).value)
    return build_accepted("".join(c for c in name if c not in RESERVED_CHARACTERS) or "T")


def _draw_reserved_name(random: Random) -> Sample:
    return build_refused(
        random.choice(("{}", "a{}b", "{}a", "a{}")).format(random.choice(RESERVED_CHARACTERS))
    )


NAME = (
    _draw_valid_name,
    draw_from_any(
        _draw_reserved_name,
        _draw_reserved_name,
        draw_sample(
            build_refused(""), build_refused(" "), build_refused(" a"), build_refused("a ")
        ),
        _draw_too_long(255),
        _draw_invisible,
        _draw_any_plane,
        _draw_surrogates,
        _draw_not_text,
    ),
)

FIRST_DAY, LAST_DAY = date(1, 1, 1).toordinal(), date(9999, 12, 31).toordinal()
DAYS = ("2028-02-29", "2000-02-29", "2027-01-01", "2027-12-31", "1970-01-01", "9999-12-30")
TIMES = ("", "", "", "T00:00:00.000Z", "T23:59:59Z", " 08:00:24.020422", "T12:00:00+02:00")
INVALID_DAYS = (
    "",
    "soon",
    "2027-02-29",
    "2100-02-29",
    "0000-01-01",
    "2027-00-10",
    "2027-13-01",
    "2027-01-32",
    "2027-1-2",
    "20270102",
    "2027-W01-1",
    "2027-001",
    "01.02.2027",
    "01/02/2027",
    "٢٠٢٧-٠١-٠٢",
    "２０２７-０１-０２",
    "10000-01-01",
    "-001-01-01",
    " 2027-01-02",
    "2027-01-02x",
    "2027-01-02 or later",
    "2027-01-02\n",
    "2027-01-02T",
    "2027‐01‐02",
)


def _draw_day(random: Random) -> Sample:
    some = date.fromordinal(random.randint(FIRST_DAY, LAST_DAY - 1)).isoformat()
    near = (date(2027, 1, 1) + timedelta(random.randint(0, 60))).isoformat()
    return build_accepted(random.choice((some, near, random.choice(DAYS))) + random.choice(TIMES))


DAY = (
    _draw_day,
    draw_from_any(
        lambda random: build_refused(random.choice(INVALID_DAYS)),
        lambda random: build_refused(random.choice(INVALID_DAYS)),
        draw_sample(
            build_either("2027-01-02T25:99:99Z"),
            build_either("2027-01-02T12"),
            build_either("2027-01-02T12:00:60Z"),
        ),
        _draw_not_text,
        _draw_any_plane,
    ),
)

AMOUNTS: tuple[Any, ...] = (
    *(0, 3, -1, 3.5, 0.1, 1e-7, 1e15, 2**53, 2**53 + 2, -0.0, 1 / 3),
    *(1.7976931348623157e308, 5e-324, "3000.50", "1e6", "-7", "0"),
)
INVALID_AMOUNTS = (
    "",
    "many",
    "3.000,00",
    "1_000",
    "nan",
    "inf",
    "-Infinity",
    "1e999",
    "0x10",
    "1 000",
)
UNUSUAL_AMOUNTS: tuple[Any, ...] = (
    "٣",
    " 12 ",
    "+5",
    ".5",
    "5.",
    "９",
    "1e-400",
    "9007199254740993",
)
MONEY = (
    lambda random: build_accepted(random.choice(AMOUNTS)),
    draw_from_any(
        lambda random: build_refused(random.choice(INVALID_AMOUNTS)),
        lambda random: build_either(random.choice(UNUSUAL_AMOUNTS)),
        lambda random: build_refused(10 ** random.choice((309, 400))),
        _draw_wrong_type(*map(float, ("nan", "inf", "-inf"))),
        _draw_any_plane,
    ),
)

SECONDS = (
    draw_sample(build_accepted(0), build_accepted(1.5), build_accepted(3600), build_accepted("5")),
    draw_from_any(
        draw_sample(
            build_refused(-1),
            build_refused(3600.5),
            build_refused("soon"),
            build_refused(""),
            build_refused(-0.001),
        ),
        _draw_wrong_type(*map(float, ("nan", "inf"))),
    ),
)

FLAG = (
    draw_sample(
        build_accepted(True),
        build_accepted(False),
        build_accepted("true"),
        build_accepted("false"),
        build_accepted("TRUE"),
    ),
    draw_from_any(
        draw_sample(*map(build_refused, ("yes", "", "1", 0, 1, 2.5, "truе"))),
        lambda random: build_refused(random.choice(WRONG_TYPES[2:])),
    ),
)


def _misspell_word(word: str, random: Random) -> str:
    cut = random.randrange(len(word))
    return random.choice(
        (
            word.swapcase(),
            word.casefold(),
            word.upper(),
            word[:cut] + word[cut + 1 :],
            f" {word}",
            f"{word} ",
            f"{word}\u200b",
            word[::-1],
            f"{word},{word}",
        )
    )


def draw_choice(choices: Sequence[str], *, empty: bool = False) -> tuple[SampleDraw, SampleDraw]:
    """Return draws for one of a list: its values, and values with a mistake."""

    def fine(random: Random) -> Sample:
        return build_accepted(random.choice((*choices, *[""] * empty)))

    def near(random: Random) -> Sample:
        word = _misspell_word(random.choice(choices), random)
        return (
            build_accepted(word) if word in choices or (empty and not word) else build_refused(word)
        )

    return fine, draw_from_any(
        near,
        near,
        _draw_not_text,
        _draw_invisible,
        *([] if empty else [draw_sample(build_refused(""))]),
    )


def draw_identifier(
    known: str, *, empty: bool = False, stranger: bool = True
) -> tuple[SampleDraw, SampleDraw]:
    """Return draws for the id of an existing object, in every spelling.

    Args:
        known: The id.
        empty: Whether ``""`` is accepted as well.
        stranger: Whether unknown ids are drawn too; for projects, these are retried for long.
    """
    forms = (known, known.upper(), f"b.{known}", f"B.{known}", f" {known} ")
    fine = draw_sample(*map(build_accepted, forms), *([build_accepted("")] if empty else []))
    wrong: tuple[str, ...] = (
        known[:-1],
        f"{known}0",
        known.replace("-", ""),
        "g" + known[1:],
        f"{{{known}}}",
        "b.",
    )
    wrong += (f"٠{known[1:]}", known.replace("-", "‐"))
    return fine, draw_from_any(
        draw_sample(*map(build_refused, wrong), *([] if empty else [build_refused("")])),
        *([draw_sample(build_either("c17e6837-96cd-4839-868e-051a2ad65d28"))] if stranger else []),
        _draw_not_text,
    )


SELECTABLE_SERVICES = tuple(service for service in enums.SERVICES if service != "insight")


def _draw_services(random: Random) -> Sample:
    services = random.choices(SELECTABLE_SERVICES, k=random.randint(1, 6))
    return build_accepted(
        random.choice((services, ",".join(services), " , ".join(services), [f" {services[0]} "]))
    )


INVALID_SERVICES: tuple[Any, ...] = (
    *([], "", " , ", ["insight"], ["pm", "insight"], ["PM"], ["pm", "nope"], "pm;plan"),
    *([5], [None], [["pm"]], [True], [{"pm": True}], {}, {"pm": True}, 5, True, ["pm,plan"]),
)
SERVICES = (
    _draw_services,
    draw_from_any(
        lambda random: build_refused(random.choice(INVALID_SERVICES)),
        draw_sample(
            build_either(["pm", ""]), build_either([" pm", "pm "]), build_either("pm,,plan,")
        ),
        draw_sample(build_unknown(["pm", UNKNOWN_MARK]), build_unknown([UNKNOWN_MARK])),
        draw_sample(build_either(["nope", UNKNOWN_MARK]), build_either([["pm", UNKNOWN_MARK]])),
    ),
)


def _draw_email(random: Random) -> Sample:
    number = random.randrange(1000)
    form = random.choice(EMAILS).format(number)
    return build_accepted(random.choice((form, form, form.upper(), f" {form} ")))


EMAILS = (
    *("ada{}@example.com", "o'hara+{}@sub.example.co.uk", "jürgen{}@münchen.de", "{}@x.io"),
    *("地{}@例え.jp", "{:x<240}@example.com", "a.b-c_d{}@ex-ample.org"),
)
INVALID_EMAILS = (
    *("", " ", "ada", "ada@", "@example.com", "ada@example", "ada@@example.com", "a@b@c.de"),
    *("a b@example.com", "ada@exa mple.com", "ada@example.com\n", "ada@example.c\u200bom"),
    *("ada@.", "mailto:", "x" * 244 + "@example.com"),
)
UNUSUAL_EMAILS = (
    "ada@x..de",
    "ada@.de",
    "ada@example.com.",
    ".@x.de",
    "İ" * 243 + "@example.com",
    "<a>@x.de",
)
EMAIL = (
    _draw_email,
    draw_from_any(
        draw_sample(*map(build_refused, INVALID_EMAILS)),
        draw_sample(*map(build_either, UNUSUAL_EMAILS)),
        _draw_not_text,
        _draw_any_plane,
        _draw_invisible,
    ),
)


def _draw_roles(random: Random) -> Sample:
    names = random.choices(ROLE_NAMES, k=random.randint(0, 5))
    return build_accepted(names)


ROLE_NAMES = ("Architect", "BIM Manager", "Engineer", "IT", "VDC Manager", " HVAC Engineer ")
INVALID_ROLES: tuple[Any, ...] = (
    *("", "Architect", 5, True, {}, {"Architect": True}, [5], [None], [["Architect"]], [True]),
    *([""], ["Architect", " "], ["x" * 256], ["Archi\ttect"], ["\ud800"], [{}]),
)
ROLES = (
    _draw_roles,
    draw_from_any(
        draw_sample(*map(build_refused, INVALID_ROLES)),
        draw_sample(
            build_either(["Architekt"]),
            build_either(["architect"]),
            build_either(["Gärtner", "Architect"]),
        ),
        draw_sample(build_unknown(["Architect", UNKNOWN_MARK]), build_unknown([UNKNOWN_MARK])),
        draw_sample(build_either([["x", UNKNOWN_MARK]])),
    ),
)


def wrap_secret(sample: Sample) -> Sample:
    """Return a value as the engine wraps a secret."""
    return Sample({**SECRET_MARK, "value": sample.value}, sample.expectation, sample.parts)
