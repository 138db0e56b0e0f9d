"""A small deployment engine for unchanged Pulumi Python programs; it knows nothing of BIM 360."""
