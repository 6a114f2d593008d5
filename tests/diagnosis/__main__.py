"""`python -m tests.diagnosis`: draw worlds, count how often the first line is right, print the table."""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.diagnosis.causes import KINDS, Kind, draw
from tests.diagnosis.examination import Finding
from tests.diagnosis.oracle import Opinion, Requests, bars
from tests.diagnosis.results import fails_its_targets, table
from tests.diagnosis.workers import examined

RESULTS = Path(__file__).with_name("results.md")
# Sound worlds that tell how sure the oracle has to be: their requests, not what became of them.
SOUND = 60
# What of a finding is left out of the file: no figure is made of it.
_DETAILS = {"names": [], "lines": [], "naive": "", "unlike_their_leads": []}


def main() -> int:
    """Examine the worlds asked for; 0 if the targets are met, 1 if not."""
    options = _parser().parse_args()
    kinds = [kind for kind in KINDS if options.cause.lower() in kind.name.lower()]
    wanted = {kind: min(kind.worlds, options.worlds or kind.worlds) for kind in kinds}
    tasks = [(kind, number) for kind in kinds for number in range(wanted[kind])]
    # All kinds at the same speed, so that a run that is stopped has some of each.
    tasks.sort(key=lambda task: (task[1] + 1) / wanted[task[0]])
    if not tasks:
        print(f"no kind of world is called {options.cause!r}: {', '.join(kind.name for kind in KINDS)}")
        return 2
    began = time.monotonic()
    findings = _earlier(options.read or options.out, wanted)
    done = {(finding.kind, finding.number) for finding in findings}
    tasks = [(kind, number) for kind, number in tasks if (kind.name, number) not in done and not options.read]
    for finding in examined(tasks, options.workers, options.databases):
        findings.append(finding)
        if options.out:
            with options.out.open("a") as file:
                kept = {name: value for name, value in finding._asdict().items() if name not in _DETAILS}
                file.write(json.dumps(kept) + "\n")
        print(f"\r{len(findings)} of {len(done) + len(tasks)} worlds", end="", file=sys.stderr, flush=True)
    minutes = (time.monotonic() - began) / 60
    print(f" in {minutes:.1f} minutes", file=sys.stderr)
    sound = next(kind for kind in KINDS if kind.group == "null")
    drawn = [draw(sound, number) for number in range(min(SOUND, options.worlds or SOUND))]
    over = bars(Requests.of(world.workspace, world.world) for world in drawn)
    text = table(findings, over)
    print(text)
    if options.keep:
        RESULTS.write_text(text)
    return 1 if fails_its_targets(findings, over) else 0


def _earlier(path: Path | None, wanted: Mapping[Kind, int]) -> list[Finding]:
    """What a run that was stopped, or one of fewer worlds, left in the file."""
    if path is None or not path.exists():
        return []
    numbers = {kind.name: number for kind, number in wanted.items()}
    findings = []
    for line in path.read_text().splitlines():
        fields = _DETAILS | json.loads(line)
        if fields["oracle"]:
            names_it, sureness = fields["oracle"]
            fields["oracle"] = Opinion(names_it, {float(effect): sure for effect, sure in sureness.items()})
        finding = Finding(**fields)
        if finding.number < numbers.get(finding.kind, 0):
            findings.append(finding)
    return findings


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.diagnosis", description=__doc__)
    parser.add_argument("--worlds", type=int, help="at most so many worlds of each kind (default: all)")
    parser.add_argument("--cause", default="", help="only kinds of world whose name holds this")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="append each finding to this file as JSON; what it holds is not drawn again, so that a run of "
        "hours may be cut off",
    )
    parser.add_argument(
        "--read", type=Path, metavar="FILE", help="draw nothing: print the table of such a file"
    )
    parser.add_argument("--databases", type=Path, metavar="FOLDER", help="keep every warehouse there")
    parser.add_argument("--keep", action="store_true", help=f"write the table to {RESULTS.name}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
