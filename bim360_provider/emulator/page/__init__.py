"""The web page of the emulator: what the accounts contain, and the changes people make by hand."""
