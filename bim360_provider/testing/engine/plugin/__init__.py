"""The processes of providers, and the engine's calls to them."""
