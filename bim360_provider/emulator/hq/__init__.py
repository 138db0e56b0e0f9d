"""HQ's endpoints and their rules."""
