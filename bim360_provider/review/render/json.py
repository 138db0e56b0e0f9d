"""Render a review as JSON."""

import json
from dataclasses import asdict

from bim360_provider.review.model import Review
from bim360_provider.review.sections import format_summary_line

__all__ = ["render_json"]


def render_json(review: Review) -> str:
    """Return a complete review as a JSON document."""
    changes = [{**asdict(each), "verb": each.verb.value} for each in review.changes]
    document = {
        "title": review.title,
        "summary": format_summary_line(review),
        "failed": review.failed,
        "counts": review.counts,
        "possible": {kind: n for kind, n in review.possible.items() if n},
        "looked": review.has_refresh,
        "changes": changes,
        "messages": [asdict(each) for each in review.messages if each.severity != "info"],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)
