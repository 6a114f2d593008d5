"""dlt's DuckDB destination for raw: landed files are read by the columns raw declares, not by guessing.

dlt lets DuckDB guess the columns from the first 20,480 lines. Guessed, a payload is a record of fixed fields:
a field that first comes later ends the load, and texts that look like times are written anew.
"""

import dlt
from dlt.destinations.impl.duckdb.duck import DuckDbClient, DuckDbCopyJob

from extract import raw
from extract.workspace.sql_text import literal


class _DeclaredCopyJob(DuckDbCopyJob):
    """One landed file into its raw table; what a line lacks is NULL, and JSON stays as it came."""

    def run(self) -> None:
        client = self._job_client.sql_client
        table = self.load_table_name
        columns = {name: raw.DUCKDB_TYPES[kind] for name, kind in raw.TABLES[table].items()}
        client.execute_sql(
            f"insert into {client.make_qualified_table_name(table)} by name "
            f"select * from read_json({literal(self._file_path)}, format = 'newline_delimited', "
            f"columns = {columns})"
        )


class _RawClient(DuckDbClient):
    def create_load_job(self, table, file_path, load_id, restore=False):
        if table["name"] in raw.TABLES:
            return _DeclaredCopyJob(file_path)
        return super().create_load_job(table, file_path, load_id, restore)


class RawDestination(dlt.destinations.duckdb):
    """`dlt.destinations.duckdb` with the copy job of above."""

    def capabilities(self, config=None, naming=None):
        """DuckDB's. dlt asks forty times a load, and would look each time for settings nobody made."""
        return super().capabilities(config or self.spec(), naming)

    @property
    def client_class(self) -> type[DuckDbClient]:
        return _RawClient
