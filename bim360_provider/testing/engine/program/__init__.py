"""Runs the user's program: reads project and configuration, serves its requests."""
