"""Whatever is done behind somebody's back, they are answered the same, byte for byte."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import transaction

from households.models import Activity, Membership
from tests.cast import Family, Member, make_family
from tests.factories import UserFactory
from tests.gifts.scene import HIDDEN_CHANGES, Scene, make_scene
from tests.secrecy.asking import Questions
from tests.secrecy.doors import Rows
from tests.secrecy.looking import Watcher
from tests.secrecy.world import NAME_OF, domain

Change = Callable[[Scene], None]
Looks = dict[tuple[str, str], Any]
# A change for which another one is in the way goes to the next scene.
SCENES = 4


@dataclass
class Play:
    """The same scene a few times over, and those who may not know what is done in it."""

    scenes: list[Scene]
    blind: list[Watcher]
    viewers: list[Member]
    # What the diary noted of the changes.
    verbs: set[str] = field(default_factory=set)

    def questions(self, viewer: Member, most: int | None = None) -> Questions:
        known, hidden = rows_of(viewer)
        return Questions([known], hidden, ["drill", "socks"], ["15"], ["2031-12-24"], most)

    def looks(self, urls: Iterable[str]) -> Looks:
        urls = list(urls)
        return {(who.name, url): [look.seen for look in who.pages(url)] for who in self.blind for url in urls}

    def change(self, change: Change) -> bool:
        """In the first scene in which it is possible; False when it is in none, after all that happened there."""
        return any(_attempt(change, scene) for scene in self.scenes)


def _attempt(change: Change, scene: Scene) -> bool:
    try:
        with transaction.atomic():
            change(scene)
    except (AssertionError, KeyError, TypeError):  # refused, or nothing there to change
        return False
    return True


def for_leo(scenes: int = SCENES) -> Play:
    family = make_family()
    return _play(family, [family.leo], scenes)


def for_a_couple(scenes: int = SCENES) -> Play:
    """What Leo was is now the couple, and each of its halves looks."""
    family = make_family()
    user = UserFactory(name="Grandpa")
    Membership.objects.create(household=family.household, user=user, person=family.grandpa)
    couple = replace(family, leo=Member(family.grandma.user, family.grandparents))
    return _play(couple, [family.grandma, Member(user, family.grandpa)], scenes)


def _play(family: Family, viewers: list[Member], scenes: int) -> Play:
    return Play(
        [make_scene(family) for _ in range(scenes)],
        [Watcher(viewer.person.display_name, viewer.api()) for viewer in viewers],
        viewers,
    )


def rows_of(viewer: Member) -> tuple[Rows, list[Rows]]:
    """Ids to ask with: one row of each kind that they see, and a few that they do not."""
    known: Rows = {"user": viewer.user.pk, "household": viewer.person.household_id}
    known["session"] = viewer.user.sessions.latest("id").pk
    hidden: list[Rows] = [{}, {}]
    for model in domain():
        name = NAME_OF.get(model._meta.model_name, model._meta.model_name)
        rows = model._base_manager.filter(household=viewer.person.household_id).order_by("pk")
        seen = set(model._default_manager.visible_to(viewer.viewer).values_list("pk", flat=True))
        unseen = [row.pk for row in rows if row.pk not in seen]
        if seen:
            known[name] = min(seen)
        for ids, pk in zip(hidden, unseen, strict=False):
            ids[name] = pk
    return known, [known | rows for rows in hidden]


def noticed(
    play: Play,
    changes: dict[str, Change] = HIDDEN_CHANGES,
    *,
    most: int | None = None,
    only: str = "",
    plainly: bool = False,
) -> list[str]:
    """Who sees what of which change, and where; nothing, if the promise holds.

    All changes happen between two full looks, and a look at the pages without parameters comes after every few, chosen
    so that what one adds another does not take away. Only when something differs each change is tried alone.
    `only`: at addresses that contain this. `plainly`: without filters and orderings.
    """
    questions = play.questions(play.viewers[0], most)
    every = questions.plain() if plainly else questions.all()
    collections, everything = ([url for url in urls if only in url] for urls in (questions.collections(), every))
    before = play.looks(everything)
    play.verbs, suspicious, waiting = set(), set(), dict(changes)
    while waiting:
        with undone():
            noticed_early, too_late = _act(play, waiting, [] if plainly else collections, before)
            suspicious |= noticed_early | differing(before, play.looks(everything))
        assert len(too_late) < len(waiting), f"Nobody can do this in any scene: {sorted(too_late)}"
        waiting, everything = too_late, [url for url in questions.plain() if only in url]
    return culprits(play, changes, before, sorted(suspicious))


def _act(
    play: Play, changes: dict[str, Change], urls: list[str], before: Looks
) -> tuple[set[tuple[str, str]], dict[str, Change]]:
    """What was noticed after every few changes; and those for which another was in the way."""
    found: set[tuple[str, str]] = set()
    too_late: dict[str, Change] = {}
    last = Activity.objects.order_by("-seq").values_list("seq", flat=True)[0]
    groups = max(len(changes) // 12, 1)
    for start in range(groups):
        for name in list(changes)[start::groups]:
            if not play.change(changes[name]):
                too_late[name] = changes[name]
        found |= differing(before, play.looks(urls))
    play.verbs |= set(Activity.objects.filter(seq__gt=last).values_list("verb", flat=True))
    return found, too_late


def culprits(play: Play, changes: dict[str, Change], before: Looks, suspicious: list[tuple[str, str]]) -> list[str]:
    found = []
    for name, change in changes.items() if suspicious else ():
        with undone():
            play.change(change)
            after = play.looks({url for _, url in suspicious})
        found += [f"{who} notices at {url} that {name}" for who, url in sorted(differing(before, after))]
    return found or [f"{who} notices at {url} that much happens" for who, url in suspicious]


def differing(before: Looks, after: Looks) -> set[tuple[str, str]]:
    return {key for key in after if after[key] != before[key]}


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- Whether every kind of change is among them ---------------------------------------------------

# What everybody sees who plans, or what happens in the open only.
OPEN_VERBS = {
    "household.created": "everybody's",
    "household.updated": "everybody's",
    "household.glass_broken": "everybody's: whoever runs the server looked at everything",
    "membership.created": "everybody's",
    "membership.updated": "everybody's",
    "membership.removed": "everybody's",
    "membership.code_issued": "everybody's",
    "person.created": "everybody's",
    "person.updated": "everybody's",
    "person.deleted": "everybody's",
    "person.merged": "everybody's",
    "person.restored": "everybody's",
    "person.invited": "everybody's",
    "person.invitation_declined": "everybody's",
    "person.invitation_withdrawn": "everybody's",
    "tag.created": "everybody's",
    "tag.updated": "everybody's",
    "tag.deleted": "everybody's",
    "tag.restored": "everybody's",
    "gift.created": "a gift of the catalog",
    "gift.published": "the one way into the catalog, and deliberate",
    "import.finished": "tested with the importer",
}


def verbs_in_source() -> set[str]:
    """Every word that a service writes into the diary."""
    found = set()
    for name in ("households", "gifts", "tasks"):
        for file in Path(apps.get_app_config(name).path if apps.is_installed(name) else name).rglob("*.py"):
            if "migrations" not in file.parts:
                found |= set(_recorded(ast.parse(file.read_text())))
    return found


def _recorded(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and re.search("record|restore", ast.unparse(node.func)):
            for argument in [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "verb")]:
                yield from _verbs_in(argument)
        elif isinstance(node, ast.Tuple) and len(node.elts) == 3:
            # A `diary.Entry`, to be written with others.
            yield from _verbs_in(node.elts[0])


def _verbs_in(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]+", str(part.value)):
            yield str(part.value)
