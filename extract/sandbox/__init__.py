"""HeyReach's API and services as a sandbox on loopback: invented people, a hidden truth, a movable clock."""

from datetime import UTC, datetime
from pathlib import Path

# What an ordinary workspace does (see extract.sandbox.twists), and what of it the demo shows.
ORDINARY_TWISTS: tuple[str | dict, ...] = (
    "empty_sequences",
    {"name": "connected_before_accepted", "share": 0.06},
    {"name": "placeholders", "share": 0.02},
    "list_deleted",
)

DEMO_PRESET = "demo"
DEMO_SEED = 7
DEMO_TWISTS: tuple[str | dict, ...] = ORDINARY_TWISTS
# What stands for the base URL in demo raw: the port is another one every time, the world is not.
DEMO_ORIGIN = f"sandbox {DEMO_PRESET} {DEMO_SEED} ordinary"
DEMO_WEEKS = 7
DEMO_START = datetime(2025, 12, 22, tzinfo=UTC)
DEMO_END = datetime(2026, 2, 9, 6, tzinfo=UTC)
DEMO_ACCOUNTS_PATH = Path(__file__).parent / "demo_accounts.yaml"
