"""A review as Markdown, JSON or terminal output."""
