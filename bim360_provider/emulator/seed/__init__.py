"""Seeds: the initial state of an emulator."""
