"""The control plane: what tests and the demo use to inspect and change the emulator."""
