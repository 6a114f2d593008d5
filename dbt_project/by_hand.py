"""A plugin of dbt-duckdb (profiles.yml): before the first run plain dbt says what to do, not what is missing.

The connection attaches the raw database, so nothing in the project is asked before that fails.
"""

import os
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError


class Plugin(BasePlugin):
    """Asked by dbt before it connects; raises DbtRuntimeError, which dbt prints without a traceback."""

    def initialize(self, plugin_config: dict) -> None:
        """Refuse where there is no raw database; a run, which makes its own, has an id in the environment."""
        if "OUTBOUND_RUN_ID" in os.environ:
            return
        for attached in self.creds.attach:
            if not Path(attached.path).exists():
                raise DbtRuntimeError(
                    f"Nothing has been pulled yet, there is no {attached.path}: `make run` in the project "
                    "folder first (without a key it is demo data: --target demo)"
                )
