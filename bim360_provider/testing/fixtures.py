"""The pytest plugin: a stack of your own against the emulator."""
