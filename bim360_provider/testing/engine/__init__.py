"""A small deployment engine for Pulumi Python programs; independent of BIM 360."""
