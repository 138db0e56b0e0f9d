"""The emulator's database."""
