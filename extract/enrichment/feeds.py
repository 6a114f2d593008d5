"""Reading a feed of RSS 2.0 (https://www.rssboard.org/rss-specification) that a stranger sent."""

from xml.etree import ElementTree

# Entities can only be declared in a document type, and a feed needs none: without it a few bytes can't become
# gigabytes, and nothing outside of it is read.
_FORBIDDEN = ("<!DOCTYPE", "<!ENTITY")


def feed_items(text: str) -> list[dict[str, str]]:
    """The items of a feed: `title, link, pubDate, source`, those that are there, as told.

    Raises ValueError for what is no feed, and for one that declares a document type.
    """
    if any(mark in text for mark in _FORBIDDEN):
        raise ValueError("it declares a document type, which no feed needs")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - without a document type there are no entities
    except ElementTree.ParseError:
        raise ValueError("it is no XML") from None
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        raise ValueError("it is no RSS 2.0")
    names = ("title", "link", "pubDate", "source")
    told = ({name: (item.findtext(name) or "").strip() for name in names} for item in channel.iter("item"))
    return [{name: value for name, value in item.items() if value} for item in told]
