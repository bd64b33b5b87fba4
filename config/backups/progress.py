from collections.abc import Callable

from tqdm import tqdm

# How much is done, and of how much in all where that is known.
Tell = Callable[[int, int | None], None]


def tell_on(bar: tqdm) -> Tell:
    def tell(done: int, total: int | None) -> None:
        bar.total, bar.n = total, done
        bar.refresh()

    return tell
