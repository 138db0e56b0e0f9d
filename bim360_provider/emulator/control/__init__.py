"""The control plane, with which tests and the demo inspect and change the emulator."""
