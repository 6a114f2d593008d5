import os
import resource
from datetime import date
from pathlib import Path

import duckdb
import pytest

from extract.heyreach.accounts import FIELDS, Account, account_warnings, load_accounts, write_account_seed
from extract.workspace.errors import ConfigurationError
from extract.workspace.sql_text import literal
from extract.workspace.strict_yaml import shown

FIXTURES = Path(__file__).parents[2] / "fixtures" / "config"
SHIPPED = Path(__file__).parents[3] / "config" / "heyreach_accounts.yaml"

DANA = "account '50001' ('Dana')"

# Per fixture every problem in order: line, account, and what is said of which field.
REPORTED = {
    "empty_file": [(1, "", "`accounts:` is missing")],
    "unknown_top_key": [
        (1, "", "'account' is not known here"),
        (1, "", "`accounts:` is missing"),
    ],
    "not_a_list": [(1, "", "accounts must be a list")],
    "entry_is_text": [
        (2, "account no. 1", "must be `name: value` lines, not '50001'"),
        (3, "account no. 2", "must be `name: value` lines, not nothing"),
    ],
    "missing_critical": [
        (2, "account no. 1 ('Dana')", "account_id is missing"),
        (4, "account '50002'", "label is missing"),
        (5, "account '50002'", "type is missing"),
    ],
    "retired_without_id": [(2, "account no. 1 ('Dana')", "account_id is missing")],
    "repeated_id": [(5, "account '50001' ('Milo')", "account_id is already used on line 2")],
    "unknown_field": [
        (5, DANA, "'jobtitle' is not a known field; did you mean job_title?"),
        (6, DANA, "'zodiac' is not a known field; known are account_id, label, type"),
    ],
    "bad_id": [(2, "account \"500 01'; drop", "account_id must be 1 to 100 letters, digits, _ or -")],
    "unknown_type": [(4, DANA, "type must be real_personal, ai_mirror_saas or ai_aimfox_saas, not 'robot'")],
    "gender_no": [(5, DANA, "gender must be male, female or neutral, not 'NO'")],
    "unknown_seniority": [(5, DANA, "seniority must be junior, mid, senior or exec, not 'Senior'")],
    "bad_date": [
        (5, DANA, "rotation_started_on must be a date like 2026-01-31, not '2026-02-30'"),
        (9, "account '50002' ('Milo')", "rotation_started_on must be a date"),
    ],
    "yes_is_no_boolean": [(5, DANA, "is_active must be true or false, not 'yes'")],
    "value_is_a_list": [
        (3, "account '50001'", "label must be text, not a list"),
        (5, "account '50001'", "location must be text, not a mapping"),
    ],
    "long_text": [(5, DANA, "location is 201 characters long; 200 are the most")],
    "line_break": [
        (3, "account '50001'", "label holds a line break"),
        (5, "account '50001'", "job_title holds a line break"),
    ],
    "lone_surrogate": [(3, "account '50001'", "label holds a line break or another control character")],
    "many_problems": [
        (4, DANA, "type must be"),
        (5, DANA, "gender must be"),
        (6, "account no. 2 ('Milo')", "account_id is missing"),
        (8, "account no. 2 ('Milo')", "'senority' is not a known field; did you mean seniority?"),
        (9, "account '50001' ('Ines')", "account_id is already used on line 2"),
    ],
}


def valid(name: str) -> list[Account]:
    return load_accounts(FIXTURES / "valid" / f"{name}.yaml")


@pytest.mark.parametrize("name", sorted(REPORTED))
def test_reports_every_problem_with_file_line_account_and_field(name):
    path = FIXTURES / "invalid" / f"accounts_{name}.yaml"
    with pytest.raises(ConfigurationError) as caught:
        load_accounts(path)
    problems = caught.value.problems
    assert len(problems) == len(REPORTED[name])
    for problem, (line, account, text) in zip(problems, REPORTED[name], strict=True):
        assert problem.startswith(f"{shown(path)} line {line}: {account}")
        assert text in problem
        assert "\n" not in problem


def test_every_invalid_fixture_is_expected_to_fail():
    names = {path.stem.removeprefix("accounts_") for path in (FIXTURES / "invalid").glob("accounts_*.yaml")}
    assert names == set(REPORTED)


def test_an_absent_file_is_an_error_that_says_what_to_create(tmp_path):
    with pytest.raises(
        ConfigurationError, match=r"accounts.yaml is missing; create it with .*`accounts: \[\]`"
    ):
        load_accounts(tmp_path / "accounts.yaml")
    with pytest.raises(ConfigurationError, match="is missing"):
        load_accounts(tmp_path / ("x" * 300))


def test_reads_the_documented_format():
    assert valid("seed_format") == [
        Account(
            account_id="50001",
            label="Dana",
            type="real_personal",
            gender="female",
            job_title="Platform Engineering Manager",
            seniority="senior",
            industry="tech",
            location="Lisbon, Portugal",
            rotation_started_on=date(2025, 11, 3),
            is_active=True,
        ),
        Account(account_id="abc-456_X", label="AI Milo (Mirror)", type="ai_mirror_saas"),
    ]


def test_text_stays_the_text_that_was_typed():
    assert valid("text_stays_text") == [
        Account("00456", "no", "real_personal", job_title="2026-01-31", industry="1e3", location="null"),
        Account("0x1F", "Yes", "ai_aimfox_saas", job_title="12:30:45"),
    ]


@pytest.mark.parametrize("name", ["no_accounts", "all_commented_out"])
def test_no_accounts_is_fine(name):
    assert valid(name) == []


def test_reads_what_a_windows_editor_saves_and_trims_it():
    assert [account.label for account in valid("windows_editor")] == ["Zoë 👩‍💻"]


def test_the_shipped_file_is_valid_and_so_is_its_example(tmp_path):
    assert load_accounts(SHIPPED) == []
    shipped = SHIPPED.read_text()
    example = shipped[shipped.index("# accounts:\n") : shipped.index("\naccounts: []")]
    path = tmp_path / "example.yaml"
    path.write_text("".join(line.removeprefix("#").removeprefix(" ") + "\n" for line in example.splitlines()))
    accounts = load_accounts(path)
    assert [account.label for account in accounts] == ["Dana", "AI Milo (Mirror)"]
    assert account_warnings(accounts) == []


def test_warns_of_each_account_that_lacks_something():
    assert account_warnings(valid("seed_format")) == [
        "account 'abc-456_X' ('AI Milo (Mirror)') has no gender, job_title, seniority, industry, location; "
        "there it is counted as unknown"
    ]


def accounts_labelled(folder: Path, *labels: str) -> Path:
    path = folder / "accounts.yaml"
    entries = (
        f"  - account_id: {number}\n    label: {label}\n    type: real_personal\n"
        for number, label in enumerate(labels, start=1)
    )
    path.write_text("accounts:\n" + "".join(entries), encoding="utf-8")
    return path


def test_a_label_cut_at_a_hash_is_refused_and_not_shortened(tmp_path):
    with pytest.raises(ConfigurationError, match=r"accounts\.yaml line 3: '#1' would be taken for a comment"):
        load_accounts(accounts_labelled(tmp_path, "AI Milo #1", "AI Milo #2"))


@pytest.mark.parametrize("other", ["AI Milo", "ai  milo", '"AI\u200b Milo"'])
def test_two_senders_of_one_label_are_warned_of(tmp_path, other):
    warnings = account_warnings(load_accounts(accounts_labelled(tmp_path, "AI Milo", "Dana", other)))
    assert [warning for warning in warnings if "same label" in warning] == [
        "accounts '1' and '3' have the same label "
        f"{'ai milo' if other.startswith('ai') else 'AI Milo'!r}; the reports tell them apart only by id"
    ]


def test_a_label_that_nobody_sees_is_refused_by_line(tmp_path):
    path = accounts_labelled(tmp_path, '"\u200b"')
    with pytest.raises(
        ConfigurationError, match="line 3: account '1': label holds only characters that nobo"
    ):
        load_accounts(path)


def test_a_retired_account_without_label_and_type_is_a_warning():
    [account] = valid("retired_without_label")
    assert account == Account("50003", is_active=False)
    [warning] = account_warnings([account])
    assert warning.startswith("account '50003' has no label, type, gender, ")


def test_the_seed_comes_back_from_duckdb_as_it_went_in(tmp_path):
    accounts = [
        Account(
            "00456", 'Dana "D", née Ω', "real_personal", rotation_started_on=date(2025, 11, 3), is_active=True
        ),
        Account("50002", "null", "ai_mirror_saas", location="{{ 7*7 }}; drop table x", is_active=False),
    ]
    path = tmp_path / "seeds" / "heyreach_account_config.csv"
    write_account_seed(accounts, path)
    with duckdb.connect() as connection:
        # As dbt loads it.
        options = """header = true, all_varchar = true, delim = ',', quote = '"', escape = '"'"""
        connection.execute(f"create table seed as from read_csv({literal(path)}, {options})")
        assert [column[0] for column in connection.sql("from seed").description] == list(FIELDS)
        assert connection.sql("from seed").fetchall() == [
            ("00456", 'Dana "D", née Ω', "real_personal", *[None] * 5, "2025-11-03", "true"),
            ("50002", "null", "ai_mirror_saas", *[None] * 4, "{{ 7*7 }}; drop table x", None, "false"),
        ]


def test_the_seed_of_no_accounts_is_its_header(tmp_path):
    path = tmp_path / "seed.csv"
    write_account_seed([], path)
    assert path.read_text() == ",".join(f'"{name}"' for name in FIELDS) + "\n"


def test_an_unchanged_seed_is_not_touched_and_a_changed_one_replaced(tmp_path):
    path = tmp_path / "seed.csv"
    dana = Account("50001", "Dana", "real_personal")
    write_account_seed([dana], path)
    os.utime(path, (1, 1))
    write_account_seed([dana], path)
    assert path.stat().st_mtime == 1
    write_account_seed([dana, Account("50002", "Milo", "ai_mirror_saas")], path)
    assert len(path.read_text().splitlines()) == 3
    assert [file.name for file in tmp_path.iterdir()] == ["seed.csv"]


def test_a_full_disk_leaves_the_old_seed_and_nothing_else(tmp_path):
    path = tmp_path / "seed.csv"
    write_account_seed([], path)
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before), limits[1]))
    try:
        with pytest.raises(OSError):
            write_account_seed([Account("50001", "Dana", "real_personal")], path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"seed.csv": before}
