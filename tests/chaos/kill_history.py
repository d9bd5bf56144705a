"""A history with kills: the real service, worker and PostgreSQL, ended by SIGKILL and begun again."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import psycopg
from pydantic import SecretStr

from orgscope import deploy
from orgscope.db import Database
from orgscope.devworkos import serve
from orgscope.devworkos.clock import wall_clock
from orgscope.embedded import Server
from orgscope.settings import Settings
from tests.chaos.delivery import Deliveries, Send
from tests.chaos.doors import function_door, post
from tests.chaos.expected import expected_objects
from tests.chaos.mirror_rows import empty
from tests.chaos.plan import OLD_S, Plan, dice_of
from tests.chaos.processes import Process, free_port
from tests.chaos.readers import Readers
from tests.chaos.tally import Outcome
from tests.chaos.trial import Trial
from tests.chaos.trouble import TROUBLE_VERBS, do_trouble, end_trouble
from tests.chaos.virtual_loop import run_virtual
from tests.chaos.world_steps import WORLD_VERBS, do_world_step, new_world
from tests.database import settings_for
from tests.tokens import ISSUER
from tests.web import API_KEY, SECRET, WEBHOOKS

__all__ = ["Machine", "machine", "play_with_kills"]

_HOLD_BACK_S: Final = 0.3
_STORM_S: Final = 4.0
"""How long the steps of a history take at least, in seconds."""

_SLOW_S: Final = 0.3
_VICTIMS: Final = ("service", "worker", "database")

_DBNAME: Final = "chaos"


class Machine:
    """A durable PostgreSQL server of its own, with a migrated database that is used again."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.settings = settings_for(
            server.host, server.port, _DBNAME, server.superuser, server.password
        ).model_copy(
            update={
                "workos_api_key": SecretStr(API_KEY),
                "workos_webhook_secret": (SecretStr(SECRET),),
                "workos_issuer": (ISSUER,),  # whatever port WorkOS has in a history
            }
        )
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"create database {_DBNAME}")
        deploy.create_roles(self.settings)
        deploy.migrate(self.settings)

    @contextmanager
    def admin(self) -> Iterator[psycopg.Connection[Any]]:
        """Connect as the superuser."""
        with psycopg.connect(self.server.url(_DBNAME), autocommit=True) as connection:
            yield connection

    def kill_database(self) -> None:
        """Kill the server without warning, and start it again, which recovers."""
        os.kill(self.server.pid, signal.SIGKILL)
        while self.server.running:  # its supervisor sees it in a moment
            time.sleep(0.005)
        self.server.start()


@contextmanager
def machine(folder: Path) -> Iterator[Machine]:
    """Run a server that keeps what it has acknowledged; ``folder`` takes the processes' logs."""
    with tempfile.TemporaryDirectory(prefix="orgscope-chaos-") as home:
        Path(home).chmod(0o711)  # the server's user passes through
        with Server(Path(home), options={"fsync": "on"}) as server:
            yield Machine(server, folder)


def play_with_kills(plan: Plan, on: Machine) -> Outcome:
    """Play a history by processes that are killed meanwhile, and return what came of it."""
    with on.admin() as admin:
        empty(admin)
    history = _KillHistory(plan, on)
    with serve(history.world, settings=Settings(_env_file=None)) as workos:
        settings = on.settings.model_copy(update={"workos_base_url": workos.url})
        asyncio.run(history.storm(settings))
        with on.admin() as admin:
            run_virtual(history.judge(settings, admin))
    return history.outcome


class _KillHistory:
    def __init__(self, plan: Plan, on: Machine) -> None:
        self.plan, self.outcome, self._on = plan, Outcome(), on
        self._behind_ms = round(OLD_S * 1000) if plan.old else 0
        self.world = new_world(
            plan, lambda: wall_clock() - self._behind_ms, hold_back_s=_HOLD_BACK_S
        )
        self._deliveries = Deliveries(self.world, plan, self.outcome)
        self._old: set[str] = set()
        self._lived_before = expected_objects(self.world)
        self._dice = random.Random(f"kills {plan.seed} {plan.number}")

    async def storm(self, settings: Settings) -> None:
        """Do the steps while the processes run and die, until every webhook is acknowledged."""
        port = free_port()
        service = Process(settings, ("serve", "--port", str(port)), self._on.folder)
        worker = Process(settings, ("worker",), self._on.folder)
        url = f"http://127.0.0.1:{port}{WEBHOOKS}"
        async with httpx2.AsyncClient(timeout=5.0, trust_env=False) as client:
            with service, worker:

                async def send(body: bytes) -> str:
                    return await post(client, url, body)

                async with asyncio.TaskGroup() as group:
                    keeper = group.create_task(self._keep_alive(service, worker))
                    kills = group.create_task(self._kill(service, worker))
                    await self._do_steps(send)
                    await kills
                    await self._deliveries.deliver(send)
                    keeper.cancel()

    async def _do_steps(self, send: Send) -> None:
        pause_s = _STORM_S / len(self.plan.steps)
        sending: set[asyncio.Task[None]] = set()
        for now, step in enumerate(self.plan.steps):
            if now == self.plan.old:
                self._open_mirror()
            self.outcome.log.append(f"{step.number:>4} {step.verb}")
            if step.verb in WORLD_VERBS:
                do_world_step(self.world, self.plan, step)
            elif step.verb in TROUBLE_VERBS:
                do_trouble(self.world, self.plan, step, self.outcome, slow_s=_SLOW_S)
            if now < self.plan.old:
                continue
            self._deliveries.queue(step, now)
            sending.add(asyncio.create_task(self._deliveries.deliver(send, now)))
            await asyncio.sleep(pause_s * dice_of(self.plan, step, "pause").choice((0, 1, 2)))
        await asyncio.gather(*sending)

    def _open_mirror(self) -> None:
        self._behind_ms = 0
        self._old = {event.id for event in self.world.event_log.all}
        self._lived_before = expected_objects(self.world)
        self._deliveries.forget()

    async def _kill(self, service: Process, worker: Process) -> None:
        """Kill each once at least, at random moments; it is started again at once."""
        victims = [*_VICTIMS, *self._dice.choices(_VICTIMS, k=self._dice.randint(0, 2))]
        self._dice.shuffle(victims)
        for victim in victims:
            await asyncio.sleep(self._dice.uniform(0.3, 1.5))
            match victim:
                case "service":
                    self._kill_one("service", service)
                    service.start()
                case "worker":
                    self._kill_one("worker", worker)
                    worker.start()
                case _:
                    self.outcome.tally["kills", "database"] += 1
                    self.outcome.log.append("     kill -9 of the database")
                    await asyncio.to_thread(self._on.kill_database)

    async def _keep_alive(self, *processes: Process) -> None:
        """Start again what has ended by itself, such as for want of a database at its start."""
        while True:
            await asyncio.sleep(0.1)
            for process in processes:
                self.outcome.tally["kills", "(ended by itself)"] += process.revive()

    def _kill_one(self, name: str, process: Process) -> None:
        self.outcome.tally["kills", name] += 1
        self.outcome.log.append(f"     kill -9 of the {name}")
        process.kill()

    async def judge(self, settings: Settings, admin: psycopg.Connection[Any]) -> None:
        """Read, work and compare as every history does, in this process."""
        end_trouble(self.world)
        async with (
            Database(settings) as database,
            httpx2.AsyncClient(timeout=30.0, trust_env=False) as client,
        ):
            readers = Readers(
                settings,
                database,
                admin,
                self.world,
                client,
                self.outcome,
                lived_before=self._lived_before,
            )
            trial = Trial(
                self.plan,
                self.outcome,
                self.world,
                admin,
                readers,
                self._deliveries,
                old=self._old,
                pass_time=lambda: time.sleep(2 * _HOLD_BACK_S),
            )
            await trial.hold(function_door(database))
