"""Every kind of file in a data folder: what it holds, what makes it grow, and what keeps it from growing on.

Paths are patterns below the workspace (the data folder, or `demo` in it). `bound` is a kind of `make purge`
(extract/privacy/purge.py), or one of the reasons below why there is nothing to purge.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

LANDINGS, DROPPED, RESULTS, BACKUPS = (
    "landing folders",
    "webhook and signal files",
    "reports, results and files of leads",
    "backups",
)
SET_ASIDE, LOGS, PAGES, JOURNALS = (
    "set-aside databases",
    "logs",
    "fetched profile pages",
    "lines of journals",
)
DISCOVERED = "companies that were discovered"
LEADS = "leads"  # its rows about people go with them
REPLACED = "replaced"  # the next build or run makes it anew
FIXED = "one each"  # a file for each key, job, list or lock, and no more
SWEPT = "swept"  # of something that is under way or was cut off; the next run removes it
KEPT = "kept"  # for good: a short line each, without which what is gone would not be missed
OWN = "yours"  # the operator put it there

# Journals whose lines grow old, and what tells how old one is.
TRIMMED = {"runs.jsonl": "happened_at", "alerts.jsonl": "happened_at", "snapshots.jsonl": "reported_at"}
# What reports and verbs wrote for people to read.
RESULT_FILES = ("reports/*", "imports/*", "enrichment/*", "leads/*")
PURGED = (LANDINGS, DROPPED, RESULTS, BACKUPS, SET_ASIDE, LOGS, PAGES, JOURNALS, DISCOVERED)


@dataclass(frozen=True)
class FileKind:
    """A kind of file: its patterns, in words what it is and when one is added, and its bound."""

    patterns: tuple[str, ...]
    holds: str
    grows: str
    bound: str

    def has(self, name: str) -> bool:
        """Whether a path below the workspace belongs here."""
        return any(fnmatchcase(name, pattern) for pattern in self.patterns)


FILE_KINDS = (
    FileKind(
        ("raw.duckdb", "raw.duckdb.wal"), "every observation", "what changed since the pull before", LEADS
    ),
    FileKind(("warehouse.duckdb",), "what is published", "each build replaces it", REPLACED),
    FileKind(
        ("build.duckdb*", "dbt/*", "docs/*", "heyreach_account_config.csv"),
        "what builds work with, and the dbt docs",
        "each build replaces it",
        REPLACED,
    ),
    FileKind(("landing/*/*", "landing/version"), "what pulls brought", "a folder each pull", LANDINGS),
    FileKind(
        tuple(f"journal/{name}" for name in TRIMMED),
        "what ran, what was told of it, which figures were reported",
        "some lines each run",
        JOURNALS,
    ),
    FileKind(
        (
            *("journal/landings.jsonl", "journal/acknowledgements.jsonl", "journal/erasures.jsonl"),
            *("journal/advice.jsonl", "journal/scoring_configs.jsonl", "journal/message_tests.jsonl"),
            "journal/version",
        ),
        "what was landed, acknowledged, erased, said of advice, scored by, tested",
        "a line each",
        KEPT,
    ),
    FileKind(("journal/watches.jsonl",), "whom you watch, and what was told of them", "a line each", LEADS),
    FileKind(("journal/dismissals.jsonl",), "whom you dismissed from the inbox", "a line each", LEADS),
    FileKind(("journal/changed_texts.jsonl",), "texts you changed for one person", "a line each", LEADS),
    FileKind(("journal/discoveries.jsonl",), "companies that searches brought", "a line each", DISCOVERED),
    FileKind(RESULT_FILES, "reports, results and leads to follow", "some files each", RESULTS),
    FileKind(
        ("imports.sqlite*", "enrichment.sqlite*", "acts.sqlite*", "plans.sqlite*"),
        "what was imported, asked, done and planned",
        "rows of each import, enrichment, act and plan",
        LEADS,
    ),
    FileKind(("server/jobs.sqlite*",), "what was asked of the server", "a row each", LEADS),
    FileKind(("server/token", ".door.json"), "who may come in, and where webhooks do", "one each", FIXED),
    FileKind(("logs/*.log",), "what scheduled jobs printed", "some lines each job", LOGS),
    FileKind(
        ("webhooks/*", "signals/*"),
        "payloads, as a receiver left them; signals, as a site or you did",
        "a file a day, as you like",
        DROPPED,
    ),
    FileKind(("profiles/fetched/*",), "fetched profile pages", "one each, while that is switched on", PAGES),
    FileKind(("profiles/*",), "profile texts", "what you put there", OWN),
    FileKind(("suppressed/*",), "who was erased, as salted hashes", "a line each", FIXED),
    FileKind(("backups/*",), "backups, and what a restore replaced", "one each", BACKUPS),
    FileKind(("from-backup/*",), "configuration out of a backup", "the files of one backup", FIXED),
    FileKind(("*.set-aside-*",), "damaged databases", "one each time", SET_ASIDE),
    FileKind(("pacing/*", ".*.lock"), "the pace of each key, and locks", "one each", FIXED),
    FileKind(
        (
            *(".dlt-*", ".period-*", ".docs-*", ".restore*", "*/.*.partial", ".*.partial", ".writable-*"),
            *(".heyreach_account_config.csv.*", "landing/.*", "backups/.*", "*.duckdb.tmp/*", ".reading-*"),
        ),
        "something under way",
        "gone at its end",
        SWEPT,
    ),
)


def kind_of(name: str) -> FileKind | None:
    """The kind of file that a path below a workspace is of; hidden ones first, None for an unknown one."""
    hidden_first = sorted(FILE_KINDS, key=lambda kind: kind.bound != SWEPT)
    return next((kind for kind in hidden_first if kind.has(name)), None)
