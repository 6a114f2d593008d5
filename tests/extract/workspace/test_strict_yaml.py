from pathlib import Path

import pytest

from extract.workspace import strict_yaml
from extract.workspace.errors import ConfigurationError

FIXTURES = Path(__file__).parents[2] / "fixtures" / "config"

REFUSED = {
    "yaml_tab_indent": (2, "holds a tab"),
    "yaml_tab_after_colon": (3, "holds a tab"),
    "yaml_duplicate_key": (5, "'label' is already set on line 3"),
    "yaml_duplicate_top_key": (2, "'accounts' is already set on line 1"),
    "yaml_alias": (3, "anchors (&) and aliases (*)"),
    "yaml_alias_bomb": (1, "anchors (&) and aliases (*)"),
    "yaml_merge_key": (2, "merge keys (<<)"),
    "yaml_python_tag": (2, "tags (!)"),
    "yaml_plain_tag": (2, "tags (!)"),
    "yaml_two_documents": (2, "a second document"),
    "yaml_list_at_top": (1, "must start with `name: value`"),
    "yaml_text_at_top": (1, "must start with `name: value`"),
    "yaml_unquoted_colon": (3, "mapping values are not allowed here"),
    "yaml_unclosed_quote": (3, "unexpected end of stream"),
    "yaml_wrong_indent": (3, "check the indentation"),
    "yaml_control_character": (3, "U+0007"),
    "yaml_latin_1": (3, "is not UTF-8"),
    "yaml_list_as_key": (2, "must be plain text"),
    "yaml_too_deep": (1, "nested deeper than 10 levels"),
}


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "config.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("name", sorted(path.stem for path in (FIXTURES / "invalid").glob("yaml_*.yaml")))
def test_refuses_with_file_line_and_reason(name):
    path = FIXTURES / "invalid" / f"{name}.yaml"
    line, reason = REFUSED[name]
    with pytest.raises(ConfigurationError) as caught:
        strict_yaml.load(path)
    [problem] = caught.value.problems
    assert problem.startswith(f"{strict_yaml.shown(path)} line {line}: ")
    assert reason in problem
    assert "\n" not in problem


def test_every_refusal_has_its_fixture():
    assert {path.stem for path in (FIXTURES / "invalid").glob("yaml_*.yaml")} == set(REFUSED)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_refuses_other_unicode_encodings(tmp_path, encoding):
    path = written(tmp_path, "accounts: []\n".encode(encoding))
    with pytest.raises(
        ConfigurationError, match=r"line 1: (is not UTF-8|holds the control character U\+0000)"
    ):
        strict_yaml.load(path)


def test_refuses_more_than_a_megabyte_unread(tmp_path):
    path = written(tmp_path, "accounts: []\n# " + "x" * 5_000_000)
    with pytest.raises(ConfigurationError, match="larger than 1 MB"):
        strict_yaml.load(path)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_a_megabyte_of_nesting_is_refused_at_once(tmp_path, opening):
    path = written(tmp_path, "accounts: " * (opening != "- ") + opening * (900_000 // len(opening)))
    with pytest.raises(ConfigurationError, match="line 1: is nested deeper"):
        strict_yaml.load(path)


def test_refuses_what_is_no_file(tmp_path):
    with pytest.raises(ConfigurationError, match="can't be read: Is a directory"):
        strict_yaml.load(tmp_path)
    with pytest.raises(ConfigurationError, match="can't be read: No such file"):
        strict_yaml.load(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    "typed",
    ["00456", "0x1F", "1e3", "no", "NO", "Yes", "on", "true", "2026-01-31", "12:30:45", "1_000", ".inf"],
)
def test_plain_values_stay_the_text_that_was_typed(tmp_path, typed):
    assert strict_yaml.load(written(tmp_path, f"field: {typed}\n")) == {"field": typed}
    assert strict_yaml.load(written(tmp_path, f"{typed}: field\n")) == {typed: "field"}


@pytest.mark.parametrize(
    ("typed", "value"),
    [("", None), ("~", None), ("null", None), ('""', ""), ('"~"', "~"), ("'null'", "null")],
)
def test_only_an_unquoted_nothing_is_nothing(tmp_path, typed, value):
    assert strict_yaml.load(written(tmp_path, f"field: {typed}\n")) == {"field": value}


@pytest.mark.parametrize(
    "line",
    ["label: AI Milo #1", "label: #1", "label: [a, b #1\n  ]", "label: a   #1", "other: AI Milo #1"],
)
def test_text_that_yaml_would_cut_at_a_hash_is_refused_by_line(tmp_path, line):
    with pytest.raises(ConfigurationError, match=r"line 2: '#1' would be taken for a comment and left out"):
        strict_yaml.load(written(tmp_path, f"\ufeff# a comment\n{line}\n"))


def test_a_comment_and_a_quoted_hash_stay_what_they_are(tmp_path):
    text = "a: b # c\nd: \"e #1\"\nf: g#h\ni: j  ## k\nl:   # m\nn: 'o #2'  # p\n"
    expected = {"a": "b", "d": "e #1", "f": "g#h", "i": "j", "l": None, "n": "o #2"}
    assert strict_yaml.load(written(tmp_path, text)) == expected


@pytest.mark.parametrize("content", ["", "# only a comment\n", "---\n", "~\n"])
def test_a_file_without_content_is_an_empty_mapping(tmp_path, content):
    assert strict_yaml.load(written(tmp_path, content)) == {}


def test_knows_the_line_of_each_key_and_element(tmp_path):
    document = strict_yaml.load(written(tmp_path, "\nlist:\n  - a: 1\n    b: 2\n\n  - c\nlast: x\n"))
    assert document.lines == {"list": 2, "last": 7}
    assert document["list"].lines == [3, 6]
    assert document["list"][0].lines == {"a": 3, "b": 4}


def test_names_a_file_below_the_working_directory_by_its_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, "a: 1\na: 2\n")
    with pytest.raises(ConfigurationError, match=r"^config\.yaml line 2: 'a' is already set on line 1"):
        strict_yaml.load(path)
