"""ListCache: close to the minimum of requests, and never a wrong row."""

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
DELETED = NotFoundError("deleted", status=404, hq_message="deleted", request="GET")
NO_RESPONSE = UnansweredError("no response")


@dataclass(frozen=True)
class Row:
    """A row of the list, with its state."""

    id: str
    state: str = "old"


@dataclass
class Account:
    """A list of rows that counts the requests."""

    rows: list[Row]
    size: int = 100
    pages: int = 0
    single_reads: list[str] = field(default_factory=list)
    now: float = 0.0
    duration: float = 0.0
    is_down: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fetch_page(self, offset: int) -> ListPage[Row]:
        """Return a page."""
        with self.lock:
            self.pages += 1
            self.now += self.duration
            if self.is_down:
                raise NO_RESPONSE
            rows = self.rows[offset : offset + self.size]
        return ListPage(rows, offset + self.size if len(rows) == self.size else None)

    def fetch_row(self, key: str) -> Row:
        """Return one row."""
        with self.lock:
            self.single_reads.append(key)
            self.now += self.duration
            found = [row for row in self.rows if row.id == key]
        if not found:
            raise DELETED
        return found[0]

    def create_cache(self) -> ListCache[Row]:
        """Return an empty cache."""
        return ListCache(self.fetch_page, lambda: self.now)

    @property
    def requests(self) -> int:
        """The number of all requests."""
        return self.pages + len(self.single_reads)


def build_account(number: int, size: int = 100) -> Account:
    """Return an account with rows r0, r1, ..."""
    return Account([Row(f"r{each}") for each in range(number)], size)


def read(cache: ListCache[Row], account: Account, key: str) -> Row | None:
    """Read a row as a refresh does; return None if it was deleted."""
    try:
        return cache.get(key, lambda: account.fetch_row(key))
    except NotFoundError:
        return None


@settings(max_examples=300, deadline=None)
@given(data=st.data(), size=st.integers(1, 7), number=st.integers(0, 40), deleted=st.integers(0, 5))
def test_a_list_cache_sends_at_most_twice_the_optimal_requests_plus_one(
    data: st.DataObject, size: int, number: int, deleted: int
) -> None:
    """Neither "list all" nor "get each" is much cheaper; each deleted row costs one request."""
    account = build_account(number, size)
    known = [row.id for row in account.rows] + [f"deleted{each}" for each in range(deleted)]
    wanted = data.draw(st.lists(st.sampled_from(known), unique=True)) if known else []
    cache = account.create_cache()

    found = {key: read(cache, account, key) for key in wanted}

    missing = sum(key.startswith("deleted") for key in wanted)
    better = min(len(wanted), ceil(number / size) + missing)
    assert account.requests <= 2 * better + 1
    assert found == {key: None if key.startswith("deleted") else Row(key) for key in wanted}


@pytest.mark.parametrize(
    ("wanted", "number", "requests"),
    [(1, 5000, 1), (10, 200, 4), (100, 100, 2), (1000, 1000, 20), (1000, 5000, 100)],
)
def test_a_refresh_sends_the_documented_number_of_requests(
    wanted: int, number: int, requests: int
) -> None:
    """The numbers of docs/reference/hq.md, with consecutive reads far apart in the list."""
    account = build_account(number)
    cache = account.create_cache()
    order = [each * 617 % number for each in range(number)][:wanted]

    for each in order:
        assert read(cache, account, f"r{each}") == Row(f"r{each}")

    assert account.requests <= requests


def test_four_threads_send_no_more_requests_than_one() -> None:
    """A thread waits for a page in flight and sends no request of its own."""
    account = build_account(1000)
    cache = account.create_cache()

    with ThreadPoolExecutor(HOST_THREADS) as threads:
        keys = [row.id for row in account.rows]
        found = list(threads.map(lambda key: read(cache, account, key), keys))

    assert found == account.rows
    assert account.requests <= 20


@given(created=st.lists(st.integers(0, 30), max_size=8), size=st.integers(1, 5))
def test_a_row_created_during_the_walk_is_found_once(created: list[int], size: int) -> None:
    """It is at the end of the list, or read by its own request."""
    account = build_account(30, size)
    cache = account.create_cache()
    for turn, key in enumerate([row.id for row in account.rows]):
        account.rows += [Row(f"new{turn}-{each}") for each in range(created.count(turn))]
        read(cache, account, key)

    found = [read(cache, account, row.id) for row in account.rows]

    assert found == account.rows
    assert cache.list_matching(lambda _row: True) == sorted(account.rows, key=found.index)


def test_a_written_row_is_read_by_its_own_request() -> None:
    """A page in flight may be older than the write."""
    account = build_account(5)
    cache = account.create_cache()
    read(cache, account, "r0")
    read(cache, account, "r1")
    cache.record_write("r2")
    account.rows[2] = Row("r2", "new")

    found = [read(cache, account, "r2") for _ in range(2)]

    assert found == [Row("r2", "new")] * 2
    assert account.single_reads == ["r0", "r2", "r2"]


def test_a_write_during_a_page_request_overrides_the_page() -> None:
    """The page has the old state."""
    account = build_account(5)
    old = account.fetch_page(0)

    def page(_offset: int) -> ListPage[Row]:
        cache.record_write("r3")
        account.rows[3] = Row("r3", "new")
        return old

    cache: ListCache[Row] = ListCache(page, lambda: 0.0)
    read(cache, account, "r0")
    read(cache, account, "r1")

    assert read(cache, account, "r3") == Row("r3", "new")


def test_a_list_cache_expires_after_a_minute_without_use() -> None:
    """A later refresh does not use the rows of an earlier one."""
    account = build_account(5)
    cache = account.create_cache()
    for key in ("r0", "r1"):
        read(cache, account, key)
    account.rows = [Row(row.id, "new") for row in account.rows]
    account.now = MAX_AGE
    kept = read(cache, account, "r2")
    account.now += 0.1

    assert kept == Row("r2")
    assert read(cache, account, "r2") == Row("r2", "new")


def test_rows_stay_cached_during_a_long_walk() -> None:
    """Under HQ's rate limit the pages of 20,000 projects take minutes, and are still cheaper."""
    account = build_account(2000)
    account.duration = MAX_AGE + 1
    cache = account.create_cache()

    for row in reversed(account.rows):
        read(cache, account, row.id)

    assert account.now > 10 * MAX_AGE
    assert account.requests <= 41


def test_a_failed_list_request_fails_no_read() -> None:
    """Each row is then read by its own request."""
    account = build_account(5)
    account.is_down = True
    cache = account.create_cache()

    found = [read(cache, account, row.id) for row in account.rows]

    assert found == account.rows
    assert account.pages == 1


def test_an_insufficient_row_is_read_by_its_own_request() -> None:
    """A list may be stale, or lack fields."""
    account = build_account(5)
    cache = account.create_cache()
    for key in ("r0", "r1"):
        read(cache, account, key)

    cache.get("r2", lambda: account.fetch_row("r2"), lambda row: row.state == "new")

    assert account.single_reads == ["r0", "r2"]


def test_searches_share_one_walk_and_then_fetch_only_new_rows() -> None:
    """Two names share a walk; for a missing name only the last page is fetched again."""
    account = build_account(250)
    cache = account.create_cache()

    both = [
        cache.list_matching(lambda row: row.id == "r7"),
        cache.list_matching(lambda row: row.id == "r249"),
    ]
    walked = account.pages
    account.rows.append(Row("late"))
    late = cache.list_matching(lambda row: row.id == "late")
    none = cache.list_matching(lambda row: row.id == "none")

    assert [*both, late, none] == [[Row("r7")], [Row("r249")], [Row("late")], []]
    assert walked == 3
    assert account.pages == 5


def test_a_search_finds_a_written_row_in_its_new_state() -> None:
    """Two resources of one stack may have the same name."""
    account = build_account(3)
    cache = account.create_cache()
    cache.list_matching(lambda row: row.id == "r1")
    cache.record_write("r1", Row("r1", "new"))

    assert cache.list_matching(lambda row: row.state == "new") == [Row("r1", "new")]


@pytest.mark.parametrize("is_listed", [True, False], ids=["listed before", "listed after"])
def test_a_search_finds_a_row_that_is_being_changed(*, is_listed: bool) -> None:
    """In its last known state; a read of it still sends a request."""
    account = build_account(3)
    cache = account.create_cache()
    if is_listed:
        cache.list_matching(lambda row: row.id == "r1")
    cache.record_write("r1")

    assert cache.list_matching(lambda row: row.id == "r1") == [Row("r1")]
    read(cache, account, "r1")
    assert account.single_reads == ["r1"]


def test_a_failed_search_raises_and_can_be_repeated() -> None:
    """A row on a missing page does not count as missing."""
    account = build_account(5)
    account.is_down = True
    cache = account.create_cache()
    with pytest.raises(Bim360Error):
        cache.list_matching(lambda row: row.id == "r1")
    account.is_down = False

    assert cache.list_matching(lambda row: row.id == "r1") == [Row("r1")]
