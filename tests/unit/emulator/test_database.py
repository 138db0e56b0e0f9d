"""The database file: its contents, and when the seed is used."""

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from bim360_provider.emulator import CLIENT_SECRET, Emulator, parse_seed
from bim360_provider.emulator.storage.database import FORMAT_VERSION, StoreError
from tests.support.emulator import request_token

ONE = {"accounts": [{"id": "a", "name": "A", "projects": [{"name": "One"}]}]}


def test_the_state_survives_a_restart(tmp_path: Path) -> None:
    """Projects, accounts and the counters of ids."""
    path = str(tmp_path / "hq.db")
    first = Emulator(parse_seed(ONE), database=path)
    before = first.call_control_plane("GET", "/state")
    first.close()

    second = Emulator(parse_seed({}), database=path)
    after = second.call_control_plane("GET", "/state")
    second.close()

    assert after == before


def test_a_reset_of_a_stored_state_uses_the_current_seed(tmp_path: Path) -> None:
    """The file does not contain its first seed."""
    path = str(tmp_path / "hq.db")
    Emulator(parse_seed(ONE), database=path).close()
    second = Emulator(parse_seed({}), database=path)

    second.call_control_plane("POST", "/reset")

    state = second.call_control_plane("GET", "/state")
    second.close()
    assert state["accounts"] == []


def test_no_secret_is_written_to_the_file(tmp_path: Path) -> None:
    """Only a digest of it."""
    path = tmp_path / "hq.db"
    Emulator(database=str(path)).close()

    assert CLIENT_SECRET.encode() not in path.read_bytes()


def test_a_file_that_is_not_a_database_raises_a_one_line_error(tmp_path: Path) -> None:
    """The error names it, and it is not changed."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)

    with pytest.raises(StoreError, match=r"notes\.txt cannot be used .* Use another file"):
        Emulator(database=str(path))

    assert path.read_text().startswith("not a database")


def test_an_empty_file_is_a_new_database(tmp_path: Path) -> None:
    """``mktemp`` creates such files; the seed is loaded."""
    path = tmp_path / "hq.db"
    path.touch()
    emulator = Emulator(parse_seed(ONE), database=str(path))

    state = emulator.call_control_plane("GET", "/state")

    emulator.close()
    assert [account["id"] for account in state["accounts"]] == ["a"]


def test_a_file_without_the_table_of_tokens_is_opened(tmp_path: Path) -> None:
    """An earlier version wrote it; only its tokens are refused."""
    path = str(tmp_path / "hq.db")
    Emulator(database=path).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE tokens")
    emulator = Emulator(database=path)

    reply = request_token(emulator)

    emulator.close()
    assert reply.status == 200


def test_other_columns_need_another_format(tmp_path: Path) -> None:
    """A file of the same format has no other ones; a new format gets its digest here."""
    path = str(tmp_path / "hq.db")
    Emulator(database=path).close()
    columns = (
        'SELECT t.name, c.name, c.type, c."notnull" FROM sqlite_master t '
        "JOIN pragma_table_info(t.name) c WHERE t.type = 'table' "
        "AND t.name NOT IN ('sqlite_sequence', 'tokens') ORDER BY 1, 2"
    )

    with closing(sqlite3.connect(path)) as database:
        digest = sha256(repr(database.execute(columns).fetchall()).encode()).hexdigest()

    assert {FORMAT_VERSION: digest[:8]} == {3: "f85c06ea"}


@pytest.mark.parametrize("version", [1, 9])
def test_a_file_of_another_format_is_not_changed(tmp_path: Path, version: int) -> None:
    """An older or a newer emulator may have created it."""
    path = tmp_path / "hq.db"
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {version}")
    database.close()

    with pytest.raises(StoreError, match=rf"its format is {version}, not 3\. Use another file\."):
        Emulator(database=str(path))


def test_a_new_database_is_private(tmp_path: Path) -> None:
    """Including the files that SQLite creates next to it."""
    emulator = Emulator(parse_seed(ONE), database=str(tmp_path / "hq.db"))

    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    emulator.close()

    assert modes.keys() > {"hq.db"}
    assert set(modes.values()) == {0o600}


def test_a_missing_folder_raises_a_one_line_error(tmp_path: Path) -> None:
    """With the reason."""
    with pytest.raises(StoreError, match=r"hq\.db cannot be used .*No such file"):
        Emulator(database=str(tmp_path / "nowhere" / "hq.db"))
