"""The checks of ``bim360 doctor``."""
