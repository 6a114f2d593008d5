"""A profile as JSON: checked by the file's rules, shown as its lines, added with the rest left as it was."""

import json
from pathlib import Path

import pytest

from extract.intelligence.adding import ChangedMeanwhileError, add, fingerprint, read_json, read_told, save
from extract.intelligence.profiles import Profiles, read_profiles
from extract.workspace.errors import ConfigurationError
from tests.projects import SHIPPED

EXAMPLE = SHIPPED / "examples" / "icp_profile.json"


def profiles(path: Path) -> Profiles:
    problems: list[str] = []
    read = read_profiles(path, problems)
    assert problems == []
    return read


def added(path: Path, name: str = "new", file: Path = EXAMPLE) -> Profiles:
    add(path, name, read_json(file, name))
    return profiles(path)


def test_the_documents_profile_is_the_one_that_is_shipped(tmp_path):
    path = tmp_path / "icp_profiles.yaml"
    path.write_text(f"profiles:\n{indented(read_json(EXAMPLE, 'saas'))}default: saas\n")
    shipped = profiles(SHIPPED / "icp_profiles.yaml").by_name
    assert profiles(path) == Profiles("saas", {"saas": shipped["saas"]})


def indented(block: str) -> str:
    return "".join(f"  {line}\n" for line in block.splitlines())


@pytest.mark.parametrize(
    "written",
    [
        lambda told: json.dumps(told, separators=(",", ":")),
        lambda told: json.dumps(told, indent="\t"),
        lambda told: json.dumps(told).replace("companySizeMin", "company_size_min"),
    ],
    ids=["in one line", "with tabs", "with our own names"],
)
def test_json_is_read_however_it_is_laid_out(tmp_path, written):
    path = tmp_path / "profile.json"
    path.write_text(written(json.loads(EXAMPLE.read_text())))
    assert read_json(path, "saas") == read_json(EXAMPLE, "saas")


def test_what_yaml_would_read_otherwise_is_quoted(tmp_path):
    path = tmp_path / "profile.json"
    technologies = ["C#", "no", "3", "Node #1", "a: b", "null", "- x", 'say "x"', "Ünïcode"]
    path.write_text(json.dumps({"competitors": technologies, "fundingStages": None}))
    file = tmp_path / "icp_profiles.yaml"
    read = added(file, "no", path).by_name["no"]
    assert read["competitors"] == sorted(each.lower() for each in technologies)
    assert "funding_stages" not in file.read_text()


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (
            {"industries": ["SaaS"], "companySizeMni": 5},
            "line 5: 'companySizeMni' is not known in new; did you me",
        ),
        (
            {"industries": ["Softwear"]},
            "line 3: industries: 'Softwear' is no industry that is known; did you me",
        ),
        (
            {"companySizeMin": 9, "companySizeMax": 8},
            "line 2: company_size_min (9) must not be above company_size_m",
        ),
        ({"companySizeMin": 8.5}, "line 2: company_size_min must be a whole number"),
        ({"signals": {"recentFunding": True}}, "line 1: new asks for nothing"),
        ({"techStack": {"mustHave": "AWS"}}, "line 3: must_have must be a list, as in [a, b], not 'AWS'"),
        ({"companySizeMin": 9, "company_size_min": 8}, "line 3: 'company_size_min' is already set on line 2"),
        (["SaaS"], "line 1: the file must start with `name: value`"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path, told, problem):
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(told, indent=1))
    with pytest.raises(ConfigurationError) as error:
        read_json(path, "new")
    assert [each.rpartition("profile.json ")[2].startswith(problem) for each in error.value.problems] == [
        True
    ]


@pytest.mark.parametrize("name", ["", "Saas", "9", "a b", "x" * 41])
def test_a_name_is_small_letters_digits_and_underscores(name):
    with pytest.raises(ConfigurationError, match=r"^NAME: .* can't name a profile"):
        read_json(EXAMPLE, name)


def test_it_stands_at_the_end_and_everything_else_as_it_was(tmp_path):
    path = tmp_path / "icp_profiles.yaml"
    before = (SHIPPED / "icp_profiles.yaml").read_text()
    path.write_text(before)
    path.chmod(0o640)
    was = profiles(path)
    now = added(path)
    assert now == Profiles(was.default, {**was.by_name, "new": was.by_name["saas"]})
    assert path.read_text() == before + "\n" + indented(read_json(EXAMPLE, "new"))
    assert path.stat().st_mode & 0o777 == 0o640
    with pytest.raises(ConfigurationError, match="has a profile 'new' already; give it another NAME"):
        added(path)


LINES = "{end}    new:{end}      industries: [SaaS, FinTech, HealthTech]{end}"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_it_stands_among_the_profiles_where_these_are_not_last(tmp_path, end):
    path = tmp_path / "icp_profiles.yaml"
    first = f"# mine{end}profiles:{end}    one:{end}        industries: [tech]  # all{end}    # no more{end}"
    last = f"{end}# The first.{end}default: one"
    path.write_bytes((first + last).encode())
    assert list(added(path).by_name) == ["one", "new"]
    now = path.read_bytes().decode()
    assert now.startswith(first + LINES.format(end=end))
    assert now.endswith(f"{last}{end}")
    assert now.count("\n") == now.count(end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# mine",
        "default:\nprofiles:\n",
        "profiles:",
        "# a\n\nprofiles:\n\n# b\n",
        "default:\n",
        '"profiles":\n',
    ],
)
def test_the_first_one_is_the_default(tmp_path, text):
    path = tmp_path / "icp_profiles.yaml"
    path.write_text(text)
    read = added(path)
    assert (read.default, list(read.by_name)) == ("new", ["new"])
    assert [line for line in text.splitlines() if line.startswith("#") and line not in path.read_text()] == []


def test_a_file_that_is_missing_is_begun(tmp_path):
    assert added(tmp_path / "icp_profiles.yaml").default == "new"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "default: one\nprofiles: {one: {industries: [tech]}}\n",
            "is laid out so that nothing can be added to it",
        ),
        ("default: one\nprofiles: {}\n", "default must be the name of one profile"),
        ("default: one\nprofiles:\n  one:\n", "one asks for nothing"),
    ],
)
def test_a_file_that_leaves_no_place_stays_as_it_was(tmp_path, text, told):
    path = tmp_path / "icp_profiles.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=told):
        added(path)
    assert path.read_text() == text


TOLD = {"industries": ["FinTech"], "companySizeMin": 20, "techStack": {"mustHave": ["AWS"]}}
FILE = """# Whom we look for.
default: one  # the first

profiles:
  # The first one.
  one:
    industries: [SaaS]  # all of them
    signals:
      recent_funding: false
  # about the second

  # The second one.
  two: {company_size_min: 50}
# the end
"""


def test_a_changed_profile_gets_its_own_lines_and_the_rest_stays_as_it_was(tmp_path):
    path = tmp_path / "icp_profiles.yaml"
    path.write_text(FILE)
    save(path, "one", read_told(TOLD, "one"), fingerprint(path))
    lines = path.read_text().splitlines()
    assert lines[:6] == FILE.splitlines()[:6]
    assert lines[6:9] == [
        "    industries: [FinTech]",
        "    company_size_min: 20",
        "    tech_stack:",
    ]
    assert lines[-5:] == FILE.splitlines()[-5:]
    read = profiles(path)
    assert (read.default, read.by_name["one"]["company_size_min"]) == ("one", 20)
    assert read.by_name["one"]["signals"]["recent_funding"] is True
    # Once more it is the same file.
    before = path.read_text()
    save(path, "one", read_told(TOLD, "one"), fingerprint(path))
    assert path.read_text() == before
    save(path, "two", read_told(TOLD, "two"), fingerprint(path), is_default=True)
    assert path.read_text().startswith("# Whom we look for.\ndefault: two  # the first\n")
    assert path.read_text().endswith("# the end\n")
    assert profiles(path).by_name["two"] == profiles(path).by_name["one"]
    save(path, "three", read_told(TOLD, "three"), fingerprint(path), is_default=True)
    assert profiles(path).default == "three"
    assert list(profiles(path).by_name) == ["one", "two", "three"]


def test_of_two_who_edit_the_second_is_refused(tmp_path):
    path = tmp_path / "icp_profiles.yaml"
    path.write_text(FILE)
    seen = fingerprint(path)
    save(path, "one", read_told(TOLD, "one"), seen)
    after = path.read_text()
    with pytest.raises(ChangedMeanwhileError, match="was changed since you read it"):
        save(path, "two", read_told(TOLD, "two"), seen)
    assert path.read_text() == after


def test_a_first_profile_makes_the_file(tmp_path):
    path = tmp_path / "icp_profiles.yaml"
    save(path, "one", read_told(TOLD, "one"), fingerprint(path))
    assert profiles(path).default == "one"


@pytest.mark.parametrize(
    ("told", "name", "said"),
    [
        ({"industries": ["Softwear"]}, "one", "the profile line 3: industries"),
        ({"industri": ["SaaS"]}, "one", "industri"),
        ({}, "one", "asks for nothing"),
        (TOLD, "One", "can't name a profile"),
    ],
)
def test_what_is_wrong_in_a_profile_that_was_sent_is_named(tmp_path, told, name, said):
    with pytest.raises(ConfigurationError, match=said):
        read_told(told, name)
