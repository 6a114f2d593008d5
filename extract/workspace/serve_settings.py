"""Where the server listens, under which names it is reached, and what its variables must be."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from extract.workspace.values import base_url, is_loopback, whole_number

_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")


@dataclass(frozen=True)
class ServeSettings:
    """Where pages and API are served, and on which port of the same host webhooks come in.

    `names` are further names by which browsers reach it, `origins` other front ends that may read its API.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    hooks_port: int = 8001
    names: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()


def serve_settings(given: dict[str, str], checked: Callable, problems: list[str]) -> ServeSettings:
    """The settings, with a line in `problems` for each that can't be."""
    host = checked("SERVE_HOST", _host)
    if given["SERVE_PUBLIC"] not in ("", "0", "1"):
        problems.append("SERVE_PUBLIC must be 1 or blank")
    if host and not is_loopback(f"//{_in_url(host)}") and given["SERVE_PUBLIC"] != "1":
        problems.append(
            "SERVE_HOST lets other machines in, and pages show people's data without TLS: put a proxy with "
            "TLS before it, then set SERVE_PUBLIC=1; or leave SERVE_HOST blank for this machine alone"
        )
    ports = [
        checked(name, lambda text: whole_number(text, 1, 65535)) for name in ("SERVE_PORT", "HOOKS_PORT")
    ]
    if ports[0] is not None and ports[0] == ports[1]:
        problems.append("SERVE_PORT and HOOKS_PORT must differ: nothing else answers where webhooks come in")
    return ServeSettings(
        host, *ports, names=checked("SERVE_NAMES", _names), origins=checked("SERVE_ORIGINS", _origins)
    )


def _host(text: str) -> str:
    if text == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError("must be an address of this machine, such as 127.0.0.1 or 0.0.0.0") from None


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _names(text: str) -> tuple[str, ...]:
    names = _parts(text)
    if not all(map(_NAME.fullmatch, names)):
        raise ValueError("must be host names separated by commas, without https:// or a port")
    return names


def _origins(text: str) -> tuple[str, ...]:
    origins = _parts(text)
    if any(base_url(each) != each or each.count("/") != 2 for each in origins):
        raise ValueError("must be origins separated by commas, like https://desk.example.com")
    return origins


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())
