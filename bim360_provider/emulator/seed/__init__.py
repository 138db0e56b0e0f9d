"""Seeds: what an emulator contains when it starts."""
