"""Postings of a job board as they are kept, whoever publishes it."""

from datetime import UTC, datetime

MOST = 50
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def posting_fields(board: str, postings: list[dict]) -> dict[str, object]:
    """The board, how many positions are open, and the newest postings without their texts.

    A posting: `title, department, location, date, url`, each a text or None; `date` is a time of ISO 8601,
    and kept as one of UTC.
    """
    titled = [posting | {"date": _in_utc(posting["date"])} for posting in postings if posting["title"]]
    newest = sorted(titled, key=lambda posting: posting["date"] or "", reverse=True)
    return {"job_board": board, "open_positions": len(titled), "job_postings": newest[:MOST]}


def _in_utc(text: str | None) -> str | None:
    """The same time in UTC, so that times sort as texts; None for what is none."""
    try:
        told = datetime.fromisoformat(text or "")
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC).strftime(_FORMAT)
    except (ValueError, OverflowError):
        return None
