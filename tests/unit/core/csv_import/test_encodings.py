"""Decode files: a detectable encoding is read, and each suggestion for another one works."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.core.csv_import.text import Mistake, decode_file

HEADER = "name;start_date;end_date;project_type;value;currency;city\n"
TEXT = HEADER + "Ålesund Kai;2027-01-01;2028-01-01;Office;1;NOK;Ålesund\n"
NAMES = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp1250"),
    *("mac-roman", "cp437", "shift-jis", "gb18030", "utf-7", "idna", "base64", "undefined", "\0"),
)
CODECS = st.sampled_from(NAMES)


def get_refusal(content: bytes, encoding: str | None = None) -> str:
    """Return the message for a file, or an empty text if it is valid."""
    found = decode_file(content, encoding)
    return str(found) if isinstance(found, Mistake) else ""


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_a_unicode_file_needs_no_encoding_with_or_without_a_mark(codec: str) -> None:
    """UTF-16 without a mark is detected by its NUL bytes."""
    assert decode_file(TEXT.encode(codec)) == TEXT


def test_chinese_cells_under_an_english_header_are_read_without_a_mark() -> None:
    """Only in the header is every other byte NUL."""
    text = HEADER + "品川データセンター;2027-01-01;2028-01-01;Office;1;JPY;東京\n" * 50

    assert decode_file(text.encode("utf-16-le")) == text
    assert decode_file(text.encode("utf-16-be")) == text
    assert decode_file(text.encode("utf-16-be"), "utf-16-be") == text


def test_the_suggestion_to_name_cp1252_works() -> None:
    """It is shown only if the whole file is valid cp1252."""
    content = TEXT.encode("cp1252")
    advised = re.search(r"encoding='(.*?)'", get_refusal(content))

    assert advised
    assert decode_file(content, advised[1]) == TEXT


@pytest.mark.parametrize("codec", ["mac-roman", "cp850", "cp437", "cp1252"])
def test_cp1252_is_suggested_only_for_its_own_letters(codec: str) -> None:
    """As cp1252, letters of other code pages would be wrong without a message: `TŸren`."""
    content = f"{TEXT}Türen,2027-01-01,2027-12-31,Office,1,EUR,Köln\n".encode(codec)

    assert ("encoding='cp1252'" in get_refusal(content)) is (codec == "cp1252")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("named", ["cp1252", "latin-1", "utf-8", "utf-16-le", "utf-16-be"])
def test_a_wrong_encoding_is_refused_with_advice_that_works(codec: str, named: str) -> None:
    """``Ã…lesund`` would be another city; an accepted file has the original text."""
    content = TEXT.encode(codec)
    said = get_refusal(content, named)

    assert said or decode_file(content, named) == TEXT
    assert not said or said.endswith("leave out the argument encoding")
    assert decode_file(content) == TEXT


def test_the_message_for_a_file_of_two_encodings_names_its_lines() -> None:
    """As cp1252, its other lines would be wrong without a message."""
    content = TEXT.encode() + b"M\xfcnchen;;;;;;\n" + b"K\xf6ln;;;;;;\n"

    assert get_refusal(content) == (
        "line 3: is not utf-8 text (byte 0xFC): other lines are UTF-8, so the file mixes two "
        "encodings; type the letters in line 3, 4 again in an editor, and save the file as UTF-8"
    )


def test_a_file_of_two_encodings_that_is_retyped_is_read() -> None:
    """The suggestion of the test above works."""
    mended = TEXT.encode() + "München;;;;;;\n".encode() + "Köln;;;;;;\n".encode()

    assert decode_file(mended) == TEXT + "München;;;;;;\nKöln;;;;;;\n"


@pytest.mark.parametrize("begin", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1"])
def test_a_workbook_is_recognized(begin: bytes) -> None:
    """A user may pass the file of the spreadsheet program itself."""
    assert get_refusal(begin + b"\0\1\2") == (
        "is a workbook of a spreadsheet program, not a CSV file: save the file as 'CSV UTF-8'"
    )


@pytest.mark.parametrize("encoding", ["utf9", "", "base64", "\0", "undefined", 1252])
def test_a_codec_that_is_not_a_text_encoding_is_refused(encoding: str) -> None:
    """Python has such codecs."""
    assert "encoding" in get_refusal(TEXT.encode("cp1252"), encoding)


@given(st.binary(max_size=60), st.one_of(st.none(), CODECS, st.text(max_size=5)))
def test_any_bytes_are_text_or_a_mistake(content: bytes, encoding: str | None) -> None:
    """This holds for any named encoding."""
    assert isinstance(decode_file(content, encoding), (str, Mistake))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), CODECS)
def test_an_accepted_file_has_its_original_text(cell: str, codec: str) -> None:
    """The encoding is the right one, another one or not given."""
    try:
        content = (HEADER + cell).encode(codec)
    except (UnicodeError, LookupError, ValueError):
        return
    text = HEADER + cell

    found = decode_file(content, codec)
    assert isinstance(found, Mistake) or found == text or codec == "idna"
    found = decode_file(content)
    assert isinstance(found, Mistake) or found == text or not codec.startswith("utf-8")
