"""Clients of services, made when first needed: importing and listing integrations needs no key."""

import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

from extract.enrichment.client import ServiceClient, pacer_of
from extract.enrichment.config import EnrichmentConfig
from extract.enrichment.profiles import ProfileSource
from extract.heyreach.client import heyreach_client
from extract.sandbox.process import Sandbox
from extract.sandbox.services import HOSTS
from extract.workspace.services import HEYREACH, PROFILES, SERVICES
from extract.workspace.workspace import Workspace

# HeyReach has one pace for everything, so more threads would only wait for each other.
_HEYREACH_CONCURRENCY = 2
# A stop lets an answer that is nearly here, and maybe paid for, still come; less than stop.STOP_SECONDS.
GRACE_SECONDS = 3.0


class Clients:
    """One client per thread and service; closed all together.

    `heyreach` says where HeyReach is asked, and `sandbox` where, of the demo's people, the others are that it
    invents: profile pages, and services.
    """

    def __init__(
        self,
        workspace: Workspace,
        config: EnrichmentConfig,
        *,
        back_off: float = 1.0,
        heyreach: Workspace | None = None,
        sandbox: Sandbox | None = None,
    ):
        self._workspace = workspace
        self._heyreach = heyreach or workspace
        self._sandbox = sandbox
        self._config = config
        self._back_off = back_off
        self._local = threading.local()
        self._made: list = []
        self._lock = threading.Lock()
        self._source: ProfileSource | None = None

    def get(self, service: str):
        """This thread's client of a service."""
        clients = self._local.__dict__.setdefault("clients", {})
        if service not in clients:
            clients[service] = self._make(service)
            with self._lock:
                self._made.append(clients[service])
        return clients[service]

    def close(self) -> None:
        """Close every connection."""
        for client in self._made:
            client.close()

    def end(self) -> None:
        """Let nothing leave any more; what is under way may take some seconds, and then is hung up on."""
        for client in list(self._made):
            client.end()
        timer = threading.Timer(GRACE_SECONDS, self._hang_up)
        timer.daemon = True
        timer.start()

    def _hang_up(self) -> None:
        for client in list(self._made):
            client.hang_up()

    def concurrency(self, service: str) -> int:
        """How many requests to a service may be under way at once."""
        return SERVICES[service].concurrency if service in SERVICES else _HEYREACH_CONCURRENCY

    def _make(self, service: str):
        if service == HEYREACH:
            return heyreach_client(self._heyreach)
        if service == PROFILES:
            return self._profiles()
        known = SERVICES[service]
        values = self._workspace.services
        address, pace = values[known.base_url_variable], self._config.pace(service)
        if self._sandbox and is_invented(service, self._workspace):
            address, pace = self._sandbox.service_url(known.base_url), 0
            values = {**values, **dict.fromkeys(known.keys, self._sandbox.api_key)}
        client = ServiceClient(
            known,
            address,
            {name: values[name] for name in (*known.keys, "LLM_MODEL", "PIPE0_ENVIRONMENT")},
            pacer_of(known, pace, values.get(known.secret, ""), self._workspace.paths.pacing),
            back_off=self._back_off,
        )
        if service == "llm":
            client.profiles = self._profiles()
        return client

    def _profiles(self) -> ProfileSource:
        """One for all threads, so that a host that says no is heard by all."""
        with self._lock:
            if self._source is None:
                folder = self._workspace.paths.profiles
                pages = self._sandbox.pages_url if self._sandbox else ""
                self._source = ProfileSource(folder, self._config, self._workspace, pages)
            return self._source


def is_invented(service: str, workspace: Workspace) -> bool:
    """Whether the demo's sandbox answers in the place of a service about the demo's people."""
    if not workspace.is_demo or service not in SERVICES:
        return False
    known = SERVICES[service]
    is_elsewhere = workspace.services[known.base_url_variable] != known.base_url
    return not is_elsewhere and urlsplit(known.base_url).hostname in HOSTS


def missing_keys(service: str, workspace: Workspace) -> list[str]:
    """The variables a service needs that are not set."""
    if service == HEYREACH:
        return [] if workspace.api_key or workspace.is_demo else ["HEYREACH_API_KEY"]
    if service == PROFILES:
        return []
    values: Mapping[str, str] = workspace.services
    known = SERVICES[service]
    return [name for name in (*known.keys, known.base_url_variable) if not values[name]]
