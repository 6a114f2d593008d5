"""What a verb doesn't need it doesn't load."""

import subprocess
import sys

from dbt_project.warehouse import PROJECT_DIR


def test_dbt_is_imported_by_what_builds_and_by_no_other_verb():
    """It takes two seconds, which `make sql` or an import would wait for nothing."""
    program = "import sys, reports.connection_analytics; sys.exit('dbt' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program], cwd=PROJECT_DIR.parent, check=False).returncode == 0
    )
