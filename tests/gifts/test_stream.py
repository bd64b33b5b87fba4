"""The diary live, one hold at a time: what is sent, to whom, in which order, and when it ends."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import DeviceSession
from accounts.tokens import AccessToken, RefreshToken, StreamTicket
from config import wakeups
from gifts.api.views.activity import _as_json
from gifts.services import stream
from gifts.services.stream import BATCH, BEFORE_ALL, BUSY_RETRY_MS, RETRY_MS, Hold, open_holds
from households.authentication import viewer_of_session
from households.models import Activity, Membership, Role
from households.services import diary
from households.services.people import create_person
from tests.cast import Family, Member, join, make_family
from tests.envelope import NOWHERE, code_of, complaints
from tests.gifts.looking import API
from tests.gifts.scene import claim, make_scene

PATH = f"{API}/activity/stream"


@dataclass
class Event:
    id: str
    entry: dict


def events(text: str) -> list[Event]:
    """The events in what was sent, after looking that it is made of blocks as an EventSource reads them."""
    found = []
    for block in text.removesuffix("\n\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        if "data" in fields:
            assert list(fields) == ["id", "event", "data"]
            assert fields["event"] == "activity"
            found.append(Event(fields["id"], json.loads(fields["data"])))
    return found


def sent(api: APIClient, query: str = "", **headers: str) -> str:
    answer = api.get(f"{PATH}?{query}", headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.getvalue().decode()


def titles(text: str) -> list[str]:
    return [event.entry["subject"]["title"] for event in events(text)]


def newest_of(family: Family) -> UUID:
    return Activity.objects.filter(household=family.household).latest("pk").pk


def note(family: Family, **payload: object) -> Activity:
    return diary.record(
        household_id=family.household.pk,
        actor=family.mia.user,
        verb="person.updated",
        subject=family.theo,
        **payload,
    )


# --- What is sent --------------------------------------------------------------------------------


def test_it_begins_now_and_says_where_that_is(family: Family):
    assert sent(family.mia.api()) == f"retry: {RETRY_MS}\n\nid: {newest_of(family)}\n\n"


def test_where_nothing_can_be_read_yet_it_begins_before_all(family: Family):
    Activity.objects.all().delete()
    assert f"id: {BEFORE_ALL}\n\n" in sent(family.mia.api())


def test_an_event_is_the_entry_as_the_diary_shows_it(family: Family):
    start = newest_of(family)
    entry = note(family, fields=["notes"])
    api = family.mia.api()
    (event,) = events(sent(api, f"after={start}"))
    assert event.id == str(entry.pk)
    assert event.entry == api.get(f"{API}/activity?limit=1").json()["results"][0]


def test_it_resumes_from_the_header_or_the_address_and_the_header_is_newer(family: Family):
    first, second = newest_of(family), note(family).pk
    third = note(family).pk
    api = family.mia.api()

    def ids(**sent_with: str) -> list[str]:
        query = f"after={sent_with['after']}" if "after" in sent_with else ""
        return [e.id for e in events(sent(api, query, **{"Last-Event-ID": sent_with.get("header", "")}))]

    assert ids(after=str(first)) == ids(header=str(first)) == [str(second), str(third)]
    assert ids(after=str(first), header=str(second)) == [str(third)]
    assert ids(after=str(third)) == []


def test_entries_come_in_batches_none_left_out_and_none_twice(family: Family):
    start = newest_of(family)
    written = [str(note(family).pk) for _ in range(BATCH + 20)]
    api = family.mia.api()
    first = [event.id for event in events(sent(api, f"after={start}"))]
    second = [event.id for event in events(sent(api, f"after={first[-1]}"))]
    assert (len(first), first + second) == (BATCH, written)


def test_the_answer_is_a_stream_that_nobody_keeps(family: Family):
    answer = family.mia.api().get(PATH, headers={"Accept": "text/event-stream", "X-Request-ID": "0123-abcd"})
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["X-Request-ID"] == "0123-abcd"
    assert list(family.mia.api().head(PATH)) == []


@pytest.mark.parametrize("accepted", ["text/event-stream", "*/*", "application/json"])
def test_whatever_is_accepted_a_refusal_is_json(family: Family, accepted: str):
    api = family.mia.api()
    answer = api.get(f"{PATH}?after=12&household=x&bogus=1", headers={"Accept": accepted})
    assert complaints(answer).keys() == {"after", "household", "bogus"}
    assert code_of(APIClient().get(PATH, headers={"Accept": accepted})) == (401, "AUTH_REQUIRED")


@pytest.mark.parametrize("malformed", ["12", "x" * 40, "0199b2c4", "null", "\x00"])
def test_a_malformed_id_is_refused_and_not_taken_for_now(family: Family, malformed: str):
    api = family.mia.api()
    assert complaints(api.get(PATH, {"after": malformed})).keys() == {"after"}
    assert complaints(api.get(PATH, headers={"Last-Event-ID": malformed})).keys() == {"after"}
    assert complaints(api.get(f"{PATH}?after=")).keys() == {"after"}


# --- To whom -------------------------------------------------------------------------------------


def test_a_stream_is_one_households(family: Family, neighbour: Member):
    Membership.objects.create(household=neighbour.person.household, user=family.mia.user)
    api = family.mia.api()
    assert complaints(api.get(PATH)) == {"household": ["Say which household."]}
    assert titles(sent(api, f"after={BEFORE_ALL}&household={neighbour.person.household_id}")) == ["The Neighbours"]
    assert titles(sent(api, f"after={BEFORE_ALL}&household={family.household.pk}")) == ["The Bauers"]


def test_where_somebody_does_not_plan_there_is_no_diary(family: Family, neighbour: Member):
    guest = join(family.household, "Gus", Role.GUEST)
    theirs = f"{PATH}?household={family.household.pk}"
    never = neighbour.api().get(f"{PATH}?household={NOWHERE}")
    for answer in (guest.api().get(PATH), guest.api().get(theirs), neighbour.api().get(theirs), never):
        assert code_of(answer) == (404, "RESOURCE_NOT_FOUND")


def test_the_recipient_is_sent_nothing_of_what_is_hidden(family: Family):
    scene = make_scene(family)
    start = newest_of(family)
    claim("mia")(scene)
    family.leo.list("Afterwards")

    assert titles(sent(scene.leo, f"after={start}")) == ["Afterwards"]
    assert titles(sent(scene.ada, f"after={start}")) == ["Socks", "Afterwards"]


# --- Tickets -------------------------------------------------------------------------------------


@pytest.fixture
def ticket(family: Family) -> str:
    answer = family.mia.api().post(f"{API}/activity/ticket")
    assert answer.status_code == 201
    assert answer.json().keys() == {"ticket", "expires_at"}
    return answer.json()["ticket"]


def test_a_ticket_opens_the_stream_for_ten_minutes(family: Family, ticket: str, settings, api: APIClient):
    assert titles(sent(api, f"ticket={ticket}&after={BEFORE_ALL}")) == ["The Bauers"]
    claims = StreamTicket.read(ticket)
    assert claims["exp"] - claims["iat"] == 600
    StreamTicket.lifetime, lifetime = -StreamTicket.lifetime, StreamTicket.lifetime
    try:
        late = family.mia.api().post(f"{API}/activity/ticket").json()["ticket"]
    finally:
        StreamTicket.lifetime = lifetime
    assert code_of(api.get(f"{PATH}?ticket={late}")) == (401, "AUTH_TOKEN_EXPIRED")


def test_a_ticket_opens_nothing_else(ticket: str, api: APIClient):
    for path in ("activity", "lists", "users/me"):
        assert code_of(api.get(f"{API}/{path}?ticket={ticket}")) == (401, "AUTH_REQUIRED")
        as_access = api.get(f"{API}/{path}", headers={"Authorization": f"Bearer {ticket}"})
        assert code_of(as_access) == (401, "AUTH_TOKEN_INVALID")
    assert code_of(api.get(PATH, headers={"Authorization": f"Bearer {ticket}"})) == (401, "AUTH_TOKEN_INVALID")


def test_no_other_token_is_a_ticket(family: Family, ticket: str, api: APIClient):
    session = DeviceSession.objects.latest("pk")
    others = [AccessToken.for_session(session), RefreshToken.for_session(session), "no.such.ticket", "", ticket[:-1]]
    for other in others:
        assert code_of(api.get(PATH, {"ticket": str(other)})) == (401, "AUTH_TOKEN_INVALID")


def test_a_ticket_ends_with_its_session(ticket: str, api: APIClient):
    DeviceSession.objects.update(revoked_at="2026-01-01T00:00Z", revoked_reason="signed_out")
    assert code_of(api.get(f"{PATH}?ticket={ticket}")) == (401, "AUTH_SESSION_REVOKED")


def test_a_ticket_shows_what_its_user_may_see_by_now(family: Family, ticket: str, api: APIClient):
    Membership.objects.filter(user=family.mia.user).update(is_active=False)
    assert code_of(api.get(f"{PATH}?ticket={ticket}")) == (404, "RESOURCE_NOT_FOUND")


def test_no_log_line_holds_a_ticket(ticket: str, api: APIClient, caplog):
    sent(api, f"ticket={ticket}")
    api.get(f"{PATH}?ticket={ticket}x")
    api.get(f"{PATH}?ticket={ticket}&bogus=1")
    assert len(caplog.records) >= 3
    assert ticket.split(".")[1] not in caplog.text


# --- How long ------------------------------------------------------------------------------------


@pytest.fixture
def hold(family: Family, settings) -> Callable[..., Hold]:
    """A hold of a member's, by default Leo's, that lasts for two heartbeats and has not been listened to yet."""
    settings.STREAM_HOLD_S, settings.STREAM_POLL_S, settings.STREAM_HEARTBEAT_S = 0.4, 0.02, 0.15

    def make(member: Member = family.leo, session: DeviceSession | None = None) -> Hold:
        member.api()
        session = session or DeviceSession.objects.filter(user=member.user).latest("pk")
        return Hold(
            household_id=family.household.pk,
            session_id=session.pk,
            after=newest_of(family),
            viewer_now=partial(viewer_of_session, session.pk),
            render=partial(_as_json, SimpleNamespace(auth=None)),
        )

    return make


def listened(
    blocks: Iterator[str], *, meanwhile: Callable[[], object], after_pings: int = 1
) -> tuple[list[str], float]:
    """All that is sent, and how long it took. `meanwhile` happens when so many heartbeats have been heard."""
    started, heard = time.monotonic(), []
    for block in blocks:
        heard.append(block)
        if heard.count(": ping\n\n") == after_pings and meanwhile is not None:
            meanwhile, happens = None, meanwhile
            happens()
    return heard, time.monotonic() - started


def test_without_news_it_ends_by_the_clock_with_its_heartbeats(hold):
    heard, took = listened(hold().blocks(), meanwhile=lambda: None)
    assert heard == [f"retry: {RETRY_MS}\n\n", *[": ping\n\n"] * 2]
    assert took >= 0.4


def test_news_end_it_at_once(family: Family, hold):
    heard, _ = listened(hold().blocks(), meanwhile=lambda: [note(family), note(family)])
    assert [len(events(block)) for block in heard] == [0, 0, 1, 1]


def test_a_hidden_entry_neither_ends_it_nor_shifts_its_heartbeats(family: Family, hold):
    scene = make_scene(family)
    leo = hold()
    heard, took = listened(leo.blocks(), meanwhile=lambda: claim("mia")(scene))
    assert heard == [f"retry: {RETRY_MS}\n\n", *[": ping\n\n"] * 2]
    assert took >= 0.4


def test_what_was_hidden_when_it_happened_and_is_not_when_it_is_sent_is_sent(family: Family, hold):
    """What decides is what they may know at that moment, and the order stays that of the diary."""
    hidden = family.mia.list("For Leo", recipient=family.leo.person)
    leo = hold()

    def open_up() -> None:
        family.mia.add(hidden, "A kite")
        hidden.visibility = "household"
        hidden.save()
        note(family)

    heard, _ = listened(leo.blocks(), meanwhile=open_up)
    assert titles("".join(heard)) == ["A kite", "Theo"]


def test_what_becomes_hidden_before_it_is_sent_is_not_sent(family: Family, hold):
    leo = hold()

    def close() -> None:
        made = family.mia.list("For Leo", recipient=family.leo.person, visibility="household")
        made.visibility = "hidden_from_recipient"
        made.save()

    heard, _ = listened(leo.blocks(), meanwhile=close)
    assert titles("".join(heard)) == []


@pytest.mark.parametrize("how", ["signed out", "removed", "made a guest"])
def test_who_is_out_is_sent_nothing_more_and_sent_away_by_the_clock(family: Family, hold, how: str):
    leo = hold()

    def end() -> None:
        if how == "signed out":
            DeviceSession.objects.update(revoked_at="2026-01-01T00:00Z", revoked_reason="signed_out")
        elif how == "removed":
            Membership.objects.filter(user=family.leo.user).update(is_active=False)
        else:
            Membership.objects.filter(user=family.leo.user).update(role=Role.GUEST)
        note(family)

    heard, took = listened(leo.blocks(), meanwhile=end)
    assert heard == [f"retry: {RETRY_MS}\n\n", ": ping\n\n"]
    assert took >= 0.3  # at the second heartbeat, and not at the entry


def test_a_look_costs_one_small_statement_while_nothing_happens(hold):
    blocks = hold().blocks()
    next(blocks)
    with CaptureQueriesContext(connection) as queries:
        list(blocks)
    asked = Counter(query["sql"].split('FROM "')[1].split('"')[0] for query in queries)
    assert asked.keys() == {"households_diarycounter", "accounts_devicesession"}
    assert asked["accounts_devicesession"] == 2  # once at each heartbeat
    assert asked["households_diarycounter"] > 5


@pytest.mark.django_db(transaction=True)
def test_a_change_wakes_whoever_waits_in_this_process(settings):
    """Long before they would have looked by themselves."""
    settings.STREAM_HOLD_S = settings.STREAM_HEARTBEAT_S = settings.STREAM_POLL_S = 20
    family = make_family()
    blocks = sent_live(family.mia.api())
    assert next(blocks).startswith("retry")
    assert next(blocks).startswith("id")
    with ThreadPoolExecutor(1) as others:
        started = time.monotonic()
        others.submit(in_a_moment, lambda: create_person(viewer=family.leo.viewer, display_name="Tim"))
        assert titles("".join(blocks)) == ["Tim"]
    assert time.monotonic() - started < 10


def sent_live(api: APIClient) -> Iterator[str]:
    return (block.decode() for block in api.get(PATH))


def in_a_moment(change: Callable[[], object]) -> None:
    time.sleep(0.2)
    try:
        change()
    finally:
        connection.close()


def test_a_database_that_goes_away_ends_it_quietly(hold, monkeypatch, caplog):
    def gone(*args: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(Hold, "_news", gone)
    assert len(list(hold().blocks())) == 1
    assert "stream ended early" in caplog.text


def test_a_defect_is_not_taken_for_a_database_that_is_away(hold, monkeypatch):
    def broken(*args: object) -> None:
        raise DatabaseError("no such column")

    monkeypatch.setattr(Hold, "_news", broken)
    with pytest.raises(DatabaseError):
        list(hold().blocks())
    assert open_holds._open == []


# --- How many ------------------------------------------------------------------------------------


def test_who_finds_no_room_is_answered_at_once_and_asked_to_wait_longer(family: Family, hold, settings):
    settings.STREAM_MAX_HOLDS = 1
    first = hold(family.mia).blocks()
    next(first)
    late = hold(family.leo)
    note(family)
    heard, _ = listened(late.blocks(), meanwhile=lambda: None)
    assert heard[0] == f"retry: {BUSY_RETRY_MS}\n\n"
    assert titles("".join(heard)) == ["Theo"]
    first.close()
    assert next(late.blocks()) == f"retry: {RETRY_MS}\n\n"


def test_where_there_is_one_thread_nobody_is_held(hold, settings):
    settings.STREAM_MAX_HOLDS = 0
    assert list(hold().blocks()) == [f"retry: {BUSY_RETRY_MS}\n\n"]


def test_a_third_hold_of_one_session_ends_its_oldest(family: Family, hold):
    family.leo.api()
    session = DeviceSession.objects.filter(user=family.leo.user).latest("pk")
    holds = [hold(family.leo, session) for _ in range(3)]
    streams = [one.blocks() for one in holds]
    assert [next(one) for one in streams] == [f"retry: {RETRY_MS}\n\n"] * 3
    assert [one.is_replaced for one in holds] == [True, False, False]
    assert list(streams[0]) == []
    for one in streams[1:]:
        one.close()
    assert open_holds._open == []


def test_whoever_hangs_up_makes_room(hold):
    blocks = hold().blocks()
    next(blocks)
    assert len(open_holds._open) == 1
    blocks.close()
    assert open_holds._open == []


def test_a_process_that_stops_ends_its_holds(hold, monkeypatch):
    here = wakeups.Wakeups()
    monkeypatch.setattr(stream.wakeups, "listen", here.listen)
    monkeypatch.setattr(stream.wakeups, "is_stopping", lambda: here.is_stopping)
    heard, _ = listened(hold().blocks(), meanwhile=here.stop)
    assert heard == [f"retry: {RETRY_MS}\n\n", ": ping\n\n"]
