"""The emulator behind a TCP port."""
