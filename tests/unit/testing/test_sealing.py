"""Secrets leave no trace in the state, and are known again."""

import base64
import pickle

from bim360_provider.testing.engine.state.secrets import Keyring, is_only_a_name
from bim360_provider.testing.engine.state.values import UNKNOWN, Sealed, Secret


class Named:
    """What a provider class is to the pickle: a name."""


class Keeping:
    """A provider that carries something along."""

    def __init__(self) -> None:
        self.token = "t0ps3cret"


def pickled(thing: object) -> str:
    """Return what Pulumi would put into ``__provider``."""
    return base64.b64encode(pickle.dumps(thing)).decode()


def test_a_secret_is_known_again_by_its_digest() -> None:
    """In another run, once that run has learned it."""
    sealed = Keyring(b"salt").seal(Secret({"a": [1, "x"]}))
    later = Keyring(b"salt")
    later.learn({"elsewhere": Secret({"a": [1, "x"]})})

    assert later.open({"p": Secret(sealed)}) == {"p": Secret({"a": [1, "x"]})}


def test_an_unknown_digest_stays_closed() -> None:
    """And is the same digest when it is sealed again."""
    sealed = Keyring(b"salt").seal(Secret("horse"))
    later = Keyring(b"salt")

    assert later.open({"p": Secret(sealed)}) == {"p": Secret(sealed)}
    assert later.seal(Secret(sealed)) == sealed


def test_the_salt_makes_the_digests_of_two_states_differ() -> None:
    """So nobody can look them up in a table made once."""
    assert Keyring(b"one").seal(Secret("x")) != Keyring(b"two").seal(Secret("x"))


def test_what_is_not_known_yet_is_not_learned() -> None:
    """A preview's secrets may be unknown, or closed."""
    keyring = Keyring(b"salt")

    keyring.learn([Secret(UNKNOWN), Secret(Sealed("ab"))])

    assert not keyring.gives_away("[unknown]")


def test_a_copy_of_a_secret_gives_it_away() -> None:
    """Whole if it is short, also as a part of a text if it is long."""
    keyring = Keyring(b"salt")
    keyring.learn([Secret("abc"), Secret("correct horse"), Secret("no")])

    assert keyring.gives_away("abc")
    assert not keyring.gives_away("abcd")
    assert keyring.gives_away("https://correct horse@host")
    assert not keyring.gives_away("no")


def test_the_screen_masks_every_copy() -> None:
    """The longest first, so that nothing of it is left over."""
    keyring = Keyring(b"salt")
    keyring.learn([Secret("horse"), Secret("correct horse")])

    assert keyring.mask("a correct horse, a horse") == "a [secret], a [secret]"


def test_a_pickled_name_is_told_from_a_pickled_thing() -> None:
    """Only the first can be kept in the clear: it holds nothing but a class's name."""
    assert is_only_a_name(pickled(Named()))
    assert not is_only_a_name(pickled(Keeping()))
    assert not is_only_a_name("no base64!")
    assert not is_only_a_name("bm8gcGlja2xl")
