"""What is inferred about a person and stays here: never asked for unless opted in, never handed to others."""

import functools
import re

INFERRED_TRAITS = ("is_employed", "estimated_age", "gender")
_OTHER_NAMES = {
    "is_employed": ("employed", "employment", "employment_status"),
    "estimated_age": ("age", "age_bracket", "birth_year"),
    "gender": ("sex", "lead_gender"),
}
_TRAITS = {
    name.replace("_", ""): trait for trait in INFERRED_TRAITS for name in (trait, *_OTHER_NAMES[trait])
}


@functools.cache
def trait_of(field: str) -> str | None:
    """The trait that a field of this name holds, however it is spelt; None for anything else."""
    return _TRAITS.get(re.sub(r"[^a-z]", "", field.lower()))
