from dataclasses import dataclass

from config.errors import Code


@dataclass(frozen=True)
class Denied:
    """A no that is returned, not raised: its counters, revocations and audit are committed first.

    The view turns it into a `Refusal`.
    """

    code: Code
