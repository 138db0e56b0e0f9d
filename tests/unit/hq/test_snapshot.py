"""A snapshot of a list: never much dearer than the better plan, and never wrong about a row."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bim360_provider.errors import Bim360Error, NotFoundError, UnansweredError
from bim360_provider.hq.api.cache import MAX_AGE, ListCache, ListPage

HOST_THREADS = 4
GONE = NotFoundError("gone", status=404, hq_message="gone", request="GET")
ENDED = UnansweredError("no answer")


@dataclass(frozen=True)
class Row:
    """A row of the list, and what it says."""

    id: str
    says: str = "old"


@dataclass
class Account:
    """A list of rows that counts what it is asked."""

    rows: list[Row]
    size: int = 100
    pages: int = 0
    alone: list[str] = field(default_factory=list)
    now: float = 0.0
    takes: float = 0.0
    down: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def page(self, offset: int) -> ListPage[Row]:
        """Answer a page."""
        with self.lock:
            self.pages += 1
            self.now += self.takes
            if self.down:
                raise ENDED
            rows = self.rows[offset : offset + self.size]
        return ListPage(rows, offset + self.size if len(rows) == self.size else None)

    def one(self, key: str) -> Row:
        """Answer one row."""
        with self.lock:
            self.alone.append(key)
            self.now += self.takes
            found = [row for row in self.rows if row.id == key]
        if not found:
            raise GONE
        return found[0]

    def snapshot(self) -> ListCache[Row]:
        """Return a snapshot that knows nothing yet."""
        return ListCache(self.page, lambda: self.now)

    @property
    def requests(self) -> int:
        """What it was asked in all."""
        return self.pages + len(self.alone)


def account(number: int, size: int = 100) -> Account:
    """Return an account with rows r0, r1, ..."""
    return Account([Row(f"r{each}") for each in range(number)], size)


def read(snapshot: ListCache[Row], of: Account, key: str) -> Row | None:
    """Read as a refresh does: None if it is gone."""
    try:
        return snapshot.get(key, lambda: of.one(key))
    except NotFoundError:
        return None


@settings(max_examples=300, deadline=None)
@given(data=st.data(), size=st.integers(1, 7), number=st.integers(0, 40), gone=st.integers(0, 5))
def test_no_order_costs_more_than_twice_the_better_plan_and_one(
    data: st.DataObject, size: int, number: int, gone: int
) -> None:
    """Neither "list all" nor "get each" is ever much cheaper; what is gone costs one in both."""
    there = account(number, size)
    known = [row.id for row in there.rows] + [f"gone{each}" for each in range(gone)]
    wanted = data.draw(st.lists(st.sampled_from(known), unique=True)) if known else []
    snapshot = there.snapshot()

    found = {key: read(snapshot, there, key) for key in wanted}

    missing = sum(key.startswith("gone") for key in wanted)
    better = min(len(wanted), ceil(number / size) + missing)
    assert there.requests <= 2 * better + 1
    assert found == {key: None if key.startswith("gone") else Row(key) for key in wanted}


@pytest.mark.parametrize(
    ("wanted", "number", "requests"),
    [(1, 5000, 1), (10, 200, 4), (100, 100, 2), (1000, 1000, 20), (1000, 5000, 100)],
)
def test_a_refresh_costs_what_the_documents_say(wanted: int, number: int, requests: int) -> None:
    """The figures of docs/reference/hq.md, with each row as far as possible from the one before."""
    there = account(number)
    snapshot = there.snapshot()
    spread = [each * 617 % number for each in range(number)][:wanted]

    for each in spread:
        assert read(snapshot, there, f"r{each}") == Row(f"r{each}")

    assert there.requests <= requests


def test_four_threads_cost_no_more_than_one() -> None:
    """Who comes while a page is on its way waits for it, and asks for nothing."""
    there = account(1000)
    snapshot = there.snapshot()

    with ThreadPoolExecutor(HOST_THREADS) as threads:
        keys = [row.id for row in there.rows]
        found = list(threads.map(lambda key: read(snapshot, there, key), keys))

    assert found == there.rows
    assert there.requests <= 20


@given(made=st.lists(st.integers(0, 30), max_size=8), size=st.integers(1, 5))
def test_a_row_that_joins_during_the_walk_is_neither_lost_nor_doubled(
    made: list[int], size: int
) -> None:
    """It stands at the end, or is asked for alone."""
    there = account(30, size)
    snapshot = there.snapshot()
    for turn, key in enumerate([row.id for row in there.rows]):
        there.rows += [Row(f"new{turn}-{each}") for each in range(made.count(turn))]
        read(snapshot, there, key)

    found = [read(snapshot, there, row.id) for row in there.rows]

    assert found == there.rows
    assert snapshot.list_matching(lambda _row: True) == sorted(there.rows, key=found.index)


def test_what_was_written_is_asked_for_alone() -> None:
    """A page that was on its way may be older than the write."""
    there = account(5)
    snapshot = there.snapshot()
    read(snapshot, there, "r0")
    read(snapshot, there, "r1")
    snapshot.record_write("r2")
    there.rows[2] = Row("r2", "new")

    found = [read(snapshot, there, "r2") for _ in range(2)]

    assert found == [Row("r2", "new")] * 2
    assert there.alone == ["r0", "r2", "r2"]


def test_a_write_during_a_page_wins_over_the_page() -> None:
    """The page holds what was there before."""
    there = account(5)
    old = there.page(0)

    def page(_offset: int) -> ListPage[Row]:
        snapshot.record_write("r3")
        there.rows[3] = Row("r3", "new")
        return old

    snapshot: ListCache[Row] = ListCache(page, lambda: 0.0)
    read(snapshot, there, "r0")
    read(snapshot, there, "r1")

    assert read(snapshot, there, "r3") == Row("r3", "new")


def test_a_snapshot_that_nobody_used_for_a_minute_begins_anew() -> None:
    """What came in one refresh is not told in a later one."""
    there = account(5)
    snapshot = there.snapshot()
    for key in ("r0", "r1"):
        read(snapshot, there, key)
    there.rows = [Row(row.id, "new") for row in there.rows]
    there.now = MAX_AGE
    kept = read(snapshot, there, "r2")
    there.now += 0.1

    assert kept == Row("r2")
    assert read(snapshot, there, "r2") == Row("r2", "new")


def test_however_long_the_walk_takes_its_rows_are_kept() -> None:
    """Under HQ's limit the pages of 20,000 projects take minutes, and are still cheaper."""
    there = account(2000)
    there.takes = MAX_AGE + 1
    snapshot = there.snapshot()

    for row in reversed(there.rows):
        read(snapshot, there, row.id)

    assert there.now > 10 * MAX_AGE
    assert there.requests <= 41


def test_a_list_that_fails_fails_no_read() -> None:
    """It costs what it cost without a list."""
    there = account(5)
    there.down = True
    snapshot = there.snapshot()

    found = [read(snapshot, there, row.id) for row in there.rows]

    assert found == there.rows
    assert there.pages == 1


def test_a_row_that_does_not_suit_is_asked_for_alone() -> None:
    """A list may lag behind, or tell less."""
    there = account(5)
    snapshot = there.snapshot()
    for key in ("r0", "r1"):
        read(snapshot, there, key)

    snapshot.get("r2", lambda: there.one("r2"), lambda row: row.says == "new")

    assert there.alone == ["r0", "r2"]


def test_a_search_walks_once_for_all_and_then_looks_at_what_joined() -> None:
    """Two names are one walk; a name that is not there is looked for on the last page once more."""
    there = account(250)
    snapshot = there.snapshot()

    both = [
        snapshot.list_matching(lambda row: row.id == "r7"),
        snapshot.list_matching(lambda row: row.id == "r249"),
    ]
    walked = there.pages
    there.rows.append(Row("late"))
    late = snapshot.list_matching(lambda row: row.id == "late")
    none = snapshot.list_matching(lambda row: row.id == "none")

    assert [*both, late, none] == [[Row("r7")], [Row("r249")], [Row("late")], []]
    assert walked == 3
    assert there.pages == 5


def test_a_search_finds_what_was_written_as_it_was_answered() -> None:
    """Two resources of one stack may want one name."""
    there = account(3)
    snapshot = there.snapshot()
    snapshot.list_matching(lambda row: row.id == "r1")
    snapshot.record_write("r1", Row("r1", "new"))

    assert snapshot.list_matching(lambda row: row.says == "new") == [Row("r1", "new")]


@pytest.mark.parametrize("listed", [True, False], ids=["listed before", "listed after"])
def test_a_search_finds_a_row_that_is_being_changed(*, listed: bool) -> None:
    """As it was last seen; a read of it still asks HQ."""
    there = account(3)
    snapshot = there.snapshot()
    if listed:
        snapshot.list_matching(lambda row: row.id == "r1")
    snapshot.record_write("r1")

    assert snapshot.list_matching(lambda row: row.id == "r1") == [Row("r1")]
    read(snapshot, there, "r1")
    assert there.alone == ["r1"]


def test_a_search_that_cannot_be_made_is_an_error_and_goes_on_later() -> None:
    """Nothing is taken for missing because a page is."""
    there = account(5)
    there.down = True
    snapshot = there.snapshot()
    with pytest.raises(Bim360Error):
        snapshot.list_matching(lambda row: row.id == "r1")
    there.down = False

    assert snapshot.list_matching(lambda row: row.id == "r1") == [Row("r1")]
