"""Leads into HeyReach, what others know of them, and whom a line of the report concerns."""

from typing import Any

import click

from extract.importer.by_hand import TypedLead
from extract.importer.options import SENDER_CHOICES, ImportOptions
from extract.workspace.workspace import Workspace
from reports.cli.frame import PATH, WHOLE, OneOf, also_as, say, show, subjects, verb
from reports.cli.pipeline import root


def _behind_a_line(ctx: click.Context, bottleneck: str | None, debug: bool) -> None:
    """`leads` alone is what `make leads` calls."""
    ctx.invoke(behind, bottleneck=bottleneck, debug=debug)


leads = subjects(
    root,
    "leads",
    "Leads into HeyReach, what others know of them, whom a line concerns",
    alone=_behind_a_line,
    params=[
        click.Option(["--bottleneck"], hidden=True),
        click.Option(["--debug"], is_flag=True, hidden=True),
    ],
)


@verb(leads, "behind")
@click.option("--bottleneck", metavar="NUMBER", help="Its place in the list; without it, the list is shown.")
def behind(workspace: Workspace, bottleneck: str | None) -> None:
    """Whom a line of the report concerns, into a file."""
    from reports.jobs.acting import leads_behind

    leads_behind(workspace, bottleneck, show=show)


@verb(leads, "import")
@click.option("--file", type=PATH, metavar="CSV", help="The leads.")
@click.option("--campaign", "campaign_id", metavar="ID", help="The campaign they go into.")
@click.option("--list", "list_id", metavar="ID", help="The list they go into, without a campaign.")
@click.option("--upstream", "is_upstream", is_flag=True, help="Keep the file only as evidence of origin.")
@click.option("--mapping", metavar="NAME", help="Which column is what (config/import_mappings.yaml).")
@click.option(
    "--set", "fixed", multiple=True, metavar="NAME=VALUE; ...", help="Custom fields for every lead of it."
)
@click.option(
    "--senders",
    type=OneOf(SENDER_CHOICES),
    help="Who sends: by daily limits, a column, or a hash.",
)
@click.option("--experiment", metavar="NAME", help="The experiment whose hash decides.")
@click.option(
    "--test", "message_test", metavar="NAME", help="A test of messages whose texts are drawn by lot."
)
@click.option("--wake", "wakes", is_flag=True, help="Resume the campaign if it is paused or finished.")
@click.option(
    "--allow-other-campaigns",
    "allows_other_campaigns",
    is_flag=True,
    help="Send people who are in another campaign, too.",
)
@click.option("--resume", metavar="IMPORT", help="Go on with an unfinished import.")
@click.option("--repair", metavar="IMPORT", help="Send again what an import lost.")
@click.option("--apply", is_flag=True, help="Really do it; without it, show what would happen.")
def import_(workspace: Workspace, fixed: tuple[str, ...], message_test: str | None, **options: Any) -> None:
    """A file of leads into HeyReach, each accounted for: show, then send."""
    from reports.jobs.leads import import_leads

    options = ImportOptions(fixed_fields="; ".join(fixed), **options)
    import_leads(workspace, options, message_test=message_test, say=say, show=show)


@verb(leads, "add")
@click.option("--url", "profile_url", default="", metavar="URL", help="The profile.")
@click.option("--first-name", default="", metavar="NAME", help="As HeyReach shows it.")
@click.option("--last-name", default="", metavar="NAME", help="As HeyReach shows it.")
@click.option("--company", "company_name", default="", metavar="NAME", help="Where they work.")
@click.option("--title", "position", default="", metavar="TITLE", help="As what.")
@click.option("--location", default="", metavar="PLACE", help="Where they live.")
@click.option("--email", "email_address", default="", metavar="ADDRESS", help="Their address.")
@click.option("--source", default="", metavar="NAME", help="Where they come from (manual).")
@click.option("--icp", default="", metavar="NAME", help="Which ideal customer they are.")
@click.option("--campaign", "campaign_id", metavar="ID", help="The campaign they go into.")
@click.option("--list", "list_id", metavar="ID", help="The list they go into, without a campaign.")
@click.option("--upstream", "is_upstream", is_flag=True, help="Keep it only as evidence of origin.")
@click.option("--set", "fixed", multiple=True, metavar="NAME=VALUE; ...", help="Further custom fields.")
@click.option("--wake", "wakes", is_flag=True, help="Resume the campaign if it is paused or finished.")
@click.option("--apply", is_flag=True, help="Really do it; without it, show what would happen.")
def add(
    workspace: Workspace,
    fixed: tuple[str, ...],
    campaign_id: str | None,
    list_id: str | None,
    is_upstream: bool,
    wakes: bool,
    apply: bool,
    **told: str,
) -> None:
    """One lead by hand into HeyReach, through the checks of a file: show, then send."""
    from reports.jobs.leads import import_leads

    options = ImportOptions(
        lead=TypedLead(**told),
        campaign_id=campaign_id,
        list_id=list_id,
        is_upstream=is_upstream,
        fixed_fields="; ".join(fixed),
        wakes=wakes,
        apply=apply,
    )
    import_leads(workspace, options, say=say, show=show)


@verb(leads, "enrich")
@click.option(
    "--with", "--integrations", "names", metavar="NAME,...", default="", help="What to ask (see services)."
)
@click.option("--file", "--input", "file", type=PATH, metavar="CSV", help="The leads.")
@click.option(
    "--source",
    default="warehouse",
    show_default=True,
    help="Whose, without --file: warehouse, aturiya.",
)
@click.option("--campaign", "--campaign-id", "campaign_id", metavar="ID", help="The campaign of aturiya.")
@click.option(
    "--parallel",
    type=WHOLE,
    default=5,
    show_default=True,
    metavar="N",
    help="Requests at once to a service.",
)
@click.option("--limit", type=WHOLE, metavar="N", help="Only the first N leads.")
@click.option("--output", type=PATH, metavar="PATH", help="File or folder of the result.")
@click.option("--format", type=OneOf(("csv", "json", "both")), help="Of the result.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Show what would be asked, and its cost.")
def enrich(workspace: Workspace, **options: Any) -> None:
    """Ask other services about leads, what is not known yet."""
    from reports.jobs.leads import EnrichOptions, enrich

    enrich(workspace, EnrichOptions(**options), show=show)


@verb(leads, "services")
@click.option("--wants", metavar="FIELD", help="Only who yields this field, the cheapest first.")
@click.option("--format", type=OneOf(("text", "json")), default="text", help="Of the list.")
def services(workspace: Workspace, **options: Any) -> None:
    """List what can be asked: needs, yields, pace, price, whether its key is set."""
    from reports.jobs.leads import ListOptions, services

    services(workspace, ListOptions(**options), show=show)


@verb(leads, "write-back")
@click.option("--list", "list_id", metavar="ID", help="The list of the people.")
@click.option("--fields", metavar="NAME,...", default="", help="What goes to HeyReach.")
@click.option("--apply", is_flag=True, help="Really do it; without it, show what would happen.")
def write_back(workspace: Workspace, **options: Any) -> None:
    """What enrichment found into HeyReach's custom fields: show, then send."""
    from reports.jobs.leads import WriteBackOptions, write_back

    write_back(workspace, WriteBackOptions(**options), show=show)


also_as(services, leads, "enrichments")
also_as(services, root, "enrichments")
also_as(add, root, "lead")
for command in (import_, enrich, write_back):
    also_as(command, root)
