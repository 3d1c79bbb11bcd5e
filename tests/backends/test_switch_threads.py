"""use_backend in threads, tasks and contexts: a block holds where it stands, nowhere else."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import xpnet
from xpnet.backends import Backend


def current() -> str:
    return xpnet.get_backend().name


def in_thread() -> str:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(current()))
    thread.start()
    thread.join()
    return found[0]


def test_a_thread_starts_with_the_process_default(marked: Backend) -> None:
    xpnet.set_backend("marked")
    with xpnet.use_backend("numpy"):
        assert in_thread() == "marked"


def test_a_block_is_not_seen_by_a_thread_that_runs_beside_it(marked: Backend) -> None:
    with xpnet.use_backend("marked"):
        assert in_thread() == "numpy"


def test_set_backend_in_a_thread_holds_in_the_process(marked: Backend) -> None:
    thread = threading.Thread(target=xpnet.set_backend, args=["marked"])
    thread.start()
    thread.join()
    assert current() == "marked"


def test_a_pools_workers_start_with_the_process_default(marked: Backend) -> None:
    xpnet.set_backend("marked")
    with xpnet.use_backend("numpy"), ThreadPoolExecutor(2) as pool:
        assert [pool.submit(current).result() for _ in range(4)] == ["marked"] * 4


def test_blocks_in_threads_at_the_same_time_do_not_meet(marked: Backend) -> None:
    both_inside = threading.Barrier(2, timeout=30)

    def work(name: str) -> list[str]:
        with xpnet.use_backend(name):
            both_inside.wait()
            inside = current()
            both_inside.wait()
        return [inside, current()]

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(work, ["marked", "numpy"]))
    assert results == [["marked", "numpy"], ["numpy", "numpy"]]


def test_asyncio_tasks_that_take_turns_keep_their_own(marked: Backend) -> None:
    async def work(name: str, seen: list[str]) -> None:
        with xpnet.use_backend(name):
            for _ in range(3):
                await asyncio.sleep(0)  # the other task's turn
                seen.append(current())
                order.append(name)
        seen.append(current())

    async def main() -> None:
        await asyncio.gather(work("marked", of_marked), work("numpy", of_numpy))

    of_marked: list[str] = []
    of_numpy: list[str] = []
    order: list[str] = []
    asyncio.run(main())
    assert of_marked == ["marked"] * 3 + ["numpy"]
    assert of_numpy == ["numpy"] * 4
    assert order == ["marked", "numpy"] * 3


def test_an_asyncio_task_starts_with_what_held_where_it_was_created(marked: Backend) -> None:
    async def name() -> str:
        return current()

    async def main() -> list[str]:
        with xpnet.use_backend("marked"):
            inside = asyncio.create_task(name())
        return [await inside, await asyncio.create_task(name())]

    assert asyncio.run(main()) == ["marked", "numpy"]


def test_to_thread_carries_the_block_along(marked: Backend) -> None:
    async def main() -> str:
        with xpnet.use_backend("marked"):
            return await asyncio.to_thread(current)

    assert asyncio.run(main()) == "marked"


def test_a_copied_context_keeps_what_held_when_it_was_copied(marked: Backend) -> None:
    with xpnet.use_backend("marked"):
        context = contextvars.copy_context()
    assert [context.run(current), current()] == ["marked", "numpy"]


def test_a_copied_context_can_carry_a_block_into_a_pool(marked: Backend) -> None:
    with xpnet.use_backend("marked"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(contextvars.copy_context().run, current).result() == "marked"
