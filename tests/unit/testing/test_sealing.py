"""The state stores digests of secrets, from which a run restores them."""

import base64
import pickle

from bim360_provider.testing.engine.state.secrets import SecretStore, is_class_reference
from bim360_provider.testing.engine.state.values import UNKNOWN, Secret, SecretDigest


class Stateless:
    """A provider class without state."""


class Stateful:
    """A provider with a secret in its state."""

    def __init__(self) -> None:
        self.token = "t0ps3cret"


def pickle_provider(provider: object) -> str:
    """Return the value of ``__provider``."""
    return base64.b64encode(pickle.dumps(provider)).decode()


def test_a_secret_is_restored_by_its_digest() -> None:
    """Another run restores it after it has seen the secret."""
    digest = SecretStore(b"salt").digest_secret(Secret({"a": [1, "x"]}))
    later = SecretStore(b"salt")
    later.remember_secrets({"elsewhere": Secret({"a": [1, "x"]})})

    assert later.restore_secrets({"p": Secret(digest)}) == {"p": Secret({"a": [1, "x"]})}


def test_an_unknown_digest_is_kept() -> None:
    """Saving it again gives the same digest."""
    digest = SecretStore(b"salt").digest_secret(Secret("horse"))
    later = SecretStore(b"salt")

    assert later.restore_secrets({"p": Secret(digest)}) == {"p": Secret(digest)}
    assert later.digest_secret(Secret(digest)) == digest


def test_the_salt_makes_the_digests_of_two_states_differ() -> None:
    """Precomputed tables must not work."""
    assert SecretStore(b"one").digest_secret(Secret("x")) != SecretStore(b"two").digest_secret(
        Secret("x")
    )


def test_unknown_secrets_are_not_stored() -> None:
    """Secrets of a preview may be unknown or digests."""
    secret_store = SecretStore(b"salt")

    secret_store.remember_secrets([Secret(UNKNOWN), Secret(SecretDigest("ab"))])

    assert not secret_store.has_secret_in("[unknown]")


def test_a_copy_of_a_secret_is_detected() -> None:
    """A short secret must be the whole text; a long one may be a part."""
    secret_store = SecretStore(b"salt")
    secret_store.remember_secrets([Secret("abc"), Secret("correct horse"), Secret("no")])

    assert secret_store.has_secret_in("abc")
    assert not secret_store.has_secret_in("abcd")
    assert secret_store.has_secret_in("https://correct horse@host")
    assert not secret_store.has_secret_in("no")


def test_every_copy_of_a_secret_is_masked() -> None:
    """Longer secrets are masked first."""
    secret_store = SecretStore(b"salt")
    secret_store.remember_secrets([Secret("horse"), Secret("correct horse")])

    assert secret_store.mask_text("a correct horse, a horse") == "a [secret], a [secret]"


def test_only_a_pickled_class_name_is_a_class_reference() -> None:
    """Only such a pickle may be stored in plain text."""
    assert is_class_reference(pickle_provider(Stateless()))
    assert not is_class_reference(pickle_provider(Stateful()))
    assert not is_class_reference("no base64!")
    assert not is_class_reference("bm8gcGlja2xl")
