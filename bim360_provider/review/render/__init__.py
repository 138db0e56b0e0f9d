"""Render a review as Markdown, JSON or terminal text."""
