"""Secrets leave no trace in the state, and are known again."""

import base64
import pickle

from bim360_provider.testing.engine.state.secrets import SecretStore, is_class_reference
from bim360_provider.testing.engine.state.values import UNKNOWN, Secret, SecretDigest


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
    sealed = SecretStore(b"salt").digest_secret(Secret({"a": [1, "x"]}))
    later = SecretStore(b"salt")
    later.remember_secrets({"elsewhere": Secret({"a": [1, "x"]})})

    assert later.restore_secrets({"p": Secret(sealed)}) == {"p": Secret({"a": [1, "x"]})}


def test_an_unknown_digest_stays_closed() -> None:
    """And is the same digest when it is sealed again."""
    sealed = SecretStore(b"salt").digest_secret(Secret("horse"))
    later = SecretStore(b"salt")

    assert later.restore_secrets({"p": Secret(sealed)}) == {"p": Secret(sealed)}
    assert later.digest_secret(Secret(sealed)) == sealed


def test_the_salt_makes_the_digests_of_two_states_differ() -> None:
    """So nobody can look them up in a table made once."""
    assert SecretStore(b"one").digest_secret(Secret("x")) != SecretStore(b"two").digest_secret(
        Secret("x")
    )


def test_what_is_not_known_yet_is_not_learned() -> None:
    """A preview's secrets may be unknown, or closed."""
    keyring = SecretStore(b"salt")

    keyring.remember_secrets([Secret(UNKNOWN), Secret(SecretDigest("ab"))])

    assert not keyring.has_secret_in("[unknown]")


def test_a_copy_of_a_secret_gives_it_away() -> None:
    """Whole if it is short, also as a part of a text if it is long."""
    keyring = SecretStore(b"salt")
    keyring.remember_secrets([Secret("abc"), Secret("correct horse"), Secret("no")])

    assert keyring.has_secret_in("abc")
    assert not keyring.has_secret_in("abcd")
    assert keyring.has_secret_in("https://correct horse@host")
    assert not keyring.has_secret_in("no")


def test_the_screen_masks_every_copy() -> None:
    """The longest first, so that nothing of it is left over."""
    keyring = SecretStore(b"salt")
    keyring.remember_secrets([Secret("horse"), Secret("correct horse")])

    assert keyring.mask_text("a correct horse, a horse") == "a [secret], a [secret]"


def test_a_pickled_name_is_told_from_a_pickled_thing() -> None:
    """Only the first can be kept in the clear: it holds nothing but a class's name."""
    assert is_class_reference(pickled(Named()))
    assert not is_class_reference(pickled(Keeping()))
    assert not is_class_reference("no base64!")
    assert not is_class_reference("bm8gcGlja2xl")
