"""Plans as people read them: a review for a pull request, or for a terminal."""
