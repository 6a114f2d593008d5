"""A workspace set up, and tried before it is needed."""

from collections.abc import Mapping

from dbt_project import warehouse
from extract import raw
from extract.heyreach import accounts
from extract.intelligence.configuration import load_configuration
from extract.outreach.configuration import load_outreach
from extract.outreach.message_tests import load_message_tests
from extract.sandbox import DEMO_ACCOUNTS_PATH
from extract.workspace.lock import exclusive
from extract.workspace.workspace import Workspace
from reports.check import check_all
from reports.jobs.build import check_accounts
from reports.jobs.frame import Say, require_places
from reports.jobs.timetable import timetable_of


def set_up(workspace: Workspace, *, say: Say) -> None:
    """Check the configuration and make `dbt` usable by hand: the account seed and raw databases exist."""
    account_files = {
        workspace.data_dir: workspace.account_metadata_path,
        workspace.data_dir / "demo": DEMO_ACCOUNTS_PATH,
    }
    require_places(workspace, builds=True, others=account_files)
    for folder, account_file in account_files.items():
        files = warehouse.files(folder)
        with exclusive(folder, job="setup"):
            raw.initialize(files.raw)
            accounts.write_account_seed(accounts.load_accounts(account_file), files.account_seed)
    check_accounts(workspace, warn=say)
    load_configuration(workspace)
    load_outreach(workspace)
    load_message_tests(workspace)
    whose = workspace.base_url + "; the key was not tried, make check does"
    say(f"ready: {'demo data (no HEYREACH_API_KEY)' if workspace.is_demo else whose}")
    if workspace.is_demo:
        say(
            "dbt by hand, after make run: cd dbt_project && "
            "../.venv/bin/dbt build --select rpt_funnel --target demo"
        )


def check(workspace: Workspace, environ: Mapping[str, str], *, sends: bool = False, show: Say) -> None:
    """Try everything a night needs; with `sends` channels get a test message.

    Raises CheckError where something has to be mended.
    """
    check_all(workspace, timetable_of(workspace, environ), sends=sends, say=show)
