"""Operations on a stack: which resources are created, changed and deleted, in which order."""
