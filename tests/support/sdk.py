"""The version of Pulumi's SDK, for tests of what only newer versions have."""

from importlib.metadata import version

import pytest

SDK_VERSION = tuple(map(int, version("pulumi").split(".")[:2]))


def needs_sdk(minor: int, feature: str) -> pytest.MarkDecorator:
    """Return a mark that skips a test on SDKs older than 3.``minor``, which lack the feature."""
    return pytest.mark.skipif(
        (3, minor) > SDK_VERSION, reason=f"{feature}: since version 3.{minor} of Pulumi's SDK"
    )
