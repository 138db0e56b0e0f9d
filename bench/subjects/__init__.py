"""The subjects of the bench, one module each."""
