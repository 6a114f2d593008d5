"""`python -m extract.sandbox`: serve the sandbox API until interrupted."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import orjson

from extract.sandbox import DEMO_PRESET, DEMO_SEED, DEMO_START, DEMO_WEEKS
from extract.sandbox.api import API_KEY, SandboxApi
from extract.sandbox.faults import FAULT_NAMES, Faults
from extract.sandbox.imports import FIELD_UPDATES
from extract.sandbox.limits import RateLimit
from extract.sandbox.presets import PRESETS
from extract.sandbox.server import SandboxServer
from extract.sandbox.twists import TWIST_NAMES, Twists
from extract.sandbox.world import World
from extract.workspace.errors import ConfigurationError, OutboundError

BURST_LIMIT = 15


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        world = World.generate(
            options.preset,
            options.seed,
            options.leads,
            start=options.start,
            weeks=options.weeks,
            twists=Twists.read(options.twists),
        )
        if options.truth:
            everything = datetime(9999, 1, 1, tzinfo=UTC)
            options.truth.write_bytes(orjson.dumps(world.truth(everything), option=orjson.OPT_INDENT_2))
        api = SandboxApi(
            world,
            now=options.now or options.start,
            api_key=options.api_key,
            rate_limit=RateLimit(
                options.requests_per_minute, BURST_LIMIT if options.requests_per_minute else 0
            ),
            faults=Faults(_fault(text) for text in options.fault),
            field_updates=options.field_updates,
        )
        server = SandboxServer(api, options.host, options.port)
    except (OutboundError, OSError) as error:
        print(error, file=sys.stderr)
        return error.exit_code if isinstance(error, OutboundError) else 1
    print(f"Sandbox API (demo data): {server.base_url}", flush=True)
    print(f"Key: {options.api_key}   Clock: POST {server.url}/sandbox/clock   Stop: Ctrl-C", flush=True)
    if options.until_stdin_closes:
        Thread(target=_stop_when_stdin_closes, args=(server,), daemon=True).start()
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m extract.sandbox",
        description="Serve a sandbox of HeyReach's API, with invented people, on this machine.",
    )
    parser.add_argument("--preset", choices=sorted(PRESETS), default=DEMO_PRESET)
    parser.add_argument("--seed", type=int, default=DEMO_SEED)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=8765, help="0 picks a free one")
    parser.add_argument("--leads", type=int, help="campaign leads, up to a million (default: the preset's)")
    parser.add_argument(
        "--start", type=_time, default=DEMO_START, metavar="ISO", help="first day of the world"
    )
    parser.add_argument("--weeks", type=int, default=DEMO_WEEKS, help="how long the senders work")
    parser.add_argument("--now", type=_time, metavar="ISO", help="where the clock starts (default: --start)")
    parser.add_argument("--api-key", default=API_KEY, metavar="KEY")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:KEY=VALUE,...]",
        help=f"switch a fault on, as in server_error:status=503,count=3; one of {', '.join(FAULT_NAMES)}",
    )
    parser.add_argument(
        "--twists",
        default="",
        metavar="NAME[,NAME...]",
        help="what real workspaces do, each by its name, or a JSON array of names and objects with options; "
        f"some of {', '.join(TWIST_NAMES)}",
    )
    parser.add_argument(
        "--truth", type=Path, metavar="FILE", help="write the whole hidden truth there as JSON"
    )
    parser.add_argument(
        "--requests-per-minute",
        type=int,
        default=300,
        metavar="N",
        help=f"the rate limit, with {BURST_LIMIT} per 2 s beside it (default 300; 0 switches both off)",
    )
    parser.add_argument(
        "--field-updates",
        choices=FIELD_UPDATES,
        default=FIELD_UPDATES[0],
        help="what adding a known lead again does to its custom fields (default: %(default)s)",
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop when standard input ends")
    return parser


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _fault(text: str) -> dict:
    name, _, listed = text.partition(":")
    options = {}
    for item in filter(None, listed.split(",")):
        key, equals, value = item.partition("=")
        if not equals:
            raise ConfigurationError(f"--fault {text}: write options as KEY=VALUE, separated by commas.")
        try:
            options[key] = orjson.loads(value)
        except orjson.JSONDecodeError:
            options[key] = value
    return {"name": name, **options}


def _stop_when_stdin_closes(server: SandboxServer) -> None:
    sys.stdin.buffer.read()
    server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
