"""Measures what a run costs and compares it with the alternatives: ``make bench``."""
