"""The words of the API: what each field means, and an example of it.

A name means one thing everywhere. Where a component says something narrower, it has an entry of its own
("Claim.status"). The schema takes descriptions and examples from here, and a test fails for a field without a word.
"""

from typing import Any, NamedTuple

NO_EXAMPLE = object()


class Word(NamedTuple):
    meaning: str
    example: Any = NO_EXAMPLE


AN_ID = "019356a1-7c3e-7d52-9a41-6f0d3b2e8c17"
A_MOMENT = "2026-11-21T18:30:00Z"
A_DAY = "2026-12-24"

WORDS: dict[str, Word] = {
    # --- What every row has
    "id": Word("The row's key (UUIDv7): later rows have greater ones.", AN_ID),
    "household": Word("The household it belongs to; may be left out while you have exactly one.", AN_ID),
    "created_at": Word("When it was made (UTC).", A_MOMENT),
    "updated_at": Word("When it itself was last changed (UTC).", A_MOMENT),
    "name": Word("What it is called.", "Christmas at Grandma's"),
    "kind": Word("Of what kind it is."),
    "notes": Word("For everybody to read.", "We meet at six."),
    "results": Word("The rows of this page."),
    "next": Word("The page after this one; null on the last.", None),
    "previous": Word("The page before this one; null on the first.", None),
    # --- Accounts
    "login": Word("An e-mail address or a handle, in any case.", "mia@example.org"),
    "password": Word("Ten characters or more.", "a-warm-fire-in-winter"),
    "current_password": Word("The one until now; blank for whoever has none yet.", "a-warm-fire-in-winter"),
    "new_password": Word("Ten characters or more.", "roasted-chestnuts-at-home"),
    "email": Word("Where mail reaches them, and one way to sign in; null for whoever has none.", "mia@example.org"),
    "handle": Word("A short name to sign in with; null for whoever has none.", "mia"),
    "avatar_url": Word("A picture of them.", "https://example.org/mia.png"),
    "user": Word("The account."),
    "User.name": Word("What they are called.", "Mia"),
    "UserRef.name": Word("What they are called.", "Mia"),
    "My.name": Word("What you are called.", "Mia"),
    "Member.name": Word("What they are called.", "Ada"),
    "activation_code": Word("The one-time code that an owner handed over.", "K7QF-2MXP"),
    "activation_token": Word("Carries a verified code to the second step, for 15 minutes.", "eyJhbGciOi..."),
    "device_fingerprint": Word("Whatever tells this device from others; only a hash is kept.", "ios-17-a91f"),
    "app_version": Word("The app's own version.", "1.4.0"),
    "device_name": Word("What its owner calls the device.", "Mia's phone"),
    "device_id": Word("The device, as the server knows it.", AN_ID),
    "platform": Word("What the device runs.", "ios"),
    "expires_at": Word("Until when it is good (UTC).", A_MOMENT),
    "access": Word("Opens the API for 15 minutes: `Authorization: Bearer ...`.", "eyJhbGciOi..."),
    "refresh": Word("Good for one refresh; every refresh answers the next one.", "eyJhbGciOi..."),
    "pin": Word("Six digits that unlock this session on this device, and nothing else.", "418096"),
    "current_pin": Word("The PIN so far.", "418096"),
    "all": Word("End all of your sessions, this one as well.", True),
    "last_seen_at": Word("When it last asked for anything, to five minutes.", A_MOMENT),
    "last_ip": Word("The address it last came from.", "192.0.2.7"),
    # --- Households
    "currency": Word("An ISO 4217 code.", "EUR"),
    "timezone": Word("The household's IANA time zone: whose midnight counts.", "Europe/Berlin"),
    "role": Word("Owners manage the household, members plan, guests see what is shared with them.", "member"),
    "person": Word("The Person this is about."),
    "Member.person": Word("Which Person they are; left out, a new one is made.", AN_ID),
    "Membership.person": Word("Which Person this member is; null until somebody says so."),
    "is_active": Word("Whether they belong here now.", True),
    "display_name": Word("What the family calls them.", "Grandma"),
    "relationship": Word("Who they are to the family.", "grandmother"),
    "birthdate": Word("Their day of birth.", "1951-03-08"),
    "interests": Word("What they like.", "Gardening, crime novels"),
    "sizes": Word("Sizes by name.", {"shoes": "39", "gloves": "M"}),
    "constraints": Word("What to mind: allergies, what they do not want.", "No wool"),
    "photo_url": Word("A picture of them.", "https://example.org/grandma.png"),
    "tags": Word("The words of the household's own that it has.", [AN_ID]),
    "Tag.name": Word("The word; once in a household, in whatever case.", "outdoors"),
    "TagRef.name": Word("The word.", "outdoors"),
    "colour": Word("How to show it; blank for no colour of its own.", "#2f855a"),
    "members": Word("For a couple or a group: the Persons that it is made of.", [AN_ID]),
    "archived": Word("Whether they are put aside.", False),
    "archived_at": Word("Since when they are put aside; null when they are not.", None),
    "date": Word("The day; for a yearly occasion the first one. Null while unknown.", A_DAY),
    "is_yearly": Word("Whether it comes again each year.", True),
    "honoree": Word("Whom it celebrates."),
    "visibility": Word("Who knows of it."),
    "Occasion.visibility": Word("Hidden, it does not exist for its honoree.", "household"),
    "GiftList.visibility": Word(
        "`household`: everybody who plans; `hidden_from_recipient`: all but whom it is for; `private`: its owner only.",
        "hidden_from_recipient",
    ),
    "budget_total": Word("What may be spent on it, in the household's currency.", "300.00"),
    # --- Gifts and lists
    "title": Word("What it is.", "A telescope"),
    "description": Word("More about it.", "With a tripod, good for the moon."),
    "url": Word("Where it can be found.", "https://shop.example.org/telescope"),
    "image_url": Word("A picture of it.", "https://shop.example.org/telescope.jpg"),
    "price": Word("What one of it costs, in `currency`; null when unknown.", "119.00"),
    "source": Word("The shop, or whoever makes it.", "Star Shop"),
    "created_by": Word("Who entered it; null when nobody in particular did."),
    "in_catalog": Word("Whether everybody who plans sees it; otherwise it shows on its lists only.", False),
    "owner": Word("Whose list it is; null when it is everybody's who sees it."),
    "recipient": Word("Whom it is for."),
    "occasion": Word("The occasion it is for.", AN_ID),
    "occurs_on": Word("The day it is for; null while unknown.", A_DAY),
    "companion_of": Word("The list that this one holds the surprises of; null for an ordinary list.", None),
    "guest": Word("The guest it is shown to."),
    "ListShare.guest": Word("The guest it is shown to, by their membership.", AN_ID),
    "ListShare.list": Word("The list that is shown to them.", AN_ID),
    "list": Word("The list it stands on.", AN_ID),
    "gift": Word("The gift."),
    "new_gift": Word("A gift to be made with it."),
    "quantity": Word("How many.", 1),
    "Item.quantity": Word("How many are wished for.", 2),
    "priority": Word("0 (none) to 3 (most wanted).", 2),
    "note": Word("Everybody who sees the item reads it, whom it is for as well.", "The blue one, please"),
    "position": Word("Its place in the list, from 1.", 1),
    "added_by": Word("Who put it on the list; null when nobody in particular did."),
    "status": Word("How far it is.", "ordered"),
    "Item.status": Word("How far it is, all claims taken together; null on your own wishes.", "ordered"),
    "Health.status": Word("`degraded`: it works, but without its cache.", "ok"),
    "stage": Word("The givers' plan while nobody is getting it; null on your own wishes.", "shortlisted"),
    "planned_price": Word("What givers mean to spend on one of it; null when unknown or concealed.", "100.00"),
    "giver_note": Word("Between givers; null on your own wishes.", "He has the small one already"),
    "remaining": Word("How many nobody has taken yet; null on your own wishes.", 1),
    "claims": Word("Who takes what; null on your own wishes."),
    "my_claim": Word("What you take of it; null when nothing."),
    "giver": Word("The Person who gives it."),
    "actual_price": Word("What was paid for this claim, all in all.", "95.00"),
    "gifted_on": Word("The day it was given.", A_DAY),
    # --- Tasks
    "Task.owner": Word("Whose task it is; nobody else sees it.", AN_ID),
    "Task.title": Word(
        "What there is to do; neutral words while the item that it is about is hidden from you.", "Wrap the telescope"
    ),
    "Task.description": Word("More about it; blank while the item that it is about is hidden from you."),
    "Task.item": Word("The item that it is about; null while that is hidden from you.", AN_ID),
    "Task.priority": Word("0 (none) to 3 (most urgent).", 2),
    "completed": Word("Whether it is done.", False),
    "completed_at": Word("When it was done (UTC); null while it is not.", None),
    "due_on": Word("The day it is due, in the household's time zone; null for whenever.", A_DAY),
    "is_overdue": Word("Whether that day is over, and it is not done.", False),
    "recurrence": Word(
        "When it comes again, as a rule of RFC 5545 for days that begins on `due_on`; blank for never.",
        "FREQ=WEEKLY;BYDAY=TH",
    ),
    "repeat_after_days": Word("It comes again so many days after it was done; null for never.", None),
    "next_task": Word("What follows on it in its series, once it was done; null when nothing does.", None),
    # --- What is said
    "author": Word("Who said it."),
    "body": Word("What is said, as plain text; `@handle` calls a member.", "@leo the red one or the blue one?"),
    "resolved": Word("Whether it is settled.", False),
    "item": Word("The item it is about.", AN_ID),
    # --- The diary
    "at": Word("When it happened (UTC).", A_MOMENT),
    "actor": Word("Who did it; null when it was whoever runs the server, or somebody who declined to join."),
    "verb": Word("What was done, to what kind of thing.", "item.added"),
    "subject": Word("What it was done to."),
    "type": Word("Of what kind it is: the verb's first word."),
    # --- Previews
    "found": Word("Whether the page says anything about a thing.", True),
    "reason": Word("Why nothing was found; null when something was."),
    # --- To look for rows
    "search": Word("Every word must occur in title, description or tags; case and accents do not matter.", "telescope"),
    "tag": Word("Has this tag; given several times, all of them. A tag that you cannot see is on nothing.", [AN_ID]),
    "error": Word("Why not."),
}


def word_for(component: str, field: str) -> Word | None:
    """The word for a field of this component: its own, or the common one."""
    return WORDS.get(f"{subject_of(component)}.{field}") or WORDS.get(field)


def subject_of(component: str) -> str:
    """What a component speaks of: `PatchedItemUpdateRequest` is about an `Item`."""
    name = component.removeprefix("Patched").removesuffix("Request")
    for ending in ("Create", "Update", "Write"):
        name = name.removesuffix(ending)
    return name
