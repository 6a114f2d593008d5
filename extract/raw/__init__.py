"""The raw database and what is landed before it: its tables, landing folders, the load.

`raw.connect`, `raw.TABLES` and the like are what the rest of the code uses of it.
"""

from extract.raw.database import (
    KIND,
    Origin,
    PullTimes,
    RawError,
    account_ids,
    append_missing,
    append_run_parameters,
    connect,
    counted_days,
    damaged,
    files_read,
    initialize,
    known_enrichments,
    known_lines,
    known_plans,
    known_quarantined_lines,
    last_import_events,
    loaded_landings,
    newest_hashes,
    newest_pull_id,
    newest_whole_walk,
    origin,
    pull_times,
    requests_of_full_pull,
)
from extract.raw.tables import DUCKDB_TYPES, OBSERVATIONS, SCHEMA, TABLES
