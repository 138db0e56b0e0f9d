"""The command line ``bim360``."""
