"""Who runs: one module each."""
