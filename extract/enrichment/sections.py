"""The sections of a profile's text, by the headings that LinkedIn prints above them."""

from extract.workspace.texts import tidied

# Heading -> the section it begins; None: a section that is of no interest here.
_HEADINGS: dict[str, str | None] = {
    **dict.fromkeys(("about", "summary", "info"), "about"),
    **dict.fromkeys(("experience", "work experience", "employment", "berufserfahrung"), "employment"),
    **dict.fromkeys(("education", "ausbildung"), "education"),
    **dict.fromkeys(
        (
            *("activity", "featured", "interests", "skills", "languages", "licenses & certifications"),
            *("certifications", "projects", "publications", "courses", "recommendations", "volunteering"),
            *("honors & awards", "organizations", "people also viewed", "more profiles for you", "contact"),
        )
    ),
}
_LONGEST_ENTRY, _MOST_ENTRIES = 500, 50


def sections_of(text: str) -> dict[str, object]:
    """`about` as one text, `employment` and `education` as entries; only those that are there.

    Entries are what blank lines part. What a line of an entry means is not guessed.
    """
    found: dict[str, list[list[str]]] = {}
    section: str | None = None
    for line in map(tidied, text.splitlines()):
        heading = _heading(line)
        if heading in _HEADINGS:
            section = _HEADINGS[heading]
        elif section is not None:
            entries = found.setdefault(section, [[]])
            if line:
                entries[-1].append(line)
            elif entries[-1]:
                entries.append([])
    texts = {
        name: [" | ".join(lines)[:_LONGEST_ENTRY] for lines in entries if lines][:_MOST_ENTRIES]
        for name, entries in found.items()
    }
    about = {"about": " ".join(texts.pop("about"))} if texts.get("about") else {}
    return about | {
        name: [{"text": entry} for entry in entries] for name, entries in texts.items() if entries
    }


def _heading(line: str) -> str:
    """A line as headings are compared; pasted from a browser it stands there twice."""
    plain = line.rstrip(":").casefold()
    half = plain[: len(plain) // 2]
    return half if half and plain == half * 2 else plain
