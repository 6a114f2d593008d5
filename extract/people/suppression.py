"""Who was erased, as salted hashes: enough to know a person again, and nothing that names them.

Whoever has the salt can test whether a profile they know is in the list, which is what it is for; nobody can
read a profile out of it. Without the salt the list means nothing, so losing it is an error.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

from extract.people.profile_urls import parse_profile_urls
from extract.people.records import MEMBER_ID, PROVIDER_ID
from extract.workspace.errors import ConfigurationError
from extract.workspace.whole_files import write_whole
from extract.workspace.workspace import Workspace

# Reading a link takes 0.1 ms, and the same ones come in every file and pull.
REMEMBERED = 500_000
_known_keys: dict[str, str | None] = {}


class Suppressions:
    """The list of one workspace, in `folder`; false while nobody is in it.

    A line is a hash, the day, and why: `erased` on request, or `purged` because the data was too old. Whoever
    holds on to the list sees what another command puts into it.
    """

    def __init__(self, folder: Path):
        self._salt_path = folder / "salt"
        self._people_path = folder / "people"
        self._people: dict[str, str] = {}
        self._read_state: tuple[int, ...] | None = None
        self._refresh()

    def __len__(self) -> int:
        self._refresh()
        return len(self._people)

    @property
    def version(self) -> str:
        """What changes whenever the list does."""
        self._refresh()
        return "-".join(f"{number:x}" for number in self._read_state or ())

    def _refresh(self) -> None:
        """Read the list where it is another file than the one that was read: it is only replaced whole."""
        state = _state(self._people_path)
        if state == self._read_state:
            return
        people: dict[str, str] = {}
        if state:
            lines = self._people_path.read_text().splitlines()
            people = {person: rest for person, rest in (line.split(" ", 1) for line in lines)}
            if not self._salt_path.exists():
                raise ConfigurationError(
                    f"{self._salt_path} is gone, and without it nobody who was erased is known again: "
                    f"restore it, or remove {self._people_path} and erase those people once more"
                )
        self._people, self._read_state = people, state

    def add(self, keys: Iterable[str], on: date, why: str = "erased") -> None:
        """Put people in, by key (see `keys_of`); on disk when this returns."""
        self._refresh()
        new = {self._hash(key): f"{on} {why}" for key in keys}
        known = {person for person, rest in self._people.items() if rest.endswith((" erased", why))}
        if new.keys() <= known:
            return
        self._write(self._people | {person: rest for person, rest in new.items() if person not in known})

    def take(self, other: "Suppressions") -> int:
        """Put everybody in who is in another list of the same salt; how many were not, or only purged."""
        if self._salt() != other._salt():
            raise ConfigurationError(
                f"{other._people_path} and the list that is to be restored have different salts, so that no "
                f"list can hold both: move {other._people_path.parent} away, run this again, and erase those "
                "people once more"
            )
        new = {
            person: rest
            for person, rest in other._people.items()
            if not self._people.get(person, "-").endswith((" erased", rest.rpartition(" ")[2]))
        }
        if new:
            self._write(self._people | new)
        return len(new)

    def lift(self, keys: Iterable[str]) -> None:
        """Let people back in who were only purged."""
        self._refresh()
        hashes = {self._hash(key) for key in keys} if self._people else set()
        kept = {
            person: rest
            for person, rest in self._people.items()
            if person not in hashes or rest.endswith(" erased")
        }
        if len(kept) < len(self._people):
            self._write(kept)

    def erased(self, mentions: Collection[str], *, only_on_request: bool = False) -> set[str]:
        """Those of the mentions (links, member ids, marked provider ids) that stand for somebody in the list.

        With `only_on_request` without those whose data was only too old.
        """
        self._refresh()
        if not self._people:
            return set()
        reasons = ("erased",) if only_on_request else ("erased", "purged")
        return {
            text
            for text, key in keys_of(mentions).items()
            if self._people.get(self._hash(key), "-").endswith(reasons)
        }

    def _write(self, people: dict[str, str]) -> None:
        write_whole(
            self._people_path, "".join(f"{person} {rest}\n" for person, rest in people.items()).encode()
        )
        self._people, self._read_state = people, _state(self._people_path)

    def _hash(self, key: str) -> str:
        return hmac.new(self._salt(), key.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()

    def _salt(self) -> bytes:
        if not self._salt_path.exists():
            self._salt_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self._salt_path, secrets.token_hex(32).encode())
        return bytes.fromhex(self._salt_path.read_text())


def _state(path: Path) -> tuple[int, ...] | None:
    """What changes whenever a file is replaced; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def merge(source: Path, target: Path) -> int:
    """Bring the list in one folder into that of another, as `Suppressions` keep it; how many were new there.

    Raises ConfigurationError where both lists have people and salts of their own: hashes of different salts
    can't stand in one list.
    """
    theirs, ours = Suppressions(source), Suppressions(target)
    if not theirs:
        return 0
    if not ours:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("salt", "people"):
            write_whole(target / name, (source / name).read_bytes())
        return len(theirs)
    return ours.take(theirs)


def keys_of(mentions: Collection[str]) -> dict[str, str]:
    """Mention -> the key it stands for; without those that stand for no person."""
    if len(_known_keys) > REMEMBERED:
        _known_keys.clear()
    new = [text for text in mentions if text not in _known_keys and not text.startswith(PROVIDER_ID)]
    links = [f"linkedin.com/in/{text}" if MEMBER_ID.fullmatch(text) else text for text in new]
    if links:
        _known_keys.update(zip(new, (url.key for url in parse_profile_urls(links)), strict=True))
    keys = {text: text if text.startswith(PROVIDER_ID) else _known_keys[text] for text in mentions}
    return {text: key for text, key in keys.items() if key}


def suppressions(workspace: Workspace) -> Suppressions:
    """Who was erased from this workspace and is to be kept out of it."""
    return Suppressions(workspace.paths.suppressed)
