"""The API of Autodesk Construction Cloud, which also serves projects of BIM 360."""
