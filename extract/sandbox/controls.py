"""The routes beside the API, by which a sandbox is steered and its truth is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from extract.sandbox import clock, delivering, webhooks
from extract.sandbox.arguments import Arguments
from extract.sandbox.faults import Faults
from extract.sandbox.texts import STEPS, StepText

if TYPE_CHECKING:
    from extract.sandbox.api import SandboxApi


def _clock(api: SandboxApi, arguments: Arguments) -> dict:
    return {"now": clock.iso(api.now, 0)}


def _set_clock(api: SandboxApi, arguments: Arguments) -> dict:
    moment, seconds = arguments.time("now"), arguments.integer("advance_seconds", 0)
    api.set_clock((api.now if moment is None else moment) + seconds * clock.SECOND)
    return _clock(api, arguments)


def _faults(api: SandboxApi, arguments: Arguments) -> dict:
    return {"faults": [fault.describe() for fault in api.faults.active]}


def _set_faults(api: SandboxApi, arguments: Arguments) -> dict:
    api.faults = Faults(arguments.objects("faults"))
    return _faults(api, arguments)


def _truth(api: SandboxApi, arguments: Arguments) -> dict:
    moment = arguments.time("at")
    at = api.now if moment is None else moment
    imports = api.imports
    truth = api.world.truth(clock.to_datetime(at), imports.campaigns.values(), imports.invented())
    planted = {"variant": imports.variant_effects} if imports.variant_effects else {}
    return truth | {
        "imports": imports.truth(at),
        "stops": imports.stops(at),
        "effects": truth["effects"] | planted,
    }


def _set_texts(api: SandboxApi, arguments: Arguments) -> dict:
    """`{"campaignId": .., "texts": {"note": {"message": .., "fallback": ..}}}`; names: texts.STEPS."""
    given = arguments.nested("texts")
    texts = {
        step: StepText(given.nested(step).text("message"), given.nested(step).text("fallback") or None)
        for step in STEPS
        if given.has(step)
    }
    api.texts[arguments.integer("campaignId")] = texts
    return {step: text.payload for step, text in texts.items()}


def _set_variants(api: SandboxApi, arguments: Arguments) -> dict:
    """`{"effects": [{"variant": .., "log_odds": ..}]}`: of leads that are added from now on."""
    effects = arguments.objects("effects")
    api.imports.variant_effects = {each["variant"]: float(each["log_odds"]) for each in effects}
    return {"variants": api.imports.variant_effects}


def _log(api: SandboxApi, arguments: Arguments) -> dict:
    log = {
        "total": api.requests.total(),
        "routes": dict(api.requests),
        "statuses": {str(status): count for status, count in api.statuses.items()},
        "services": dict(api.services.requests),
    }
    if arguments.integer("reset", 0):
        api.requests.clear()
        api.statuses.clear()
        api.services.requests.clear()
    return log


def _webhooks(api: SandboxApi, arguments: Arguments) -> dict:
    until = arguments.time("until")
    shape = arguments.choice("shape", webhooks.SHAPES)
    times = arguments.choice("times", tuple(webhooks.TIMES))
    at = api.now if until is None else until
    return {"lines": webhooks.lines(api.world, api.imports, at, shape, times)}


def _deliver(api: SandboxApi, arguments: Arguments) -> dict:
    """`{"since": .., "until": .., "tries": ..}`; until the clock, where nothing else is said."""
    since, until = arguments.time("since"), arguments.time("until")
    due = delivering.deliveries(api, since or 0, api.now if until is None else until)
    return delivering.deliver(due, arguments.integer("tries", delivering.TRIES, 1))


CONTROLS: dict[tuple[str, str], Callable[[SandboxApi, Arguments], dict]] = {
    ("GET", "clock"): _clock,
    ("POST", "clock"): _set_clock,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_faults,
    ("GET", "truth"): _truth,
    ("POST", "texts"): _set_texts,
    ("POST", "variants"): _set_variants,
    ("GET", "log"): _log,
    ("GET", "webhooks"): _webhooks,
    ("POST", "deliver"): _deliver,
}
