"""Single values to try a project's arguments with, each with what ought to become of it."""

# ruff: noqa: RUF001 - characters that look like others are what is to be tried

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from random import Random
from typing import Any, TypeAlias

from bim360_provider.emulator.hq import enums
from tests.host.dynamic_host import SECRET_MARK, UNKNOWN


class Verdict(Enum):
    """What ought to become of a value."""

    GOOD = "must be taken"
    BAD = "must be refused by name"
    ODD = "may be taken or refused; if taken, HQ must take it as well"
    UNKNOWN = "not known yet, so it passes"


@dataclass(frozen=True)
class Sample:
    """A value and what ought to become of it."""

    value: Any
    verdict: Verdict
    parts: tuple[tuple[str, Verdict], ...] = ()
    """Where parts of it are refused under names of their own: each of them."""


Draw: TypeAlias = Callable[[Random], Sample]

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

WORDS = (
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
ONE_PRINTABLE = "aZ9 ßéЖ中ا😀"
UNSEEN = (
    "\x00\x01\t\n\r\x1b\x7f\x85\u00a0\u00ad\u200b\u200d\u200e\u202e\u2028\u3000\ufeff\U000e0001"
)
RESERVED = '\\/?[]>*:<"|,'
LONG = 3_000
"""Characters of a text that has no limit."""

MAX_CODE_POINT = 0x10FFFF
SURROGATES = range(0xD800, 0xE000)


def good(value: Any) -> Sample:
    """Return a value that must be taken."""
    return Sample(value, Verdict.GOOD)


def bad(value: Any) -> Sample:
    """Return a value that must be refused."""
    return Sample(value, Verdict.BAD)


def odd(value: Any) -> Sample:
    """Return a value about which only provider and emulator must agree."""
    return Sample(value, Verdict.ODD)


def unknown(value: Any) -> Sample:
    """Return a value that is not known yet."""
    return Sample(value, Verdict.UNKNOWN)


def one(*samples: Sample) -> Draw:
    """Return a draw from a few samples."""
    return lambda random: random.choice(samples)


def either(*draws: Draw) -> Draw:
    """Return a draw from one of several."""
    return lambda random: random.choice(draws)(random)


def _good_text(limit: int) -> Draw:
    def draw(random: Random) -> Sample:
        length = random.choice((1, 2, limit - 1, limit))
        long = "".join(random.choices(ONE_PRINTABLE.replace(" ", ""), k=length))
        return good(random.choice((random.choice(WORDS), long)))

    return draw


def _too_long(limit: int) -> Draw:
    return lambda random: bad(random.choice(ONE_PRINTABLE.strip()) * (limit + 1))


def _unseen(random: Random) -> Sample:
    where = random.choice(("{}x", "x{}y", "x{}", "{}"))
    return bad(where.format(random.choice(UNSEEN)))


def _any_plane(random: Random) -> Sample:
    points = (random.randint(0, MAX_CODE_POINT) for _ in range(random.randint(1, 12)))
    return odd("".join(chr(point) for point in points if point not in SURROGATES) or "\ufffd")


def _surrogates(random: Random) -> Sample:
    return bad("x" + chr(random.choice(SURROGATES)))


def _mistyped(*more: Any) -> Draw:
    return lambda random: bad(random.choice((*WRONG_TYPES, *more)))


def _not_text(random: Random) -> Sample:
    return either(_mistyped(*NUMBERS), one(odd({"a": UNKNOWN}), odd(["x", UNKNOWN])))(random)


BLANK = one(odd(" "), odd("   "), odd(" x"), odd("x "), odd("a  b"))


def text(limit: int | None, *, empty: bool = True) -> tuple[Draw, Draw]:
    """Return draws for a text: valid ones, and doubtful ones; None is no limit."""
    fine = either(_good_text(limit or LONG), one(good("") if empty else good("x")))
    wrong = [_unseen, _any_plane, _surrogates, _not_text, BLANK]
    wrong += [_too_long(limit)] if limit else []
    return fine, either(*wrong, *(() if empty else (one(bad("")),)))


TITLE = (
    _good_text(255),
    either(
        one(*map(bad, ("", " ", " x", "x "))),
        *(_too_long(255), _unseen, _any_plane, _surrogates, _not_text),
    ),
)
"""A text that has to be there, without spaces around it."""

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
"""Keys about which only provider and emulator must agree."""


def _good_name(random: Random) -> Sample:
    name = str(_good_text(255)(random).value)
    return good("".join(c for c in name if c not in RESERVED) or "T")


def _reserved(random: Random) -> Sample:
    return bad(random.choice(("{}", "a{}b", "{}a", "a{}")).format(random.choice(RESERVED)))


NAME = (
    _good_name,
    either(
        _reserved,
        _reserved,
        one(bad(""), bad(" "), bad(" a"), bad("a ")),
        _too_long(255),
        _unseen,
        _any_plane,
        _surrogates,
        _not_text,
    ),
)

FIRST_DAY, LAST_DAY = date(1, 1, 1).toordinal(), date(9999, 12, 31).toordinal()
DAYS = ("2028-02-29", "2000-02-29", "2027-01-01", "2027-12-31", "1970-01-01", "9999-12-30")
TIMES = ("", "", "", "T00:00:00.000Z", "T23:59:59Z", " 08:00:24.020422", "T12:00:00+02:00")
NO_DAYS = (
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


def _day(random: Random) -> Sample:
    some = date.fromordinal(random.randint(FIRST_DAY, LAST_DAY - 1)).isoformat()
    near = (date(2027, 1, 1) + timedelta(random.randint(0, 60))).isoformat()
    return good(random.choice((some, near, random.choice(DAYS))) + random.choice(TIMES))


DAY = (
    _day,
    either(
        lambda random: bad(random.choice(NO_DAYS)),
        lambda random: bad(random.choice(NO_DAYS)),
        one(odd("2027-01-02T25:99:99Z"), odd("2027-01-02T12"), odd("2027-01-02T12:00:60Z")),
        _not_text,
        _any_plane,
    ),
)

AMOUNTS: tuple[Any, ...] = (
    *(0, 3, -1, 3.5, 0.1, 1e-7, 1e15, 2**53, 2**53 + 2, -0.0, 1 / 3),
    *(1.7976931348623157e308, 5e-324, "3000.50", "1e6", "-7", "0"),
)
NO_AMOUNTS = ("", "many", "3.000,00", "1_000", "nan", "inf", "-Infinity", "1e999", "0x10", "1 000")
ODD_AMOUNTS: tuple[Any, ...] = ("٣", " 12 ", "+5", ".5", "5.", "９", "1e-400", "9007199254740993")
MONEY = (
    lambda random: good(random.choice(AMOUNTS)),
    either(
        lambda random: bad(random.choice(NO_AMOUNTS)),
        lambda random: odd(random.choice(ODD_AMOUNTS)),
        lambda random: bad(10 ** random.choice((309, 400))),
        _mistyped(*map(float, ("nan", "inf", "-inf"))),
        _any_plane,
    ),
)

SECONDS = (
    one(good(0), good(1.5), good(3600), good("5")),
    either(
        one(bad(-1), bad(3600.5), bad("soon"), bad(""), bad(-0.001)),
        _mistyped(*map(float, ("nan", "inf"))),
    ),
)

FLAG = (
    one(good(True), good(False), good("true"), good("false"), good("TRUE")),
    either(
        one(*map(bad, ("yes", "", "1", 0, 1, 2.5, "truе"))),
        lambda random: bad(random.choice(WRONG_TYPES[2:])),
    ),
)


def _near_miss(word: str, random: Random) -> str:
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


def choice(choices: Sequence[str], *, empty: bool = False) -> tuple[Draw, Draw]:
    """Return draws for one of a list: its words, and words that are nearly on it."""

    def fine(random: Random) -> Sample:
        return good(random.choice((*choices, *[""] * empty)))

    def near(random: Random) -> Sample:
        word = _near_miss(random.choice(choices), random)
        return good(word) if word in choices or (empty and not word) else bad(word)

    return fine, either(near, near, _not_text, _unseen, *([] if empty else [one(bad(""))]))


def identifier(known: str, *, empty: bool = False, stranger: bool = True) -> tuple[Draw, Draw]:
    """Return draws for an id of something that exists, however it is written.

    Args:
        known: The id.
        empty: Whether ``""`` is taken as well.
        stranger: Whether an id of nothing is drawn too: HQ is asked for a young project for long.
    """
    forms = (known, known.upper(), f"b.{known}", f"B.{known}", f" {known} ")
    fine = one(*map(good, forms), *([good("")] if empty else []))
    wrong: tuple[str, ...] = (
        known[:-1],
        f"{known}0",
        known.replace("-", ""),
        "g" + known[1:],
        f"{{{known}}}",
        "b.",
    )
    wrong += (f"٠{known[1:]}", known.replace("-", "‐"))
    return fine, either(
        one(*map(bad, wrong), *([] if empty else [bad("")])),
        *([one(odd("c17e6837-96cd-4839-868e-051a2ad65d28"))] if stranger else []),
        _not_text,
    )


ASKABLE = tuple(service for service in enums.SERVICES if service != "insight")


def _services(random: Random) -> Sample:
    words = random.choices(ASKABLE, k=random.randint(1, 6))
    return good(random.choice((words, ",".join(words), " , ".join(words), [f" {words[0]} "])))


NO_SERVICES: tuple[Any, ...] = (
    *([], "", " , ", ["insight"], ["pm", "insight"], ["PM"], ["pm", "nope"], "pm;plan"),
    *([5], [None], [["pm"]], [True], [{"pm": True}], {}, {"pm": True}, 5, True, ["pm,plan"]),
)
SERVICES = (
    _services,
    either(
        lambda random: bad(random.choice(NO_SERVICES)),
        one(odd(["pm", ""]), odd([" pm", "pm "]), odd("pm,,plan,")),
        one(unknown(["pm", UNKNOWN]), unknown([UNKNOWN])),
        one(odd(["nope", UNKNOWN]), odd([["pm", UNKNOWN]])),
    ),
)


def _email(random: Random) -> Sample:
    number = random.randrange(1000)
    form = random.choice(EMAILS).format(number)
    return good(random.choice((form, form, form.upper(), f" {form} ")))


EMAILS = (
    *("ada{}@example.com", "o'hara+{}@sub.example.co.uk", "jürgen{}@münchen.de", "{}@x.io"),
    *("地{}@例え.jp", "{:x<240}@example.com", "a.b-c_d{}@ex-ample.org"),
)
NO_EMAILS = (
    *("", " ", "ada", "ada@", "@example.com", "ada@example", "ada@@example.com", "a@b@c.de"),
    *("a b@example.com", "ada@exa mple.com", "ada@example.com\n", "ada@example.c\u200bom"),
    *("ada@.", "mailto:", "x" * 244 + "@example.com"),
)
ODD_EMAILS = (
    "ada@x..de",
    "ada@.de",
    "ada@example.com.",
    ".@x.de",
    "İ" * 243 + "@example.com",
    "<a>@x.de",
)
EMAIL = (
    _email,
    either(one(*map(bad, NO_EMAILS)), one(*map(odd, ODD_EMAILS)), _not_text, _any_plane, _unseen),
)


def _roles(random: Random) -> Sample:
    names = random.choices(ROLE_NAMES, k=random.randint(0, 5))
    return good(names)


ROLE_NAMES = ("Architect", "BIM Manager", "Engineer", "IT", "VDC Manager", " HVAC Engineer ")
NO_ROLES: tuple[Any, ...] = (
    *("", "Architect", 5, True, {}, {"Architect": True}, [5], [None], [["Architect"]], [True]),
    *([""], ["Architect", " "], ["x" * 256], ["Archi\ttect"], ["\ud800"], [{}]),
)
ROLES = (
    _roles,
    either(
        one(*map(bad, NO_ROLES)),
        one(odd(["Architekt"]), odd(["architect"]), odd(["Gärtner", "Architect"])),
        one(unknown(["Architect", UNKNOWN]), unknown([UNKNOWN])),
        one(odd([["x", UNKNOWN]])),
    ),
)


def secret(sample: Sample) -> Sample:
    """Return a value as the engine wraps a secret."""
    return Sample({**SECRET_MARK, "value": sample.value}, sample.verdict, sample.parts)
