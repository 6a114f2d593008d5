"""Faults brought back on purpose, one at a time: does the test that is named for it notice?

`python -m tests.mutations` takes half an hour; `--only TEXT ...` tries some, `--workers N` so many at once,
`--keep` writes what came out into their rows of results.md. Each mutation stands in `faults/*.yaml`:

| key | is |
| --- | --- |
| `brings_back` | rows of tests/FAULTS.md, and entries of found.yaml |
| `so_that` | what goes wrong again, in a sentence |
| `in` | a function, method or constant by its dotted name; dbt's `model`, `macro`, `test`; a `file` |
| `replace`, `by` | a text that occurs there once, and what stands in its stead; lines are indented anyhow |
| `noticed_by` | the test that must fail, as pytest names it |

Noticed means that an assertion of that test failed, that it found another number of things than it names, or
that it met a refusal of ours which it doesn't expect. Code that doesn't compile, SQL that doesn't run and any
other error are a mistake of the mutation.
"""
