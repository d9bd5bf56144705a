"""The webhook handler that a FastAPI and SQLAlchemy user would write: the peer of benchmark (d).

Verify, select, insert or update, commit; like most tutorials, and with the SDK's own verification
of the signature.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any

import workos.webhooks
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from sqlalchemy import JSON
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["BENCH_DATABASE_URL"], pool_size=10)
sessions = async_sessionmaker(engine, expire_on_commit=False)
client = workos.WorkOSClient(api_key="sk_test_bench", client_id="client_bench")


class Base(DeclarativeBase):
    """The base of the model."""


class User(Base):
    """A user, as this application keeps one."""

    __tablename__ = "bare_users"

    id: Mapped[str] = mapped_column(primary_key=True)
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
    email: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Close the pool at the end."""
    yield
    await engine.dispose()


async def session() -> AsyncIterator[AsyncSession]:
    """One session for each request."""
    async with sessions() as one:
        yield one


app = FastAPI(lifespan=lifespan)


@app.post("/webhooks")
async def webhook(
    request: Request,
    db: Annotated[AsyncSession, Depends(session)],
    workos_signature: Annotated[str, Header()],
) -> dict[str, str]:
    """Apply one event."""
    body = await request.body()
    try:
        client.webhooks.verify_header(
            event_body=body,
            event_signature=workos_signature,
            secret=os.environ["BENCH_WEBHOOK_SECRET"],
        )
    except ValueError as error:
        raise HTTPException(400, "bad signature") from error
    data = (await request.json())["data"]
    updated_at = datetime.fromisoformat(data["updated_at"])
    user = await db.get(User, data["id"])
    if user is None:
        user = User(id=data["id"], raw=data, email=data["email"], updated_at=updated_at)
        db.add(user)
    elif user.updated_at < updated_at:
        user.raw, user.email, user.updated_at = data, data["email"], updated_at
    await db.commit()
    return {"status": "ok"}
