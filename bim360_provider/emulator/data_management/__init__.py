"""Data Management's folders, and their permissions in BIM 360 Docs."""
