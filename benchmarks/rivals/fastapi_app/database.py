"""The engines: one that reads without transactions, as it needs none, and one that writes."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

CONNECTIONS = 8  # for each process, as many as Hearth has threads


def _engine(**options: Any) -> AsyncEngine:
    address = os.environ.get("DATABASE_URL", "")
    if not address:
        path = Path(os.environ["HEARTH_DATA_DIR"]) / "hearth.sqlite3"
        engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=CONNECTIONS, max_overflow=0, **options)
        event.listen(engine.sync_engine, "connect", _configure_sqlite)
        return engine
    return create_async_engine(
        make_url(address.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+asyncpg"),
        connect_args={"server_settings": {"jit": "off"}},
        pool_size=CONNECTIONS,
        max_overflow=0,
        **options,
    )


def _configure_sqlite(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 20000", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # SQLAlchemy says BEGIN by itself, see below.
    connection.isolation_level = None


engine = _engine()
IS_SQLITE = engine.dialect.name == "sqlite"
reading = engine.execution_options(isolation_level="AUTOCOMMIT")
read_session = async_sessionmaker(reading, expire_on_commit=False)
write_session = async_sessionmaker(engine, expire_on_commit=False)

if IS_SQLITE:

    @event.listens_for(engine.sync_engine, "begin")
    def _begin_immediate(connection: Any) -> None:
        """A reader that turns writer would fail at once instead of waiting."""
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")


async def _reader() -> AsyncIterator[AsyncSession]:
    async with read_session() as session:
        yield session


async def _writer() -> AsyncIterator[AsyncSession]:
    async with write_session.begin() as session:
        yield session


Reader = Annotated[AsyncSession, Depends(_reader)]
Writer = Annotated[AsyncSession, Depends(_writer, scope="function")]
