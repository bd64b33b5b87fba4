from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")


def simultaneously(function: Callable[[], Result], times: int) -> list[Result]:
    """Calls this function so many times at the same moment, each in a thread and on a connection of its own.

    The test needs a real database under it: `@pytest.mark.django_db(transaction=True)`.
    """
    barrier = Barrier(times)

    def call() -> Result:
        barrier.wait(timeout=30)
        try:
            return function()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as threads:
        return [future.result() for future in [threads.submit(call) for _ in range(times)]]
