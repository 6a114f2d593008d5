"""Texts that were changed for one person, in a journal: the newest line of a person and step counts."""

import secrets
from datetime import UTC, datetime

from extract.workspace import journal
from extract.workspace.paths import Paths

PROFILE = "https://www."


def changed_texts(paths: Paths) -> dict[tuple[str, str], str]:
    """Key of the person and step -> the text that is theirs now."""
    found: dict[tuple[str, str], str] = {}
    for row in journal.rows(paths.changed_texts):
        place = row["profile_url"].removeprefix(PROFILE), row["step"]
        if row["text"]:
            found[place] = row["text"]
        else:
            found.pop(place, None)
    return found


def steps_ever_changed(paths: Paths) -> dict[str, set[str]]:
    """Key of the person -> the steps whose text was changed for them, taken back or not."""
    found: dict[str, set[str]] = {}
    for row in journal.rows(paths.changed_texts):
        found.setdefault(row["profile_url"].removeprefix(PROFILE), set()).add(row["step"])
    return found


def change(paths: Paths, key: str, step: str, text: str | None) -> None:
    """Keep a text for a person, who is named by their key; None takes it back."""
    row = {"change_id": secrets.token_hex(8), "profile_url": PROFILE + key, "step": step, "text": text}
    journal.append(paths.changed_texts, {**row, "declared_at": datetime.now(UTC)})
