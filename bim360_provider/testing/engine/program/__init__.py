"""The user's program: its project, its configuration and its requests to the engine."""
