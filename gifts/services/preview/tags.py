"""A page's tags, one after the other. No tree is built, and nobody's page can make this take long.

html.parser is not used: on one hostile page of 100 kB (`<a ` and nothing else) it took a minute. Here every step goes
forward from where the last one ended, and no step can look at the same text more than a few times.
"""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_TAGS = 200_000
MAX_TAG = 100_000
# A tag's end is the first > outside of quotes; a < outside of quotes shows that it is no tag. The possessive `*+`
# never goes back, and of all the tags that could begin within each other's quotes at most three stay possible.
TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
BEGINNING = re.compile(r"<!--|</?[a-zA-Z]")
ATTRIBUTE = re.compile(r"""([^\s=/"'<>]{1,60})(?:\s{0,9}=\s{0,9}(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?""")
# What stands between these and their end is no markup.
RAW = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in ("script", "style", "title", "textarea")}


class Tag(NamedTuple):
    name: str
    is_end: bool
    written: str  # its attributes as they stand there
    raw: str  # of script, style, title, textarea: what is within
    page: str
    end: int

    @property
    def text(self) -> str:
        """A little of what follows, up to the next tag."""
        return self.page[self.end : self.end + 300].partition("<")[0]

    def attributes(self) -> dict[str, str]:
        """Each by its name in small letters; the first of two counts."""
        found: dict[str, str] = {}
        for name, double, single, bare in ATTRIBUTE.findall(self.written[:MAX_TAG]):
            found.setdefault(name.lower(), unescaped(double or single or bare))
        return found


def unescaped(text: str) -> str:
    """With its entities read; a number too long to be one leaves all of it as it stands."""
    try:
        return html.unescape(text)
    except ValueError:
        return text


def tags_of(page: str) -> Iterator[Tag]:
    place = 0
    for _ in range(MAX_TAGS):
        beginning = BEGINNING.search(page, place)
        if beginning is None:
            return
        place = beginning.start()
        if beginning[0] == "<!--":
            place = page.find("-->", place + 2)  # <!--> is a comment, too
            if place < 0:
                return
            continue
        tag = TAG.match(page, place)
        if tag is None:
            place += 1
            continue
        name, is_end, place = tag[2].lower(), bool(tag[1]), tag.end()
        raw = ""
        if name in RAW and not is_end:
            end = RAW[name].search(page, place)
            if end is None:
                return
            raw, place = page[place : end.start()], end.start()
        yield Tag(name, is_end, tag[3], raw, page, place)
