"""The state of a stack: resources, property values, secrets and the file."""
