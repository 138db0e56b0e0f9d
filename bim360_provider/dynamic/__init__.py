"""Pulumi's door to the core: dynamic providers, run by ``python -m pulumi.dynamic``.

The import paths in this folder are for ever: every state refers to them.
"""
