"""Somebody tries to find out by writing: whatever they send, they are answered as if there were nothing."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.envelope import NOWHERE
from tests.routes import BODIES
from tests.secrecy.before_after import Change, Play, rows_of, undone
from tests.secrecy.doors import ROW_BEHIND, Door, Rows, ids_among, resolved, writes
from tests.secrecy.looking import Look, Watcher
from tests.secrecy.world import domain

UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
# A ticket is another one every time.
TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
# These make a code that takes long to make, by purpose; one body is enough.
SLOW = ("/members", "/activation-code", "/households")


# Where one looks around after a write.
AROUND = {"items", "comments"}


@dataclass(frozen=True)
class Probe:
    method: str
    url: str
    body: Any = None
    # The first of its kind, and not the same with another value: after it one looks around.
    is_ordinary: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.url} {self.body if self.body is not None else ''}"


# --- Ids of hidden rows ---------------------------------------------------------------------------


def told_apart(watcher: Watcher, known: Rows, hidden: Iterable[Rows], *, thoroughly: bool = True) -> list[str]:
    """Writes that answer otherwise, or do something else, for a hidden row than for one that never was."""
    found = []
    for rows in hidden:
        never = known | dict.fromkeys(rows, NOWHERE)
        for one, other in _pairs(known, known | rows, never, unreadable=[{"bogus": 1}] if thoroughly else []):
            if _effect(watcher, one) != _effect(watcher, other):
                found.append(f"{watcher.name} can tell by {one} that there is something")
    return list(dict.fromkeys(found))


def _pairs(known: Rows, hidden: Rows, never: Rows, unreadable: list[Any]) -> Iterator[tuple[Probe, Probe]]:
    """The same request twice, once with ids of what is hidden and once with ids of what never was."""
    for door in writes():
        (there,), (nowhere,) = door.addresses([hidden]), door.addresses([never])
        if there != nowhere:
            for body in (good_body(door, known), *unreadable):
                yield Probe(door.method, there, body), Probe(door.method, nowhere, body)
        for name, many in ids_among(door.fields):
            for kind in [ROW_BEHIND[name]] if name in ROW_BEHIND else sorted(hidden):
                if hidden.get(kind) != never.get(kind):
                    yield tuple(
                        Probe(door.method, door.addresses([known])[0], _with(door, known, name, pk, many))
                        for pk in (str(hidden[kind]), NOWHERE)
                    )


def _with(door: Door, known: Rows, name: str, pk: str, many: bool) -> dict[str, Any]:
    return (good_body(door, known) or {}) | {name: [pk] if many else pk}


def _effect(watcher: Watcher, probe: Probe) -> tuple[Any, Any]:
    """What was answered, and how many rows there are of everything if something was done."""
    with undone():
        look = watcher.ask(probe.method, probe.url, probe.body)
        return look.seen, [model._base_manager.count() for model in domain()] if look.status < 400 else None


def good_body(door: Door, rows: Rows) -> dict[str, Any] | None:
    """A body from the table of routes, with these rows where it names any."""
    body = BODIES.get((door.method, door.place))
    if body is None:
        return None
    return {name: _placed(value, rows) for name, value in body.items()}


def _placed(value: Any, rows: Rows) -> Any:
    if isinstance(value, list):
        return [_placed(one, rows) for one in value]
    if isinstance(value, str) and re.fullmatch(r"\{\w+\}", value):
        return str(rows.get(value.strip("{}"), rows["person"]))
    return value


# --- Rows that hidden ones hang on ---------------------------------------------------------------


def reacts(play: Play, changes: dict[str, Change], probes: list[Probe] | None = None) -> list[str]:
    """What they can tell by writing to what they see, once there is something hidden."""
    who, questions = play.blind[0], play.questions(play.viewers[0])
    plain = [who.get(url) for url in (questions.collections() if probes else questions.plain())]
    probes = probes_of(play) if probes is None else probes
    pages = [url for url in questions.collections() if url.rpartition("/")[2] in AROUND]
    normal = _normalizer(plain)
    before = [_reaction(who, probe, pages, normal) for probe in probes]
    with undone():
        too_late = [name for name, change in changes.items() if not play.change(change)]
        assert too_late == [], "Raise SCENES: others were in the way of these."
        after = [_reaction(who, probe, pages, normal) for probe in probes]
        found = _stale(who, plain)
    for probe, one, other in zip(probes, before, after, strict=True):
        if one != other:
            found.append(f"{who.name} can tell by {probe} that something is hidden")
    return found


def _stale(who: Watcher, looks: list[Look]) -> list[str]:
    """What they read before is not out of date after: neither when they read it again, nor when they write."""
    found = []
    for look in looks:
        url, tag = look.asked.partition(" ")[2], look.headers.get("ETag")
        if tag and who.get(url, **{"If-None-Match": tag}).status != 304:
            found.append(f"{who.name} reads {url} anew")
        if tag and who.try_out("DELETE", url, **{"If-Match": tag}).status == 412:
            found.append(f"{who.name} finds {url} changed")
    return found


def probes_of(play: Play) -> list[Probe]:
    """Every write of the resolver to what they see, with every field of the schema."""
    family, scene, other = play.scenes[0].family, play.scenes[0], play.scenes[1]
    known, _ = rows_of(play.viewers[0])
    first = known | {"list": scene.wishlist.pk, "item": scene.wish.pk, "gift": scene.wish.gift_id}
    first |= {"person": family.leo.person.pk, "occasion": scene.christmas.pk, "grandpa": family.grandpa.pk}
    second = first | {"list": other.wishlist.pk, "item": other.wish.pk, "gift": other.wish.gift_id}
    second |= {"person": family.theo.pk}
    found = []
    for door in writes():
        url, *others = door.addresses([first, second])
        found += [Probe(door.method, url, body, number == 0) for number, body in enumerate(_bodies(door, first))]
        found += [Probe(door.method, other, good_body(door, first)) for other in others]
    return list({str(probe): probe for probe in [*found, *_particular(scene)]}.values())


def _bodies(door: Door, rows: Rows) -> Iterator[Any]:
    good = good_body(door, rows)
    yield good
    if door.fields and not any(slow in door.place for slow in SLOW):
        for name, kind in door.fields.items():
            for value in _values(name, kind, rows):
                yield (good or {}) | {name: value}


def _values(name: str, kind: dict[str, Any], rows: Rows) -> list[Any]:
    kind = resolved(kind)
    several = [resolved(one) for one in kind.get("oneOf") or kind.get("allOf") or kind.get("anyOf") or [kind]]
    if choices := [value for one in several for value in one.get("enum", [])]:
        return choices[:: max(len(choices) // 2, 1)]
    one = several[0]
    of = one.get("type")
    if one.get("format") == "uuid":
        return [str(rows[ROW_BEHIND[name]])] if ROW_BEHIND.get(name) in rows else [NOWHERE]
    if one.get("format") in {"date", "decimal", "uri"}:
        return {"date": ["2031-12-26"], "decimal": ["5.00"], "uri": ["https://example.org/x"]}[one["format"]]
    simple: dict[str, list[Any]] = {"boolean": [True, False], "integer": [1, 9], "number": [1], "string": ["A hat"]}
    return simple.get(of if isinstance(of, str) else "", [None])


def _particular(scene: Any) -> Iterator[Probe]:
    """What the fields alone would not lead to."""
    api = "/api/v1"
    yield Probe(
        "POST", f"{api}/lists/{scene.birthday_list.pk}/items", {"gift": str(scene.wish.gift_id)}, is_ordinary=True
    )
    yield Probe("POST", f"{api}/lists/{scene.wishlist.pk}/items", {"gift": str(scene.beside.gift_id)})
    yield Probe("PATCH", f"{api}/items/{scene.wish.pk}", {"list": str(scene.hidden_list.pk)})
    yield Probe("POST", f"{api}/lists", {"name": scene.hidden_list.name})
    yield Probe("POST", f"{api}/occasions", {"name": "Party", "honoree": str(scene.family.leo.person.pk)})
    yield Probe("POST", f"{api}/gifts", {"title": "A drill"})


def _reaction(who: Watcher, probe: Probe, urls: list[str], normal: Callable[[Look], Any]) -> list[Any]:
    """The answer; and for the first of its kind, what comes of doing it once more, and what they see afterwards."""
    with undone():
        looks = [who.ask(probe.method, probe.url, probe.body)]
        if looks[0].status < 400 and probe.is_ordinary:
            looks.append(who.ask(probe.method, probe.url, probe.body))
            looks += [who.get(url) for url in urls]
    return [normal(look) for look in looks]


def _normalizer(looks: list[Look]) -> Callable[[Look], Any]:
    """A look without what differs between any two writes: the ids and the moments of what they made."""
    text = "\n".join(look.words for look in looks)
    old_ids, old_moments = set(UUID_TEXT.findall(text)), {m.group() for m in MOMENT.finditer(text)}

    def fresh(old: set[str]) -> Callable[[re.Match[str]], str]:
        return lambda match: match.group() if match.group() in old else "new"

    def normal(look: Look) -> tuple[int, str, dict[str, str]]:
        status, body, headers = look.seen
        words = TOKEN.sub("token", body.decode())
        words = MOMENT.sub(fresh(old_moments), UUID_TEXT.sub(fresh(old_ids), words))
        if words != body.decode():  # its tag and its length follow from what is new in it
            headers = {name: value for name, value in headers.items() if name not in {"ETag", "Content-Length"}}
        return status, words, {name: UUID_TEXT.sub(fresh(old_ids), value) for name, value in headers.items()}

    return normal
