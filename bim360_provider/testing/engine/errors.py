"""Why the engine stops: one line a person can act on."""


class LocalEngineError(Exception):
    """The run cannot start or go on; the message says what to do."""
