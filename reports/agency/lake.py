"""The lake: what each workspace published for all of them, as Parquet, in whole generations.

    lake/<table>/workspace_id=<name>/<generation>.parquet
    lake/manifests/<name>.json       which of them holds, since when, how many rows

A workspace's files are written beside those that hold, then its manifest changes in one step, then the older
files go. So a process that is killed leaves the old generation or the new one, and whoever lists files by the
manifests never sees two.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import orjson

from extract import raw
from extract.workspace.errors import ConfigurationError
from extract.workspace.published import connect_published, version_of
from extract.workspace.sql_text import literal
from extract.workspace.strict_yaml import shown
from extract.workspace.whole_files import write_whole

# Those of the published schema `lake`, without their prefix.
TABLES = ("workspaces", "segments", "senders", "bottlenecks")
# Goes up when a column changes its meaning or goes; a new one needs none.
SCHEMA_VERSION = 1
# Releases of a fleet may be one apart.
OLDEST_READ = max(1, SCHEMA_VERSION - 1)
MANIFESTS = "manifests"


@dataclass(frozen=True)
class Manifest:
    """What of one workspace holds in the lake; `published` names the file that it was taken from.

    `origin` is the HeyReach workspace, hashed: two of the agency's must not be one of HeyReach's.
    """

    workspace_id: str
    generation: int
    schema_version: int
    published: str
    origin: str
    run_id: str
    as_of: str
    is_demo: bool
    exported_at: str
    rows: dict[str, int]

    def file(self, lake: Path, table: str) -> Path:
        """Where the rows of one table are."""
        return lake / table / f"workspace_id={self.workspace_id}" / f"{self.generation:08}.parquet"


def export(name: str, published: Path, lake: Path, keys: Path, origin: raw.Origin | None) -> Manifest:
    """Bring what a workspace published into the lake, unless that is there already; returns what holds now.

    `keys` is the folder of the secrets with which ids are hashed, one for each workspace: no id of one client
    can be found again in another's rows, or be guessed. `origin` is what raw was filled from. Raises
    ConfigurationError where the warehouse is of a release without a lake.
    """
    found = read_manifest(lake, name)
    version = version_of(published.stat())
    if found and (found.published, found.schema_version) == (version, SCHEMA_VERSION):
        _drop_others(found, lake)
        return found
    generation = found.generation + 1 if found else 1
    rows = {}
    with connect_published(published) as connection:
        about = _about(connection, published)
        for table in TABLES:
            target = lake / table / f"workspace_id={name}" / f"{generation:08}.parquet"
            rows[table] = _write(connection, table, target, _secret(keys, name))
    manifest = Manifest(
        name,
        generation,
        SCHEMA_VERSION,
        version,
        _hashed(origin),
        exported_at=datetime.now(UTC).isoformat(),
        rows=rows,
        **about,
    )
    (lake / MANIFESTS).mkdir(parents=True, exist_ok=True)
    write_whole(_manifest(lake, name), orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
    _drop_others(manifest, lake)
    return manifest


def read_manifest(lake: Path, name: str) -> Manifest | None:
    """What of a workspace holds; None before it was there. Raises ConfigurationError for what is newer."""
    path = _manifest(lake, name)
    try:
        known = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except orjson.JSONDecodeError:
        raise ConfigurationError(
            f"{shown(path)} is damaged: delete it, and the next run writes it anew"
        ) from None
    if known["schema_version"] > SCHEMA_VERSION:
        raise ConfigurationError(
            f"{shown(path)} has version {known['schema_version']} of the lake, and this program reads "
            f"versions up to {SCHEMA_VERSION}: bring this program up to date"
        )
    return Manifest(**{name: known[name] for name in Manifest.__dataclass_fields__})


def manifests(lake: Path, names: Iterable[str]) -> list[Manifest]:
    """Those of these workspaces that can be read together, in their order."""
    found = [read_manifest(lake, name) for name in names]
    return [each for each in found if each and each.schema_version >= OLDEST_READ]


def remove(lake: Path, name: str) -> None:
    """Take a workspace out of the lake: its manifest first, so that nobody reads half of it."""
    _manifest(lake, name).unlink(missing_ok=True)
    for table in TABLES:
        for path in (lake / table / f"workspace_id={name}").glob("*"):
            path.unlink(missing_ok=True)


def attach_views(database: Path, lake: Path, found: Iterable[Manifest]) -> None:
    """Make a DuckDB file whose schema `lake` shows the rows of these workspaces, with their workspace_id."""
    found = list(found)
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema lake")
        for table in TABLES:
            files = ", ".join(literal(each.file(lake, table)) for each in found)
            connection.execute(
                f"create view lake.{table} as select * from read_parquet([{files}], "  # noqa: S608 - of ours
                "union_by_name = true, hive_partitioning = true, hive_types_autocast = false)"
            )


def _write(connection: duckdb.DuckDBPyConnection, table: str, target: Path, secret: str) -> int:
    """One table into a file, whole; returns its rows."""
    columns = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'lake' and table_name = ? "
        "and database_name = 'warehouse' order by column_index",
        [f"lake_{table}"],
    ).fetchall()
    shown_columns = [
        f"left(sha256({literal(secret)} || {name}), 32) as {name}" if name.endswith("_key") else name
        for (name,) in columns
    ]
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    [(count,)] = connection.execute(
        f"copy (select {', '.join(shown_columns)} from lake.lake_{table} order by all) "  # noqa: S608
        f"to {literal(partial)} (format parquet)"
    ).fetchall()
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(partial, target)
    return count


def _about(connection: duckdb.DuckDBPyConnection, published: Path) -> dict:
    try:
        run_id, as_of, is_demo = connection.execute(
            "select run_id, as_of, is_demo from staging.stg_operations__run_parameters"
        ).fetchone()
        connection.execute("select 1 from lake.lake_workspaces")
    except duckdb.CatalogException:
        raise ConfigurationError(
            f"{shown(published)} is of an earlier release: `make build` makes one of this"
        ) from None
    return {"run_id": run_id, "as_of": as_of.isoformat(), "is_demo": is_demo}


def _hashed(origin: raw.Origin | None) -> str:
    """The HeyReach workspace, so that two that are one can be told; blank before its first campaign."""
    if origin is None or origin.workspace_id is None:
        return ""
    return hashlib.sha256(f"{origin.base_url}|{origin.workspace_id}".encode()).hexdigest()


def _secret(keys: Path, name: str) -> str:
    path = keys / name
    if not path.exists():
        keys.mkdir(parents=True, exist_ok=True)
        write_whole(path, secrets.token_hex(32).encode())
    return path.read_text()


def _manifest(lake: Path, name: str) -> Path:
    return lake / MANIFESTS / f"{name}.json"


def _drop_others(manifest: Manifest, lake: Path) -> None:
    """What an earlier generation left, or one that was killed."""
    for table in TABLES:
        kept = manifest.file(lake, table)
        for path in kept.parent.iterdir():
            if path != kept:
                path.unlink(missing_ok=True)
