"""Webhook payloads as files of JSON lines, by the door or the operator's own receiver, landed with a pull.

A line is landed as it came: what a relay put around payloads, or several in one line, staging takes apart.
"""

from collections.abc import Sequence

from extract.heyreach.webhook_lines import event_key
from extract.people.dropped_files import DroppedFiles, Judged


class WebhookFiles(DroppedFiles):
    """The files of the `webhooks` folder, and what of them raw lacks."""

    lines_table = "webhook_events"
    files_table = "webhook_files"
    holds = "events"

    def judge(self, lines: Sequence[bytes]) -> list[Judged]:
        reason = "no JSON object or list of them, of valid text and usual length"
        return [Judged(event_key(line), reason) for line in lines]

    def complaints(self, set_aside: Sequence[tuple[int, str]]) -> list[str]:
        lines = "1 line is" if len(set_aside) == 1 else f"{len(set_aside):,} lines are"
        return [f"{lines} no JSON object and set aside; see quarantined_rows"]
