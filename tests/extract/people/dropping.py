"""Files dropped into a folder beside a raw database, landed and loaded without a server."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from extract import raw
from extract.people.dropped_files import DroppedFiles
from extract.people.suppression import Suppressions
from extract.raw.landing import Landing, finished_folders
from tests.extract.heyreach.scripted_workspace import load

NOW = datetime(2026, 1, 1, 2, tzinfo=UTC)


@dataclass
class Dropped:
    """A folder of files of one kind beside a raw database; the `extractions` are an hour apart."""

    folder: Path
    extractions: int = 0

    kind: ClassVar[type[DroppedFiles]]
    name: ClassVar[str]

    @property
    def raw_path(self) -> Path:
        return self.folder / "raw.duckdb"

    def put(self, name: str, content: bytes) -> Path:
        """Write a file anew."""
        path = self.folder / self.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def append(self, name: str, content: bytes) -> None:
        with (self.folder / self.name / name).open("ab") as file:
            file.write(content)

    def extract(self, erased: Suppressions | None = None) -> list[str]:
        """Land the news with a pull and load it; returns the warnings."""
        self.extractions += 1
        pull_id, at = f"p{self.extractions}", NOW + timedelta(hours=self.extractions)
        with Landing(self.folder / "landing") as landing:
            with raw.connect(self.raw_path, read_only=True) as connection:
                files = self.kind(self.folder / self.name, connection, at, pull_id, erased)
                for table, row in files.news():
                    landing.write(table, row)
            pull = {"pull_id": pull_id, "landing_id": landing.landing_id, "resource": "pull"}
            landing.write("pulls", {**dict.fromkeys(raw.TABLES["pulls"]), **pull, "finished_at": at})
        load(finished_folders(self.folder / "landing")[-1], self.raw_path)
        return files.warnings

    def query(self, sql: str) -> list[tuple]:
        with raw.connect(self.raw_path, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def set_aside(self) -> list[str]:
        """The place of every line set aside."""
        table = self.kind.lines_table
        rows = self.query(f"select scope_id from heyreach.quarantined_rows where resource = '{table}'")
        return sorted(row[0] for row in rows)
