"""Runs provider hosts and calls providers over gRPC."""
