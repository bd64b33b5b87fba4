"""Which rows are seen, and each as the JSON that is read of it."""

from benchmarks.rivals.floor.database import (
    document,
    gathered,
    in_list,
    literal,
    moment,
    money,
    only_if,
    shape,
    truth,
    uuid,
    value,
)


def likely(condition: str) -> str:
    """The same, in words of which PostgreSQL believes that nearly every row is so: it then reads along the index."""
    return f"(CASE WHEN {condition} THEN 1 END) IS NOT NULL"


USER, HOUSEHOLDS, PERSONS = value("user_id"), "household_ids", "person_ids"


# `(SELECT 1 ... LIMIT 1) IS NOT NULL` and not EXISTS: PostgreSQL likes to answer an EXISTS for a whole family at once,
# and a page asks it of fifty rows.

# --- Who sees what ---------------------------------------------------------------------------------


def list_known(name: str = "l") -> str:
    surprise = f"""(SELECT 1 FROM households_occasion lo WHERE lo.id = {name}.occasion_id
        AND lo.visibility = 'hidden_from_honoree' AND {in_list("lo.honoree_id", PERSONS)} LIMIT 1) IS NOT NULL"""
    return f"""({in_list(f"{name}.household_id", HOUSEHOLDS)} AND ({name}.visibility = 'household'
        OR {name}.visibility = 'hidden_from_recipient' AND NOT {in_list(f"{name}.recipient_id", PERSONS)}
        OR {name}.visibility <> 'hidden_from_recipient' AND {name}.owner_id = {USER})
        AND ({name}.owner_id = {USER} OR NOT {surprise}))"""


CONCEALED = f"(l.recipient_id IS NOT NULL AND {in_list('l.recipient_id', PERSONS)})"
GONE = "(i.deleted_at IS NOT NULL OR l.deleted_at IS NOT NULL)"
CLAIMS = "FROM gifts_claim c WHERE c.item_id = i.id AND c.deleted_at IS NULL"
ITEM_VISIBLE = f"""({in_list("i.household_id", HOUSEHOLDS)} AND {list_known()} AND (NOT {GONE}
    OR NOT {CONCEALED} AND ((SELECT 1 {CLAIMS} LIMIT 1) IS NOT NULL
    OR l.recipient_id IS NOT NULL AND l.visibility = 'household' AND (SELECT 1 FROM gifts_itemplan kp
        WHERE kp.item_id = i.id AND (kp.stage = 'shortlisted' OR kp.planned_price IS NOT NULL
        OR kp.giver_note <> '') LIMIT 1) IS NOT NULL)))"""
GIFT_KNOWN = f"""({in_list("g.household_id", HOUSEHOLDS)} AND (g.in_catalog
    OR (SELECT 1 FROM gifts_listitem i JOIN gifts_giftlist l ON l.id = i.list_id
        WHERE i.gift_id = g.id AND {ITEM_VISIBLE} LIMIT 1) IS NOT NULL))"""
OCCASION_KNOWN = f"""({in_list("o.household_id", HOUSEHOLDS)} AND NOT (o.visibility = 'hidden_from_honoree'
    AND o.honoree_id IS NOT NULL AND {in_list("o.honoree_id", PERSONS)}))"""


# --- What is read of them --------------------------------------------------------------------------


def user(name: str) -> str:
    ref = shape(id=uuid(f"{name}.id"), name=f"{name}.name", handle=f"{name}.handle", avatar_url=f"{name}.avatar_url")
    return only_if(f"{name}.id IS NOT NULL", ref)


def person(name: str) -> str:
    return only_if(f"{name}.id IS NOT NULL", shape(id=uuid(f"{name}.id"), display_name=f"{name}.display_name"))


TAGS = gathered(
    shape(id=uuid("t.id"), name="t.name", kind="t.kind", colour="t.colour"),
    """FROM gifts_gifttag gt JOIN households_tag t ON t.id = gt.tag_id
        WHERE gt.gift_id = g.id AND t.deleted_at IS NULL ORDER BY t.name_key""",
)
GIFT_FIELDS = {
    "id": uuid("g.id"),
    "title": "g.title",
    "description": "g.description",
    "url": "g.url",
    "image_url": "g.image_url",
    "price": money("g.price"),
    "currency": "g.currency",
    "source": "g.source",
    "tags": TAGS,
}


def times(name: str) -> dict[str, str]:
    return {"created_at": moment(f"{name}.created_at"), "updated_at": moment(f"{name}.updated_at")}


GIFT = shape(
    **GIFT_FIELDS,
    household=uuid("g.household_id"),
    in_catalog=truth("g.in_catalog"),
    created_by=user("u"),
    **times("g"),
)
LIST = shape(
    id=uuid("l.id"),
    household=uuid("l.household_id"),
    name="l.name",
    kind="l.kind",
    owner=user("u"),
    recipient=person("p"),
    occasion=uuid("l.occasion_id"),
    occurs_on="l.occurs_on",
    visibility="l.visibility",
    companion_of=uuid("l.companion_of_id"),
    **times("l"),
)
LIST_REF = shape(id=uuid("l.id"), name="l.name", kind="l.kind", recipient=person("p"))
CLAIM = shape(
    id=uuid("c.id"),
    giver=person("gp"),
    quantity="c.quantity",
    status="c.status",
    actual_price=money("c.actual_price"),
    gifted_on="c.gifted_on",
    **times("c"),
)
WITH_GIVER = "JOIN households_person gp ON gp.id = c.giver_id"
IN_CLAIMS = CLAIMS.replace(" WHERE ", f" {WITH_GIVER} WHERE ")
UNDER_WAY = ("buying", "ordered", "delivered", "wrapped", "gifted")
RANK = "CASE c.status " + " ".join(f"WHEN '{status}' THEN {rank}" for rank, status in enumerate(UNDER_WAY)) + " END"
BY_RANK = " ".join(f"WHEN {rank} THEN '{status}'" for rank, status in enumerate(UNDER_WAY))
COVERED = "sum(CASE WHEN c.status <> 'planned' THEN c.quantity ELSE 0 END)"
# All that is counted of an item's claims, once; NULL where nobody takes it.
TAKEN = f"""SELECT c.item_id, sum(c.quantity) AS claimed, min({RANK}) AS slowest,
    {COVERED} AS covered,
    max(CASE WHEN c.giver_id = {value("me")} THEN 1 ELSE 0 END) AS has_mine"""
STATUS = f"CASE WHEN i.quantity <= k.covered THEN CASE k.slowest {BY_RANK} END ELSE pl.stage END"
# The same where an item is not read beside its claims.
STATUS_ALONE = f"""CASE WHEN i.quantity <= (SELECT {COVERED} {CLAIMS})
    THEN CASE (SELECT min({RANK}) {CLAIMS}) {BY_RANK} END ELSE pl.stage END"""
REMAINING = f"""CASE WHEN {GONE} OR i.quantity < coalesce(k.claimed, 0) THEN 0
    ELSE i.quantity - coalesce(k.claimed, 0) END"""
GIVING = '"planned", "buying", "ordered", "delivered", "wrapped", "gifted"'


def _moves() -> str:
    takes = f"(coalesce(k.has_mine, 0) = 1 OR ({REMAINING}) > 0)"
    drops = f"(k.item_id IS NULL AND NOT {GONE})"
    return f"""CASE WHEN pl.stage = 'dropped' THEN {literal('["idea"]')}
        WHEN {takes} AND {drops} THEN {literal(f'["idea", "shortlisted", {GIVING}, "dropped"]')}
        WHEN {takes} THEN {literal(f'["idea", "shortlisted", {GIVING}]')}
        WHEN {drops} THEN {literal('["idea", "shortlisted", "dropped"]')}
        ELSE {literal('["idea", "shortlisted"]')} END"""


def _unless_concealed(expression: str, *, is_json: bool = False) -> str:
    if is_json:
        return only_if(f"NOT {CONCEALED}", expression)
    return f"CASE WHEN NOT {CONCEALED} THEN {expression} END"


ORDINAL = f"""CASE WHEN {GONE} THEN NULL ELSE 1 + (SELECT count(*) FROM gifts_listitem b WHERE b.list_id = i.list_id
        AND b.deleted_at IS NULL AND (b.position < i.position OR b.position = i.position AND b.id < i.id))
    + CASE WHEN (SELECT 1 FROM gifts_giftlist ml WHERE ml.id = l.companion_of_id AND ml.deleted_at IS NULL
        AND (ml.visibility <> 'private' OR ml.owner_id = {USER}) LIMIT 1) IS NOT NULL
        THEN (SELECT count(*) FROM gifts_listitem b WHERE b.list_id = l.companion_of_id AND b.deleted_at IS NULL)
        ELSE 0 END END"""
MY_CLAIM = f"(SELECT {CLAIM} {IN_CLAIMS} AND c.giver_id = {value('me')})"
ITEM = shape(
    id=uuid("i.id"),
    household=uuid("i.household_id"),
    list=uuid("i.list_id"),
    recipient=uuid("l.recipient_id"),
    occasion=uuid("l.occasion_id"),
    occurs_on="l.occurs_on",
    gift=shape(**GIFT_FIELDS),
    quantity="i.quantity",
    priority="i.priority",
    note="i.note",
    position="i.ordinal",
    added_by=user("u"),
    status=_unless_concealed(STATUS),
    stage=_unless_concealed("pl.stage"),
    planned_price=_unless_concealed(money("pl.planned_price")),
    giver_note=_unless_concealed("pl.giver_note"),
    withdrawn=_unless_concealed(truth(GONE), is_json=True),
    remaining=_unless_concealed(REMAINING),
    over_claimed=_unless_concealed(truth("coalesce(k.claimed, 0) > i.quantity"), is_json=True),
    claims=_unless_concealed(gathered(CLAIM, f"{IN_CLAIMS} ORDER BY c.id"), is_json=True),
    my_claim=_unless_concealed(MY_CLAIM, is_json=True),
    allowed_transitions=_unless_concealed(_moves(), is_json=True),
    **times("i"),
)
PAYLOAD = document("a.payload")
