"""The service: a Prefect server and its schedules, the runs, and the delivery of notices, from start to clean stop."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from articles.errors import LagebildError, Transient, Wrong
from config.desk import Desk
from flows import quiet
from flows.schedules import Planned, plan
from flows.servers import Server, UsersServer, own_server
from pipeline.deliver import deliver
from pipeline.services import Services, open_services

# prefect itself is imported inside functions, once its settings are made (flows.quiet)

DELIVER_EVERY = 15.0
"""Seconds between two looks into the outbox: retries that are due, and what a killed pass left unsaid."""

Tell = Callable[[str], None]


def serve(desk: Desk, tell: Tell) -> None:
    """Watch a desk until SIGINT or SIGTERM, then stop everything that was started. ``tell`` is given lines for people.

    Raises Wrong (the desk is watched already, nothing to watch, a wrong alert) and Transient (a server that does not
    start, answer or live, a locked database). A second signal ends the process at once. For the main thread only.
    """
    data = desk.folder / "data"
    with _only_one(data):
        if not desk.settings.prefect_api:
            quiet.set_apart(data / "prefect")
        _until_signalled(lambda: _service(desk, tell))
    tell("stopped; nothing is lost, the next `lagebild up` goes on from here")


@contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Hold the desk's lock: two services would run every schedule twice."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "up.lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "?"
            raise Wrong(f"{data.parent} is watched already, by process {holder}; stop that one first") from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _until_signalled(service: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run the service in an event loop of a second thread, while the main thread waits for a signal; cancel it then.

    In the main thread each flow run would put Prefect's SIGTERM handler over ours, and runs that overlap would leave it
    there: it raises wherever the loop happens to be.
    """
    loop, stop, ended = asyncio.new_event_loop(), asyncio.Event(), list[BaseException]()

    def run() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(_until(stop, service()))
        except BaseException as error:  # noqa: BLE001 - carried to the main thread and raised there
            ended.append(error)

    def on_signal(_number: int, _frame: object) -> None:
        for handled, before in handlers.items():
            signal.signal(handled, before)
        with suppress(RuntimeError):  # the loop has ended by itself just now
            loop.call_soon_threadsafe(stop.set)

    thread = threading.Thread(target=run, name="service")
    handlers = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        thread.start()
        thread.join()
    finally:
        for handled, before in handlers.items():
            signal.signal(handled, before)
    if ended:
        raise ended[0]


async def _until(stop: asyncio.Event, service: Coroutine[Any, Any, None]) -> None:
    running, stopped = asyncio.create_task(service), asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    stopped.cancel()
    if not running.cancelled():
        running.result()


async def _service(desk: Desk, tell: Tell) -> None:
    async with open_services(desk) as services:
        plans = plan(desk)
        services.ready()  # a wrong alert or selector is told before a server is started for it
        tell("starting Prefect (the first start takes half a minute)")
        async with _server(desk) as server:
            tell(f"Prefect's pages: {server.pages}")
            await _watch(services, plans, server, tell)


@asynccontextmanager
async def _server(desk: Desk) -> AsyncIterator[Server]:
    """Yield the user's Prefect server, or run our own; this process then speaks to it."""
    if api := desk.settings.prefect_api:
        quiet.use(api)
        yield UsersServer(api)
        return
    async with own_server(desk.folder / "data" / "prefect") as server:
        quiet.use(server.api)
        yield server


async def _watch(services: Services, plans: Sequence[Planned], server: Server, tell: Tell) -> None:
    """Deploy, then run what is scheduled and deliver what is due, until cancelled or until the server dies."""
    from prefect.client.orchestration import get_client

    from flows.deployments import deploy_all, pause_all
    from flows.runs import Runs
    from flows.tick import shared

    desk = services.desk
    async with get_client() as client:
        if (unreachable := await client.api_healthcheck()) is not None:
            raise Transient(f"the Prefect server at {client.api_url} does not answer: {unreachable}")
        deployed = await deploy_all(client, desk.folder, plans, tell)
        tell("watching; Ctrl-C stops it")
        try:
            with shared(services):
                await _all_of(Runs(client, deployed, tell).serve(), _deliver(services, tell), server.died())
        finally:
            if desk.settings.prefect_api:  # else the user's server would go on creating runs that nobody runs
                await pause_all(client, deployed)


async def _all_of(*parts: Coroutine[Any, Any, None]) -> None:
    """Run parts that never end by themselves; when one fails, or this is cancelled, all are stopped."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _deliver(services: Services, tell: Tell) -> None:
    """Say what is due, again and again; what fails stays in the outbox, which keeps its own times."""
    while True:
        try:
            report = await deliver(services)
        except LagebildError as error:
            tell(f"deliver: {error}")
        else:
            if report.delivered or report.dead:
                tell(f"deliver: {report.delivered} notices delivered, {report.dead} given up")
        await asyncio.sleep(DELIVER_EVERY)
