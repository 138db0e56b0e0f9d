"""Summarize a Pulumi plan for a pull request or a terminal."""
