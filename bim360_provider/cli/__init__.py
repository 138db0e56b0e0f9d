"""The command line ``bim360``: a local HQ, a local engine and a demo."""
