"""Profiles of ideal customers: listed, and taken over from a file; signals that are typed."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from dbt_project.rendering import returned
from extract.intelligence import adding
from extract.intelligence.configuration import load_configuration
from extract.intelligence.listing import listed
from extract.intelligence.telling import FILE, TypedSignal, tell
from extract.sandbox import DEMO_END
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, demo_mark
from reports.read_only import open_published

_COMPONENTS = [each["name"] for each in returned("catalogue/*.sql", "score_components()")]
_TIERS = list(returned("catalogue/*.sql", "score_tiers()"))
_REASONS = returned("catalogue/*.sql", "not_eligible_reasons()")


def list_profiles(workspace: Workspace, *, show: Say) -> None:
    """Show the profiles and what each asks for; raises ConfigurationError as they are read."""
    configuration = load_configuration(workspace)
    profiles = configuration.profiles
    for line in listed(profiles):
        show(line)
    if not profiles.by_name:
        show(f"{shown(workspace.icp_profiles)} has no profiles: nobody is scored")
    elif workspace.paths.published.exists():
        for line in _scored(workspace.paths.published, configuration.config_hash):
            show(line + demo_mark(workspace.is_demo and bool(line)))


def take_profile(workspace: Workspace, file: Path, name: str | None, *, apply: bool, show: Say) -> None:
    """Show the JSON profile in `file` as lines of config/icp_profiles.yaml, or add it there under `name`.

    Raises ConfigurationError for what is wrong in it, and where the name is taken or missing.
    """
    if apply and not name:
        raise ConfigurationError("Say what the profile is to be called: PROFILE=saas")
    block = adding.read_json(file, name or _name_of(file))
    show(block.rstrip("\n"))
    if apply:
        adding.add(workspace.icp_profiles, name, block)
        show(f"added to {shown(workspace.icp_profiles)}; it counts from the next build on: make build")
    else:
        show(
            f"Nothing is written: put it below `profiles:` in {shown(workspace.icp_profiles)}, or say APPLY=1"
        )


def tell_signal(workspace: Workspace, typed: TypedSignal, *, show: Say) -> None:
    """Keep a signal that was typed; raises ConfigurationError for what can't be used."""
    tell(workspace, typed, DEMO_END if workspace.is_demo else datetime.now(UTC))
    show(f"kept in {shown(workspace.paths.signals / FILE)}; it counts from the next run on: make run")


def _scored(published: Path, config_hash: str) -> Iterator[str]:
    """How many leads of the published warehouse fit each profile, and by what."""
    with open_published(published) as connection:
        if not connection.execute(
            "select 1 from duckdb_tables() where table_name = 'rpt_icp_profiles'"
        ).fetchone():
            yield "the warehouse is of an earlier release: make build scores its leads"
            return
        parameters = connection.table("staging.stg_operations__run_parameters")
        built_with = parameters.project("scoring_config_hash").fetchone()
        answer = connection.execute("select * from marts.rpt_icp_profiles order by profile_order")
        names = [column[0] for column in answer.description]
        rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    yield ""
    for row in rows:
        tiers = ", ".join(f"{row[f'{tier}_leads']:,} {tier}" for tier in (*_TIERS, "cold"))
        yield f"{row['icp_profile']}: {row['leads']:,} leads, {tiers}"
        points = sorted(((row[f"{name}_leads"], name) for name in _COMPONENTS), reverse=True)
        yield "  points come from " + ", ".join(f"{name} ({leads:,})" for leads, name in points if leads)
        yield f"  {row['provisional_leads']:,} are provisional: less than half of the total could be known"
        reasons = ", ".join(f"{name} ({row[f'{name}_leads']:,})" for name in _REASONS if row[f"{name}_leads"])
        if reasons:
            yield f"  not asked for, whatever their points: {reasons}"
    if built_with != (config_hash,):
        yield "counted by the configuration of the last build; the files have changed since: make build"


def _name_of(file: Path) -> str:
    return re.sub(r"[^a-z0-9_]+", "_", file.stem.lower()).strip("_0123456789")[:40] or "profile"
