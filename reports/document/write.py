"""Reports of a published warehouse as files that never replace one another, and the newest as `latest`."""

import contextlib
import os
import urllib.parse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import shown
from reports.document.queries import read_definitions, read_report
from reports.document.render import render_html, render_json, render_markdown, render_screen
from reports.read_only import one_line, open_published

_SUFFIXES = {"markdown": "md", "json": "json", "html": "html"}


def write_reports(
    database: Path,
    output_dir: Path,
    formats: list[str],
    show: Callable[[str], None] | None = None,
    docs: Path | None = None,
) -> list[Path]:
    """Write the report of `database` in each of `formats` to `output_dir`, which is made if need be.

    Returns the files, `connection_analytics_YYYY-MM-DDTHHMMSS.{md,json,html}` (the time of writing, UTC; one
    stamp for all formats); beside each the same as `latest.{md,json,html}`. The page's tables lead to `docs`,
    the page of the dbt docs. `show` is told what the report says first, a line each. Raises
    ConfigurationError when the database holds no report, or the folder can't be written to.
    """
    with open_published(database) as connection:
        try:
            report, definitions = read_report(connection), read_definitions(connection)
        except duckdb.Error as error:
            raise ConfigurationError(
                f"{shown(database)} holds no report: {one_line(error)}; `make build` makes one"
            ) from None
    renderers = {
        "markdown": lambda: render_markdown(report),
        "json": lambda: render_json(report),
        "html": lambda: render_html(report, definitions, docs and _seen_from(output_dir, docs)),
    }
    texts = {_SUFFIXES[name]: renderers[name]() for name in formats}
    paths = write_texts(output_dir, "connection_analytics", texts)
    for line in render_screen(report) if show else ():
        show(line)
    return paths


def write_texts(folder: Path, name: str, texts: dict[str, str]) -> list[Path]:
    """Write one document in several forms, by their suffixes, as `name_YYYY-MM-DDTHHMMSS`, and as the latest.

    Raises ConfigurationError where the folder can't be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write_under_free_name(folder, name, texts)
    except (OSError, ValueError) as error:
        is_file = isinstance(error, FileExistsError | NotADirectoryError)
        reason = "it is a file" if is_file else getattr(error, "strerror", None) or str(error)
        raise ConfigurationError(
            f"Reports can't be written to {str(folder)!r}: {reason}; name another --output-dir"
        ) from None


def _write_under_free_name(folder: Path, name: str, texts: dict[str, str]) -> list[Path]:
    moment = datetime.now(UTC)
    while True:
        stem = f"{name}_{moment:%Y-%m-%dT%H%M%S}"
        with contextlib.suppress(FileExistsError):
            return _write({folder / f"{stem}.{suffix}": text for suffix, text in texts.items()})
        moment += timedelta(seconds=1)


def _write(texts: dict[Path, str]) -> list[Path]:
    """Write all files or, with FileExistsError, none of them."""
    with contextlib.ExitStack() as partial_files:
        descriptors = {}
        for path in texts:
            # Whoever holds the partial file owns the name: two runs of the same second can't both have it.
            for partial in (_partial(path), _partial(path, "latest.")):
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
                descriptors[partial] = os.open(partial, flags, 0o600)
                partial_files.callback(partial.unlink, missing_ok=True)
                partial_files.callback(os.close, descriptors[partial])
            if os.path.lexists(path):
                raise FileExistsError(path)
        for path, text in texts.items():
            for partial in (_partial(path), _partial(path, "latest.")):
                with open(descriptors[partial], "w", encoding="utf-8", newline="\n", closefd=False) as file:
                    file.write(text)
                os.fsync(descriptors[partial])
        for path in texts:
            os.rename(_partial(path), path)
            os.replace(_partial(path, "latest."), path.with_name(f"latest{path.suffix}"))
    return list(texts)


def _seen_from(folder: Path, page: Path) -> str:
    """The address of a page for files in a folder."""
    return urllib.parse.quote(Path(os.path.relpath(page, folder)).as_posix())


def _partial(path: Path, kind: str = "") -> Path:
    return path.with_name(f".{path.name}.{kind}partial")
