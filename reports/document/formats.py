"""The forms that a report is written in."""

from extract.workspace.errors import ConfigurationError

FORMATS = ("markdown", "json", "html")


def parse_formats(text: str) -> tuple[str, ...]:
    """The formats named in a comma-separated text; raises ConfigurationError for others, and for none."""
    formats = tuple(name.strip() for name in text.split(",") if name.strip())
    if set(formats) - set(FORMATS) or not formats:
        raise ConfigurationError(
            f"--format {text!r} is not understood: name one or more of {', '.join(FORMATS)}, "
            "separated by commas"
        )
    return formats
