"""What people and things are called, and what is said about them."""

FAMILY_NAME = "The Winters (measured)"

SURNAMES = ["Bauer", "Okafor", "Lindqvist", "Moreau", "Tanaka", "Kowalski", "Haddad", "Silva", "Novak", "Byrne"]
FIRST_NAMES = [
    "Mia", "Leo", "Ada", "Theo", "Nora", "Emil", "Ida", "Oskar", "Lena", "Max", "Zoe", "Paul", "Ella", "Finn",
    "Clara", "Jonas", "Frida", "Anton", "Greta", "Hugo", "Maya", "Ben", "Ruth", "Karl", "Anna", "Noah", "Lotte",
    "Felix", "Marta", "Jakob", "Ines", "Omar", "Yuki", "Aisha", "Pablo", "Sofia", "Tariq", "Chloe", "Ivan", "Elif",
    "Kofi", "Linnea", "Dario", "Amara", "Sven", "Priya", "Luca", "Nadia", "Erik", "Salma",
]  # fmt: skip
RELATIONSHIPS = ["", "cousin", "aunt", "uncle", "sister", "brother", "child", "neighbour", "friend"]
INTERESTS = ["", "Climbing, maps, early mornings", "Jazz and old radios", "Baking bread", "Football, dinosaurs"]
CONSTRAINTS = ["", "", "", "No plushies", "Allergic to nuts", "Nothing that makes noise"]
SIZES: list[dict[str, str]] = [{}, {"shoes": "38"}, {"shoes": "44", "shirt": "L"}, {"ring": "54", "gloves": "7"}]

# A large household has them all.
TAGS = [
    "books", "outdoors", "cosy", "handmade", "music", "under-20", "kitchen", "games", "for-two", "garden",
    "practical", "silly", "last-minute", "birthday", "science", "art", "sport", "travel", "second-hand", "small",
]  # fmt: skip

QUALITIES = [
    "Blue", "Green", "Red", "Woollen", "Wooden", "Small", "Large", "Folding", "Handmade", "Old-fashioned", "Crème",
    "Waterproof", "Quiet", "Cordless", "Striped", "Botanical", "Illustrated", "Organic", "Japanese", "Collapsible",
]  # fmt: skip
THINGS = [
    "scarf", "bicycle bell", "teapot", "kite", "telescope", "puzzle, 1000 pieces", "coffee grinder", "gel pens",
    "photo calendar", "bird house", "running socks", "headlamp", "cookbook", "board game", "concert tickets", "blanket",
    "chess set", "garden shears", "watercolours", "backpack", "café cups, set of 6", "slippers, size 42", "drill",
    "microscope", "lantern", "mittens", "record player", "atlas", "bread knife", "hammock", "Lätzchen", "tent",
]  # fmt: skip
DESCRIPTIONS = [
    "",
    "The one from the shop by the station; the lighter colour is the nicer one, if they have both.",
    "Seen in the window last week. They say it lasts for years, can be repaired, and comes in a plain box.",
    "Not the large one! The small one fits on the shelf beside the window, and it was half the price in autumn.",
    "Somebody in the family has had one for ages and still uses it every day, so this cannot be wrong.",
]
SHOPS = ["", "the shop by the station", "the market", "the book shop", "online"]
NOTES = ["", "", "", "", "Any colour but yellow", "Only if it is no trouble", "The second best would do, too"]
GIVER_NOTES = ["", "", "", "Ask about the size", "Share with the grandparents?", "Wait for the sale in November"]
REMARKS = [
    "shall we share this one?",
    "I have seen it cheaper in town.",
    "are we sure about the size?",
    "this would be just right.",
    "who has a good hiding place?",
]
