"""Where a gift stands, in plain words."""

STATUS_WORDS = {
    "idea": "idea",
    "shortlisted": "on the short list",
    "dropped": "dropped",
    "planned": "taken on",
    "buying": "being bought",
    "ordered": "ordered",
    "delivered": "delivered",
    "wrapped": "wrapped",
    "gifted": "given",
}
# What somebody does who moves it there.
MOVE_WORDS = {
    "idea": "Only an idea again",
    "shortlisted": "Put on the short list",
    "dropped": "Drop it",
    "planned": "I take it on",
    "buying": "I am buying it",
    "ordered": "I have ordered it",
    "delivered": "It has arrived",
    "wrapped": "It is wrapped",
    "gifted": "It has been given",
}
