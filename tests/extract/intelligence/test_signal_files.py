"""Signal files into raw: what can be used once each, what can't set aside with its place and its reason."""

import json
from datetime import date

import pytest

from extract.intelligence.signal_files import MOST_TOLD, TYPES, SignalFiles
from extract.people.suppression import Suppressions
from tests.extract.heyreach.scripted_workspace import empty_raw
from tests.extract.people.dropping import Dropped

ADA = "https://www.linkedin.com/in/ada-sample"


class Workspace(Dropped):
    """A folder of signal files beside a raw database; the first extraction is on 2026-01-01 at 03:00."""

    kind, name = SignalFiles, "signals"

    def signals(self) -> list[tuple]:
        return self.query(
            "select payload ->> '$.signal_type', observed_at::varchar from heyreach.signal_lines order by all"
        )


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "raw.duckdb").write_bytes(empty_raw())
    return Workspace(tmp_path)


def line(**told: object) -> bytes:
    usual = {"profile_url": ADA, "signal_type": "page_visit", "occurred_at": "2025-12-30T09:00:00Z"}
    kept = {name: value for name, value in (usual | told).items() if value is not None}
    return json.dumps(kept).encode() + b"\n"


def test_every_type_that_is_declared_is_read_once_in_either_spelling(workspace):
    document = {"lead_id": ADA, "profile_url": None, "occurred_at": None, "detected_at": "2025-12-31"}
    workspace.put("site.jsonl", b"".join(line(signal_type=name) for name in TYPES))
    workspace.put("more.jsonl", line(signal_type="Contract Renewal", **document) + line(signal_type=TYPES[0]))
    assert workspace.extract() == []
    assert workspace.extract() == []
    assert [name for name, _ in workspace.signals()] == sorted([*TYPES, "Contract Renewal"])
    assert len({at for _, at in workspace.signals()}) == 1


UNUSABLE = (
    ({"signal_type": "pagevisits"}, "signal_type is 'pagevisits'; did you mean page_visit?"),
    ({"signal_type": None}, "signal_type is nothing; known are recent_funding, "),
    ({"profile_url": None}, "names neither profile_url nor company_domain"),
    ({"profile_url": "https://example.com/ada"}, "profile_url is no person's profile (not_linkedin"),
    ({"company_domain": "gmail.com"}, "company_domain is no company's domain"),
    ({"occurred_at": None}, "occurred_at is missing"),
    ({"occurred_at": "05/01/2026"}, "occurred_at is no time that can be read in one way"),
    ({"occurred_at": "2026-02-01T03:02:00Z"}, "occurred_at lies in the future"),
)


def test_a_line_that_cannot_be_used_is_told_with_its_place_and_kept(workspace):
    """The others of its file are landed; it is told once, and read again once it has been mended."""
    # A site's clock may be a minute ahead.
    usable = line(occurred_at="2026-01-01T03:00:50Z")
    workspace.put("site.jsonl", b"".join([usable, *(line(**told) for told, _ in UNUSABLE)]))
    warnings = workspace.extract()
    assert len(warnings) == len(UNUSABLE)
    for number, (warning, (_, complaint)) in enumerate(zip(warnings, UNUSABLE, strict=True), start=2):
        assert warning.startswith(f"signals/site.jsonl line {number}: {complaint}")
    assert workspace.set_aside() == [f"site.jsonl:{number}" for number in range(2, 2 + len(UNUSABLE))]
    assert len(workspace.signals()) == 1
    workspace.append("site.jsonl", line(signal_type="download"))
    assert workspace.extract() == []
    assert len(workspace.signals()) == 2


def test_a_file_of_another_kind_is_told_in_few_lines(workspace):
    workspace.put("site.jsonl", b"x\n" * 500 + b"[]\n" + line())
    warnings = workspace.extract()
    assert warnings[0] == "signals/site.jsonl line 1: no JSON object of valid text and usual length"
    assert warnings[MOST_TOLD:] == ["signals/site.jsonl: 481 more lines are set aside; see quarantined_rows"]
    assert len(workspace.signals()) == 1


def test_what_is_known_of_erased_people_is_blanked_and_never_landed(workspace):
    people = Suppressions(workspace.folder / "suppressed")
    people.add({"linkedin.com/in/ada-sample"}, date(2026, 1, 1))
    kim = "https://www.linkedin.com/in/kim-sample"
    told = line(detail="Ada") + line(profile_url=None, lead_id=ADA, detail="Ada") + line(profile_url=kim)
    path = workspace.put("site.jsonl", told)
    assert workspace.extract(people) == []
    assert b"ada" not in path.read_bytes().lower()
    assert len(workspace.signals()) == 1
