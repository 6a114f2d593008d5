"""What the published warehouse has read of what the operator noted."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from extract.workspace.published import connect_published


def read_until(published: Path) -> datetime:
    """The moment before which the published warehouse read the journals: what is noted later isn't in it.

    Without a warehouse, and for one that doesn't say so, that is long ago.
    """
    long_ago = datetime.min.replace(tzinfo=UTC)
    if not published.exists():
        return long_ago
    with connect_published(published) as connection:
        try:
            found = connection.execute(
                "select requested_at from staging.stg_operations__run_parameters"
            ).fetchone()
        except duckdb.CatalogException:
            return long_ago
    return found[0] if found else long_ago
