"""What only adds to a pull: the campaigns' sequences, and lists with their members' custom fields."""

from collections.abc import Collection
from functools import partial

from extract.heyreach.asking import Asking
from extract.heyreach.campaign_rows import is_resting, lists_of
from extract.heyreach.observing import Pull
from extract.heyreach.paging import walk
from extract.heyreach.reading import identified, read_route
from extract.raw import routes
from extract.workspace.errors import NotFoundError, RefusedError

SEQUENCES = routes.CAMPAIGN_SEQUENCES.name


def read_sequences(pull: Pull, campaigns: dict[str, dict]) -> None:
    """Land each campaign's sequence; an empty answer says that it has none, as drafts may."""
    asking = Asking(pull, SEQUENCES)
    for campaign_id in campaigns:
        asking.ask((campaign_id,), partial(_read_sequence, pull, campaign_id))
    asking.warning(
        "open requests there count as expired after expiry_days (config/settings.yaml), unless the sequence "
        "was read before"
    )


def _read_sequence(pull: Pull, campaign_id: str) -> None:
    answer = pull.client.get_if_any(routes.CAMPAIGN_SEQUENCES.path, {"campaignId": campaign_id})
    pull.answers += 1
    if answer.data is None:
        pull.observe_nothing(SEQUENCES, (), campaign_id, answer.not_after)
    else:
        pull.observe_answer(SEQUENCES, (), campaign_id, answer.data, answer.not_after)
    pull.record_answer(SEQUENCES, (campaign_id,), answer, rows=int(answer.data is not None))


def read_lists(pull: Pull, campaigns: dict[str, dict]) -> None:
    """Land all lists and their members; a list that a campaign names is read even when it isn't listed."""
    lists: dict[str, dict] = {}
    asking = Asking(pull, routes.LISTS.name)
    for list_type in ("USER_LIST", "COMPANY_LIST"):
        asking.ask((list_type,), partial(_read_overview, pull, list_type, lists))
    asking.warning("lists that no campaign names were not read")
    walks = [walk for walk in pull.walks if walk["resource"] == routes.LISTS.name]
    if all(walk["is_complete"] for walk in walks):
        pull.observe_absences(routes.LISTS.name, (), lists, walks[-1]["finished_at"])

    companies = {key for key, row in lists.items() if row.get("listType") == "COMPANY_LIST"}
    _read_members(pull, (set(lists) | lists_of(campaigns.values())) - companies, routes.LIST_LEADS)
    _read_members(pull, companies, routes.LIST_COMPANIES)


def _read_overview(pull: Pull, list_type: str, lists: dict[str, dict]) -> None:
    """Land the lists of one type, and add them to `lists`."""
    pages = walk(pull.client, routes.LISTS, {"listType": list_type})
    for page in pages:
        pull.answers += 1
        for row in page.items:
            key, row_hash = identified(pull, routes.LISTS, (), row, page.not_after)
            if key is not None:
                lists[key] = row
                pull.observe(routes.LISTS.name, (), key, row, page.not_after, row_hash)
    pull.record(routes.LISTS.name, (list_type,), pages.summary)


def read_running_lists(pull: Pull, campaigns: dict[str, dict]) -> None:
    """Land the members of the lists that campaigns still take leads from."""
    running = [row for row in campaigns.values() if not is_resting(row)]
    _read_members(pull, lists_of(running), routes.LIST_LEADS)


def _read_members(pull: Pull, list_ids: Collection[str], route: routes.Route) -> None:
    asking = Asking(pull, route.name, says_gone=(NotFoundError, RefusedError))
    for list_id in sorted(list_ids):
        asking.ask((list_id,), partial(_read_list, pull, list_id, route))
    for (list_id,), reason in asking.gone.items():
        pull.warnings.append(
            f"list {list_id} can't be read any more ({reason}); its leads keep the attribution last seen"
        )
    asking.warning("its leads keep the attribution last seen, and the next pull asks again")


def _read_list(pull: Pull, list_id: str, route: routes.Route) -> None:
    read_route(pull, route, (list_id,), {"listId": routes.as_sent(list_id)}, lambda row, is_kept: None)
