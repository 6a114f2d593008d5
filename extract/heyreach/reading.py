"""Reading a route that lists things: every page, and of each row what is news."""

from collections.abc import Callable
from datetime import datetime

from tqdm import tqdm

from extract.heyreach.observing import Pull
from extract.heyreach.paging import walk
from extract.raw import routes
from extract.workspace.errors import NotFoundError, ProviderError


def read_route(
    pull: Pull,
    route: routes.Route,
    scope: tuple[str, ...] = (),
    of_scope: dict | None = None,
    on_row: Callable[..., None] | None = None,
) -> dict[str, dict]:
    """Walk a route to its end and land what changed; returns the rows by key unless `on_row` takes them.

    `of_scope` is what a request says of the `scope`, beside what all requests of the route say.
    `on_row(row, is_kept=...)` also sees the rows of people who are kept out. A walk that breaks off raises as
    the client does, and is in the ledger with what had come, unless the scope is gone.
    """
    rows: dict[str, dict] = {}
    seen: dict[str, str] = {}
    with tqdm(desc=" ".join((route.name, *scope)), unit=" rows", leave=False, delay=2, disable=None) as bar:
        pages = walk(pull.client, route, of_scope, on_progress=_progress(bar))
        try:
            for page in pages:
                pull.answers += 1
                for as_sent, row in pull.may_be_kept(route, page.items):
                    landed = {} if row is None else _land(pull, route, scope, row, page.not_after, seen)
                    if not on_row:
                        rows |= landed
                    elif landed or row is None:
                        on_row(as_sent, is_kept=row is not None)
        except NotFoundError:
            raise  # gone, whatever had come
        except ProviderError:
            if pages.summary:
                pull.record(route.name, scope, pages.summary)
            raise
    if pages.summary.is_complete and not pages.summary.unkeyed_rows:
        pull.observe_absences(route.name, scope, seen, pages.summary.finished_at)
    pull.record(route.name, scope, pages.summary)
    if not pages.summary.is_complete:
        pull.warnings.append(
            f"{' '.join((route.name, *scope))}: {pages.summary.distinct_rows} different rows came where "
            f"HeyReach counts {pages.summary.total_count_last}; {_what_follows(pull, route)}"
        )
    return rows


def _land(
    pull: Pull, route: routes.Route, scope: tuple[str, ...], row: object, at: datetime, seen: dict[str, str]
) -> dict[str, dict]:
    """Land a row if it is news, and remember that it was seen; the row by its key, if it has one."""
    key, row_hash = identified(pull, route, scope, row, at)
    if key is None:
        return {}
    if not route.has_id and seen.setdefault(key, row_hash) != row_hash:
        # A list may hold a person twice with different fields: both rows count.
        key = f"{key}#{row_hash[:8]}"
    seen[key] = row_hash
    pull.observe(route.name, scope, key, row, at, row_hash)
    return {key: row}


def identified(
    pull: Pull, route: routes.Route, scope: tuple[str, ...], row: object, at: datetime
) -> tuple[str, str] | tuple[None, None]:
    """Key and hash of a row; a row that can't have them is set aside and gives (None, None)."""
    row_hash = pull.hashed(route.name, scope, row, at)
    if row_hash is None:
        return None, None
    key = route.key(row)
    if key is None and not route.has_id:
        # A list member without a URL or id is still a lead: its content is all the identity it has.
        key = f"content:{row_hash}"
    if key is None:
        pull.quarantine(route.name, scope, row, at, "no usable id")
        return None, None
    return key, row_hash


def _what_follows(pull: Pull, route: routes.Route) -> str:
    if route.name in pull.needed:
        return "the pull counts as incomplete, the next one asks again"
    return "no count of requests rests on it, and the next pull asks again"


def _progress(bar: tqdm) -> Callable[[int, int], None]:
    def update(received: int, total: int) -> None:
        bar.total = total
        bar.update(received - bar.n)

    return update
