"""The pages of whoever looks after the family, and the base that they stand on.

What is shown came through the door, and what is changed is changed by a service. A superuser may look, too: at what
they would see over REST, and at rows that hold no secrets (`is_whole_for_superusers`) of all households.
"""

from households.admin import audit, households, members, occasions, people, tags

__all__ = ["audit", "households", "members", "occasions", "people", "tags"]
