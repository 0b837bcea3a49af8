"""What a page links to and shows."""

from html.parser import HTMLParser
from typing import NamedTuple

from saddlepoint.data.collecting.web import host_of, joined
from saddlepoint.data.files.formats import is_image_name


class Links(NamedTuple):
    """What a page leads to, each address once and in full, in the page's order.

    Attributes:
        images: shown on it, or linked to by a name that is an image's.
        pages: linked to otherwise.
        licence: what the page says of its licence, or "".
    """

    images: tuple[str, ...]
    pages: tuple[str, ...]
    licence: str


def links(html: str, url: str) -> Links:
    """Return what a page at ``url`` leads to."""
    reader = _Reader(url)
    reader.feed(html)
    reader.close()
    return Links(tuple(reader.images), tuple(reader.pages), reader.licence)


class _Reader(HTMLParser):
    def __init__(self, url: str):
        super().__init__(convert_charrefs=True)
        self.base = url
        self.images: dict[str, None] = {}
        self.pages: dict[str, None] = {}
        self.licence = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        rel = given.get("rel", "").lower().split()
        if tag == "base" and given.get("href"):
            self.base = joined(self.base, given["href"]) or self.base
        elif tag in ("a", "link") and "license" in rel:
            self.licence = self.licence or joined(self.base, given.get("href", ""))
        elif tag in ("a", "area") and given.get("href"):
            path = given["href"].partition("#")[0].partition("?")[0]
            self._add(self.images if is_image_name(path) else self.pages, given["href"])
        elif tag in ("img", "source"):
            largest = _largest(given.get("srcset") or given.get("data-srcset") or "")
            shown = largest or given.get("data-src") or (given.get("src") if tag == "img" else "")
            if shown:
                self._add(self.images, shown)
        elif tag == "meta" and given.get("property", given.get("name")) == "og:image" and given.get("content"):
            self._add(self.images, given["content"])

    def _add(self, to: dict[str, None], address: str) -> None:
        full = joined(self.base, address.strip()).partition("#")[0]
        if host_of(full) is not None:
            to.setdefault(full)


def _largest(srcset: str) -> str:
    """Return the address of the largest image of a ``srcset``: ``a.jpg 1x, b.jpg 640w``."""
    best, size = "", -1.0
    for part in srcset.split(", ") if ", " in srcset else srcset.split(","):
        words = part.split()
        if not words:
            continue
        try:
            worth = float(words[1].rstrip("wx")) if len(words) > 1 else 1.0
        except ValueError:
            continue
        if worth > size:
            best, size = words[0].strip(","), worth
    return best
