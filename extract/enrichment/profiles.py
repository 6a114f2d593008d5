"""Where profile text comes from: files an operator supplies and, if switched on, polite fetching."""

import hashlib
import re
import threading
from pathlib import Path

from extract.enrichment.base import RowError
from extract.enrichment.config import EnrichmentConfig
from extract.enrichment.fetcher import PoliteFetcher
from extract.people.suppression import suppressions
from extract.workspace.workspace import Workspace

MAX_BYTES = 1_000_000
KEPT_DAYS = 30


class ProfileSource:
    """Profile texts by person; one for all threads.

    A file is named after the end of the profile link: `data/profiles/sam-sample.txt` for
    linkedin.com/in/sam-sample. What was fetched lies in `fetched` beside it, for at most 30 days. Pages are
    where the links of people lead, or, those of the demo's people, at `sandbox`.
    """

    def __init__(self, folder: Path, config: EnrichmentConfig, workspace: Workspace, sandbox: str = ""):
        self.folder = folder
        self._sandbox = sandbox
        self._fetcher = None
        if sandbox:
            self._fetcher = PoliteFetcher.of_the_sandbox(workspace)
        elif config.may_fetch:
            self._fetcher = PoliteFetcher.of(config, workspace)
        self._suppressions = suppressions(workspace)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Nothing stays open."""

    def end(self) -> None:
        """Let nothing be fetched any more, from another thread."""
        if self._fetcher:
            self._fetcher.end()

    def hang_up(self) -> None:
        """End what is being fetched, from another thread."""
        if self._fetcher:
            self._fetcher.hang_up()

    def text(self, person: str, url: str) -> tuple[str, str]:
        """The text about a person and its origin, file or page.

        Raises RowError where there is none, HostRefusesError where the page's host refuses to be asked.
        """
        slug = person.rsplit("/", 1)[-1]
        if not re.fullmatch(r"[\w.%-]{1,200}", slug) or slug.startswith("."):
            raise RowError("no file can be named after this profile link")
        for path, origin in ((self.folder / f"{slug}.txt", "file"), (self._fetched(slug), "page")):
            if path.is_file() and not path.is_symlink():
                return _read(path), origin
        if not self._fetcher:
            raise RowError(f"there is no {self.folder.name}/{slug}.txt, and fetching is off")
        with self._lock:
            page = f"{self._sandbox}/in/{slug}" if self._sandbox else url
            text = self._fetcher.text(page)
            if self._suppressions.erased({person}):
                raise RowError("erased while the page was fetched")
            path = self._fetched(slug)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return text, "page"

    def purge(self, now: float) -> int:
        """Remove fetched pages older than they may be kept; returns how many."""
        old = [
            path
            for path in (self.folder / "fetched").glob("*.txt")
            if path.stat().st_mtime < now - KEPT_DAYS * 86400
        ]
        for path in old:
            path.unlink()
        return len(old)

    def _fetched(self, slug: str) -> Path:
        return self.folder / "fetched" / f"{slug}.txt"


def fingerprint(text: str) -> str:
    """What tells one text from another without keeping it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _read(path: Path) -> str:
    content = path.read_bytes()
    if len(content) > MAX_BYTES:
        raise RowError(f"{path.name} is larger than 1 MB; keep only the profile's text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RowError(f"{path.name} is not in UTF-8; save it as UTF-8") from None
