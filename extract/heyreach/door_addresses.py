"""The addresses at which webhooks come in: a public name, and a secret in the path that nobody can guess.

HeyReach signs nothing, so the secret alone tells its deliveries from others'. An address is on disk before
HeyReach hears of it, and stays for a day after it was replaced, because deliveries are tried for that long.
"""

import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from extract.workspace.errors import ConfigurationError
from extract.workspace.values import base_url
from extract.workspace.whole_files import write_whole

FOLDER = "/hooks/"
# How long HeyReach goes on trying to deliver.
DELIVERED_FOR = timedelta(hours=24)
# A test event carries something random here, and is answered by its proof instead of being kept.
PROBE = "x-connection-analytics-probe"
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Address:
    """One address: `url` is the public name without a path; from `until` on it is closed (None: it stays)."""

    url: str
    secret: str = field(repr=False)
    until: datetime | None = None

    @property
    def path(self) -> str:
        """The one path that is answered."""
        return FOLDER + self.secret

    @property
    def target(self) -> str:
        """What HeyReach is given, secret included."""
        return self.url + self.path

    @property
    def shown(self) -> str:
        """The same, to be printed."""
        return f"{self.url}{FOLDER}..."

    @property
    def hosts(self) -> tuple[str, ...]:
        """How a request spells the name."""
        parts = urlsplit(self.url)
        name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
        return (f"{name}:{port}", name) if port == _DEFAULT_PORTS[parts.scheme] else (f"{name}:{port}",)

    def is_open(self, now: datetime) -> bool:
        """Whether deliveries to it are taken."""
        return self.until is None or now < self.until


def proof(secret: str, nonce: bytes) -> bytes:
    """What only the door can answer to a test event, without telling the secret."""
    return hmac.new(secret.encode(), nonce, hashlib.sha256).hexdigest().encode()


def new_address(url: str) -> Address:
    """An address with a new secret."""
    return Address(url, secrets.token_urlsafe(32))


def public_url(text: str) -> str:
    """The public name of the door, as it is kept; raises ConfigurationError for what can't be one."""
    rule = "must be an https:// address without a path, like https://hooks.example.com (http:// on localhost)"
    try:
        url = base_url(text.strip())
    except ValueError:
        raise ConfigurationError(f"URL {rule}") from None
    parts = urlsplit(url)
    if parts.path:
        raise ConfigurationError(f"URL {rule}: what answers there has to pass {FOLDER} on as it is")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def read_addresses(path: Path) -> tuple[Address, ...]:
    """The addresses of a workspace, oldest first, closed ones too; none before the first is registered.

    Raises ConfigurationError where the file can't be read.
    """
    try:
        told = orjson.loads(path.read_bytes())
        return tuple(
            Address(row["url"], row["secret"], datetime.fromisoformat(row["until"]) if row["until"] else None)
            for row in told["addresses"]
        )
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError):
        raise ConfigurationError(
            f"{path} can't be read, so no webhook is taken: delete it, then make webhooks URL=... APPLY=1"
        ) from None


def write_addresses(path: Path, addresses: tuple[Address, ...]) -> None:
    """Keep these addresses, without those that are closed already."""
    now = datetime.now(UTC)
    rows = [asdict(address) for address in addresses if address.is_open(now)]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, orjson.dumps({"addresses": rows}))


def closing(address: Address) -> Address:
    """The address as one that was replaced just now."""
    return address if address.until else replace(address, until=datetime.now(UTC) + DELIVERED_FOR)
