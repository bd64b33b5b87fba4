"""One statement for each read; each row of a page is its JSON and its id."""

from benchmarks.rivals.floor.database import IS_SQLITE, gathered, in_list, shape, text, truth, uuid, value
from benchmarks.rivals.floor.rows import (
    CLAIMS,
    CONCEALED,
    GIFT,
    GIFT_KNOWN,
    GONE,
    HOUSEHOLDS,
    ITEM,
    ITEM_VISIBLE,
    LIST,
    LIST_REF,
    OCCASION_KNOWN,
    ORDINAL,
    PAYLOAD,
    PERSONS,
    STATUS_ALONE,
    TAKEN,
    USER,
    likely,
    list_known,
    moment,
    times,
    user,
)

MORE = "@limit"
GIFTS_FROM = "FROM gifts_gift g LEFT JOIN accounts_user u ON u.id = g.created_by_id"
GIFTS = f"""SELECT {text(GIFT)}, g.id {GIFTS_FROM}
    WHERE g.deleted_at IS NULL AND {GIFT_KNOWN} ORDER BY g.id DESC LIMIT {MORE}"""
ONE_GIFT = f"""SELECT {text(GIFT)} {GIFTS_FROM}
    WHERE g.id = {value("id")} AND g.deleted_at IS NULL AND {GIFT_KNOWN}"""
ONE_LIST = f"""SELECT {text(LIST)} FROM gifts_giftlist l LEFT JOIN accounts_user u ON u.id = l.owner_id
    LEFT JOIN households_person p ON p.id = l.recipient_id
    WHERE l.id = {value("id")} AND l.deleted_at IS NULL AND {list_known()}"""


def items(name: str, where: str, order: str, limit: str) -> str:
    """Two tables of a WITH: a page of items, and what is taken of them."""
    return f"""{name} AS MATERIALIZED (SELECT i.*, {ORDINAL} AS ordinal
        FROM gifts_listitem i JOIN gifts_giftlist l ON l.id = i.list_id JOIN gifts_itemplan pl ON pl.item_id = i.id
        WHERE {in_list("i.household_id", HOUSEHOLDS)} AND {likely(ITEM_VISIBLE)} AND {where}
        ORDER BY {order} LIMIT {limit}),
    {name}_taken AS MATERIALIZED ({TAKEN} FROM {name} i JOIN gifts_claim c ON c.item_id = i.id
        WHERE c.deleted_at IS NULL GROUP BY c.item_id)"""


def items_from(name: str) -> str:
    return f"""FROM {name} i JOIN gifts_giftlist l ON l.id = i.list_id JOIN gifts_itemplan pl ON pl.item_id = i.id
        JOIN gifts_gift g ON g.id = i.gift_id LEFT JOIN accounts_user u ON u.id = i.added_by_id
        LEFT JOIN {name}_taken k ON k.item_id = i.id"""


NEWEST, IN_ORDER = "i.id DESC", "ordinal ASC NULLS LAST, i.id"
ITEMS = f"""WITH {items("page", "true", NEWEST, MORE)}
    SELECT {text(ITEM)}, i.id {items_from("page")} ORDER BY {NEWEST}"""
# A list that is not seen has no items either: a page of none stands for its 404.
ON_LIST = f"(i.list_id = {value('id')} OR l.companion_of_id = {value('id')})"
LIST_SEEN = f"""(SELECT 1 FROM gifts_giftlist own WHERE own.id = {value("id")} AND own.deleted_at IS NULL
    AND {list_known("own")} LIMIT 1) IS NOT NULL"""
LIST_ITEMS = f"""WITH {items("page", f"{ON_LIST} AND {LIST_SEEN}", IN_ORDER, MORE)}
    SELECT {text(ITEM)}, i.id {items_from("page")} ORDER BY {IN_ORDER.replace("ordinal", "i.ordinal")}"""

# --- Tasks -----------------------------------------------------------------------------------------

TODAY = value("today") if IS_SQLITE else f"{value('today')}::date"
TOLD = f"""(t.item_id IS NULL OR (SELECT 1 FROM gifts_listitem i JOIN gifts_giftlist l ON l.id = i.list_id
    WHERE i.id = t.item_id AND {ITEM_VISIBLE} AND NOT {CONCEALED} LIMIT 1) IS NOT NULL)"""
FOLLOWING = """(SELECT n.id FROM tasks_task n WHERE n.previous_id = t.id AND n.deleted_at IS NULL)"""
TASK = shape(
    id=uuid("t.id"),
    household=uuid("t.household_id"),
    owner=uuid("t.owner_id"),
    title="CASE WHEN t.told THEN t.title ELSE 'Something to do' END",
    description="CASE WHEN t.told THEN t.description ELSE '' END",
    completed=truth("t.completed"),
    completed_at=moment("t.completed_at"),
    due_on="t.due_on",
    is_overdue=truth(f"t.due_on IS NOT NULL AND t.due_on < {TODAY} AND NOT t.completed"),
    priority="t.priority",
    item=f"CASE WHEN t.told THEN {uuid('t.item_id')} END",
    recurrence="t.recurrence",
    repeat_after_days="t.repeat_after_days",
    next_task=uuid("t.following"),
    **times("t"),
)
TASKS = f"""WITH page AS MATERIALIZED (SELECT t.*, {TOLD} AS told, {FOLLOWING} AS following FROM tasks_task t
        WHERE t.owner_id = {USER} AND {in_list("t.household_id", HOUSEHOLDS)} AND t.deleted_at IS NULL
        ORDER BY t.id DESC LIMIT {MORE})
    SELECT {text(TASK)}, t.id FROM page t ORDER BY t.id DESC"""

# --- The diary -------------------------------------------------------------------------------------

SEEN_ITEM = f"""FROM gifts_listitem i JOIN gifts_giftlist l ON l.id = i.list_id {{}}
    WHERE {{}} = a.subject_id AND {list_known()}"""
COMMENT_KNOWN = f"""{in_list("co.household_id", HOUSEHOLDS)} AND (
    (SELECT 1 FROM households_person cp WHERE cp.id = co.person_id AND cp.deleted_at IS NULL
        AND {in_list("cp.household_id", HOUSEHOLDS)} LIMIT 1) IS NOT NULL
    OR (SELECT 1 FROM households_occasion o WHERE o.id = co.occasion_id AND o.deleted_at IS NULL
        AND {OCCASION_KNOWN} LIMIT 1) IS NOT NULL
    OR (SELECT 1 FROM gifts_giftlist l WHERE l.id = co.list_id AND l.deleted_at IS NULL AND {list_known()}
        LIMIT 1) IS NOT NULL
    OR (SELECT 1 FROM gifts_gift g WHERE g.id = co.gift_id AND g.deleted_at IS NULL AND {GIFT_KNOWN}
        LIMIT 1) IS NOT NULL
    OR (SELECT 1 FROM gifts_listitem i JOIN gifts_giftlist l ON l.id = i.list_id
        WHERE i.id = co.item_id AND {ITEM_VISIBLE} LIMIT 1) IS NOT NULL)
    AND NOT (SELECT 1 FROM gifts_commenthiddenfrom ch WHERE ch.comment_id = co.id
        AND {in_list("ch.person_id", PERSONS)} LIMIT 1) IS NOT NULL"""
KNOWN = {
    "household": f"FROM households_household h WHERE h.id = a.subject_id AND {in_list('h.id', HOUSEHOLDS)}",
    "membership": f"FROM households_membership h WHERE h.id = a.subject_id AND {in_list('h.household_id', HOUSEHOLDS)}",
    "person": f"FROM households_person h WHERE h.id = a.subject_id AND {in_list('h.household_id', HOUSEHOLDS)}",
    "tag": f"FROM households_tag h WHERE h.id = a.subject_id AND {in_list('h.household_id', HOUSEHOLDS)}",
    "occasion": f"FROM households_occasion o WHERE o.id = a.subject_id AND {OCCASION_KNOWN}",
    "giftlist": f"FROM gifts_giftlist l WHERE l.id = a.subject_id AND {list_known()}",
    "listitem": SEEN_ITEM.format("", "i.id"),
    "itemplan": SEEN_ITEM.format("JOIN gifts_itemplan x ON x.item_id = i.id", "x.id") + f" AND NOT {CONCEALED}",
    "claim": SEEN_ITEM.format("JOIN gifts_claim x ON x.item_id = i.id", "x.id") + f" AND NOT {CONCEALED}",
    "gift": f"FROM gifts_gift g WHERE g.id = a.subject_id AND {GIFT_KNOWN}",
    "comment": f"FROM gifts_comment co WHERE co.id = a.subject_id AND {COMMENT_KNOWN}",
}
WHENS = " ".join(f"WHEN '{kind}' THEN (SELECT 1 {rows} LIMIT 1)" for kind, rows in KNOWN.items())
READS_IT = f"CASE a.subject_type {WHENS} END IS NOT NULL"
SUBJECT_ITEM = """CASE a.subject_type WHEN 'listitem' THEN a.subject_id
    WHEN 'itemplan' THEN (SELECT x.item_id FROM gifts_itemplan x WHERE x.id = a.subject_id)
    WHEN 'claim' THEN (SELECT x.item_id FROM gifts_claim x WHERE x.id = a.subject_id)
    WHEN 'comment' THEN (SELECT x.item_id FROM gifts_comment x WHERE x.id = a.subject_id) END"""
SAID_OF = """(SELECT coalesce(sg.title, sl.name, so.name, sp.display_name) FROM gifts_comment x
    LEFT JOIN gifts_gift sg ON sg.id = x.gift_id LEFT JOIN gifts_giftlist sl ON sl.id = x.list_id
    LEFT JOIN households_occasion so ON so.id = x.occasion_id LEFT JOIN households_person sp ON sp.id = x.person_id
    WHERE x.id = a.subject_id)"""
TITLE = f"""CASE WHEN a.item_id IS NOT NULL THEN (SELECT g.title FROM gifts_gift g
        JOIN gifts_listitem ti ON ti.gift_id = g.id WHERE ti.id = a.item_id AND {GIFT_KNOWN})
    WHEN a.subject_type = 'comment' THEN {SAID_OF}
    WHEN a.subject_type = 'household' THEN (SELECT x.name FROM households_household x WHERE x.id = a.subject_id)
    WHEN a.subject_type = 'membership' THEN (SELECT y.name FROM households_membership x
        JOIN accounts_user y ON y.id = x.user_id WHERE x.id = a.subject_id)
    WHEN a.subject_type = 'person' THEN (SELECT x.display_name FROM households_person x WHERE x.id = a.subject_id)
    WHEN a.subject_type = 'occasion' THEN (SELECT x.name FROM households_occasion x WHERE x.id = a.subject_id)
    WHEN a.subject_type = 'tag' THEN (SELECT x.name FROM households_tag x WHERE x.id = a.subject_id)
    WHEN a.subject_type = 'giftlist' THEN (SELECT x.name FROM gifts_giftlist x WHERE x.id = a.subject_id)
    WHEN a.subject_type = 'gift' THEN (SELECT x.title FROM gifts_gift x WHERE x.id = a.subject_id) END"""
WORD = """CASE a.subject_type WHEN 'giftlist' THEN 'list' WHEN 'listitem' THEN 'item' WHEN 'itemplan' THEN 'plan'
    ELSE a.subject_type END"""
ENTRY = shape(
    id=uuid("a.id"),
    household=uuid("a.household_id"),
    at=moment("a.created_at"),
    actor=user("u"),
    verb="a.verb",
    subject=shape(type=WORD, id=uuid("a.subject_id"), title=TITLE, item=uuid("a.item_id")),
    payload=PAYLOAD,
)


def entries(limit: str) -> str:
    return f"""entries AS MATERIALIZED (SELECT a.*, {SUBJECT_ITEM} AS item_id FROM households_activity a
        WHERE {in_list("a.household_id", HOUSEHOLDS)} AND ({READS_IT}) ORDER BY a.id DESC LIMIT {limit})"""


ENTRIES_FROM = "FROM entries a LEFT JOIN accounts_user u ON u.id = a.actor_id"
ACTIVITY = f"WITH {entries(MORE)} SELECT {text(ENTRY)}, a.id {ENTRIES_FROM} ORDER BY a.id DESC"

# --- The dashboard ---------------------------------------------------------------------------------

HOME = value("household_id")
TO_COME = f"(l.occurs_on >= {TODAY} OR l.occurs_on IS NULL)"
IS_INBOX = f"(l.household_id = {HOME} AND l.kind = 'idea' AND l.recipient_id IS NULL AND l.occasion_id IS NULL)"
IS_MINE = f"""(i.household_id = {HOME} AND NOT {CONCEALED} AND i.id IN (SELECT c.item_id FROM gifts_claim c
    WHERE c.household_id = {HOME} AND c.giver_id = {value("me")} AND c.status <> 'gifted' AND c.deleted_at IS NULL))"""
SOONEST = "{}occurs_on ASC NULLS LAST, i.id"


def _in_year(day: str, years: str) -> str:
    """The same day so many years later. (29 February is not for SQLite's plain arithmetic: no date here is one.)"""
    return (
        f"date({day}, printf('%+d years', {years}))"
        if IS_SQLITE
        else f"({day} + make_interval(years => {years}))::date"
    )


def _year(day: str) -> str:
    return f"CAST(strftime('%Y', {day}) AS integer)" if IS_SQLITE else f"extract(year FROM {day})::int"


THIS_YEAR = _in_year("o.date", f"{_year(TODAY)} - {_year('o.date')}")
NEXT_YEAR = _in_year("o.date", f"{_year(TODAY)} - {_year('o.date')} + 1")
COMING = f"""coming AS MATERIALIZED (SELECT * FROM (SELECT o.id, o.name, o.date, o.is_yearly,
        CASE WHEN NOT o.is_yearly OR o.date >= {TODAY} THEN o.date WHEN {THIS_YEAR} >= {TODAY} THEN {THIS_YEAR}
            ELSE {NEXT_YEAR} END AS next_date
        FROM households_occasion o WHERE o.household_id = {HOME} AND o.deleted_at IS NULL AND o.date IS NOT NULL
            AND {OCCASION_KNOWN}) AS dated WHERE next_date >= {TODAY} ORDER BY next_date, id LIMIT 1)"""
DAYS = f"CAST(julianday(o.next_date) - julianday({TODAY}) AS integer)" if IS_SQLITE else f"o.next_date - {TODAY}"
LAST_TIME = _in_year("o.date", f"{_year('o.next_date')} - {_year('o.date')} - 1")
ITS_LISTS = f"""FROM gifts_giftlist l LEFT JOIN households_person p ON p.id = l.recipient_id
    WHERE l.occasion_id = o.id AND l.deleted_at IS NULL AND {list_known()}
        AND (NOT o.is_yearly OR l.occurs_on IS NULL OR l.occurs_on > {LAST_TIME})
        AND NOT (SELECT 1 FROM gifts_giftlist main WHERE main.id = l.companion_of_id
            AND main.deleted_at IS NULL AND {list_known("main")} LIMIT 1) IS NOT NULL ORDER BY l.id"""
NEXT = shape(
    occasion=shape(id=uuid("o.id"), name="o.name"),
    next_date="o.next_date",
    days_to_go=DAYS,
    lists=gathered(LIST_REF, ITS_LISTS),
)
PEOPLE = f"""given_to AS MATERIALIZED (SELECT DISTINCT l.recipient_id FROM gifts_giftlist l
        JOIN gifts_listitem i ON i.list_id = l.id
        WHERE i.household_id = {HOME} AND {TO_COME} AND NOT {GONE} AND NOT {CONCEALED} AND {list_known()}
            AND l.recipient_id IS NOT NULL
            AND (SELECT 1 {CLAIMS} LIMIT 1) IS NOT NULL),
    people AS MATERIALIZED (SELECT p.id, p.display_name, (p.id IN (SELECT recipient_id FROM given_to)
            OR (SELECT 1 FROM households_personmember m WHERE m.member_id = p.id
                AND m.group_id IN (SELECT recipient_id FROM given_to) LIMIT 1) IS NOT NULL) AS is_covered
        FROM households_person p WHERE p.household_id = {HOME} AND p.deleted_at IS NULL AND p.archived_at IS NULL
            AND NOT {in_list("p.id", PERSONS)}
            AND (NOT (SELECT 1 FROM households_personmember m WHERE m.group_id = p.id LIMIT 1) IS NOT NULL
                OR p.id IN (SELECT l.recipient_id FROM gifts_giftlist l
                    WHERE l.household_id = {HOME} AND {TO_COME} AND l.deleted_at IS NULL AND {list_known()})))"""
BY_STATUS = f"""by_status AS MATERIALIZED (SELECT status, count(*) AS many FROM (SELECT {STATUS_ALONE} AS status
        FROM gifts_listitem i JOIN gifts_giftlist l ON l.id = i.list_id JOIN gifts_itemplan pl ON pl.item_id = i.id
        WHERE i.household_id = {HOME} AND NOT {CONCEALED} AND {ITEM_VISIBLE}) AS seen GROUP BY status)"""
STATUSES = ("idea", "shortlisted", "dropped", "buying", "ordered", "delivered", "wrapped", "gifted")
COUNTS = shape(**{name: f"coalesce((SELECT many FROM by_status WHERE status = '{name}'), 0)" for name in STATUSES})
INBOX_LISTS = f"""FROM gifts_giftlist l LEFT JOIN households_person p ON p.id = l.recipient_id
    WHERE {IS_INBOX} AND l.deleted_at IS NULL AND {list_known()} ORDER BY l.id"""
CONTENT = shape(
    household=uuid(f"CAST({HOME} AS text)") if IS_SQLITE else HOME + "::uuid",
    next_occasion=f"json((SELECT {NEXT} FROM coming o))" if IS_SQLITE else f"(SELECT {NEXT} FROM coming o)",
    people=shape(covered="(SELECT count(*) FROM people WHERE is_covered)", total="(SELECT count(*) FROM people)"),
    items_by_status=COUNTS,
    people_needing_gifts=gathered(
        shape(id=uuid("p.id"), display_name="p.display_name"),
        "FROM people p WHERE NOT p.is_covered ORDER BY p.display_name, p.id",
    ),
    idea_inbox=shape(
        lists=gathered(LIST_REF, INBOX_LISTS),
        items=gathered(ITEM, f"{items_from('ideas')} ORDER BY {NEWEST}"),
    ),
    my_assignments=gathered(ITEM, f"{items_from('mine')} ORDER BY {SOONEST.format('l.')}"),
    activity=gathered(ENTRY, f"{ENTRIES_FROM} ORDER BY a.id DESC"),
)
DASHBOARD = f"""WITH {COMING}, {PEOPLE}, {BY_STATUS}, {items("ideas", f"{IS_INBOX} AND NOT {GONE}", NEWEST, "5")},
    {items("mine", IS_MINE, SOONEST.format("l."), "10")}, {entries("10")} SELECT {text(CONTENT)}"""
