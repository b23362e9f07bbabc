"""The laptop's store: SQLite in WAL mode for logs and values written once, a directory for blobs."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from runtime.interview.events import EVENT, BlobRef, Event, StoredEvent, event_body
from runtime.interview.store import (
    BLOB_ROOTS,
    ConflictError,
    Header,
    HeaderPage,
    Removed,
    StoreUnavailableError,
    UnknownBlobError,
    UnknownInterviewError,
    blob_owner,
    read_cursor,
    write_cursor,
)

# A laptop has one writer; whoever waits longer than this for a lock waits for a backup tool or a debugger.
_LOCK_WAIT_S: Final = 2.0
_HEADER: Final = TypeAdapter(Header)
# The schema's history, oldest first; `PRAGMA user_version` counts how much of it a folder has been through.
# What stands here was run on somebody's data: add to the end, never change.
_MIGRATIONS: Final = (
    # 0.1, which counted nothing: the tables may be there already.
    """
    CREATE TABLE IF NOT EXISTS events (
        interview_id TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (interview_id, seq)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS headers (
        interview_id TEXT PRIMARY KEY, owner TEXT NOT NULL, candidate_name TEXT NOT NULL,
        interview_type TEXT NOT NULL, role TEXT, level TEXT NOT NULL, language TEXT NOT NULL,
        duration_minutes INTEGER NOT NULL, mode TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS once (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at REAL NOT NULL);
    CREATE TABLE IF NOT EXISTS tombstones (interview_id TEXT PRIMARY KEY, at TEXT NOT NULL);
    """,
    # A header is one JSON value beside the columns that lists are ordered and filtered by.
    """
    ALTER TABLE headers RENAME TO headers_0_1;
    CREATE TABLE headers (
        interview_id TEXT PRIMARY KEY, owner TEXT NOT NULL, created_at TEXT NOT NULL, body TEXT NOT NULL
    );
    INSERT INTO headers SELECT interview_id, owner, created_at, json_object(
        'interview_id', interview_id, 'owner', owner, 'candidate_name', candidate_name,
        'interview_type', interview_type, 'role', role, 'level', level, 'language', language,
        'duration_minutes', duration_minutes, 'mode', mode, 'status', status, 'created_at', created_at
    ) FROM headers_0_1;
    DROP TABLE headers_0_1;
    CREATE INDEX headers_by_owner ON headers (owner, created_at DESC, interview_id DESC);
    CREATE INDEX headers_by_date ON headers (created_at DESC, interview_id DESC);
    """,
)


def _now() -> datetime:
    return datetime.now(UTC)


class SqliteStore:
    """A `Store` in one folder: `prepai.sqlite3` and `blobs/`.

    One connection behind a lock: SQLite has one writer anyway, and reads take microseconds. Raises
    `StoreUnavailableError` when the folder cannot be used.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], datetime] = _now) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.RLock()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._connection = sqlite3.connect(
                folder / "prepai.sqlite3",
                timeout=_LOCK_WAIT_S,
                isolation_level=None,
                check_same_thread=False,
            )
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailableError(f"cannot keep data in {folder}: {error}") from error
        try:
            with self._failing_clearly():
                self._connection.execute("PRAGMA journal_mode = WAL")
                # A turn that was acknowledged must survive a power cut, not only kill -9.
                self._connection.execute("PRAGMA synchronous = FULL")
                # Deleted words are overwritten, not only unlinked.
                self._connection.execute("PRAGMA secure_delete = ON")
                self._migrate()
        except StoreUnavailableError:
            self._connection.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    # The log

    def append(
        self, interview_id: str, events: Sequence[Event], *, expected: int, actor: str, header: Header
    ) -> tuple[StoredEvent, ...]:
        at = self._clock()
        if expected == 0:
            header = replace(header, created_at=at)
        stored = tuple(
            StoredEvent(seq=seq, at=at, actor=actor, event=event)
            for seq, event in enumerate(events, start=expected + 1)
        )
        rows = [(interview_id, item.seq, at.isoformat(), actor, event_body(item.event)) for item in stored]
        with self._transaction() as connection:
            last = self._last_seq(interview_id)
            if last is None:
                self._refuse_deleted(interview_id)
            if (last or 0) != expected:
                raise ConflictError(f"expected the log of {interview_id} at seq {expected}, it is at {last}")
            connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", rows)
            connection.execute(
                "INSERT OR REPLACE INTO headers (interview_id, owner, created_at, body) VALUES (?, ?, ?, ?)",
                (
                    header.interview_id,
                    header.owner,
                    header.created_at.isoformat(),
                    _HEADER.dump_json(header).decode(),
                ),
            )
        return stored

    def read(self, interview_id: str, *, after: int = 0) -> tuple[StoredEvent, ...]:
        with self._lock, self._failing_clearly():
            rows = self._connection.execute(
                "SELECT seq, at, actor, body FROM events WHERE interview_id = ? AND seq > ? ORDER BY seq",
                (interview_id, after),
            ).fetchall()
            if not rows and self._last_seq(interview_id) is None:
                raise UnknownInterviewError(f"there is no interview {interview_id}")
        return tuple(
            StoredEvent(seq=seq, at=datetime.fromisoformat(at), actor=actor, event=EVENT.validate_json(body))
            for seq, at, actor, body in rows
        )

    def headers(self, *, owner: str | None, limit: int, cursor: str | None) -> HeaderPage:
        conditions: list[str] = []
        values: list[object] = []
        if owner is not None:
            conditions.append("owner = ?")
            values.append(owner)
        if cursor is not None:
            conditions.append("(created_at, interview_id) < (?, ?)")
            created_at, interview_id = read_cursor(cursor)
            values.extend((created_at.isoformat(), interview_id))
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        with self._lock, self._failing_clearly():
            rows = self._connection.execute(
                f"SELECT body FROM headers {where}"  # noqa: S608 (conditions of our own)
                " ORDER BY created_at DESC, interview_id DESC LIMIT ?",
                [*values, limit + 1],
            ).fetchall()
        items = tuple(_HEADER.validate_json(body) for (body,) in rows[:limit])
        more = len(rows) > limit
        return HeaderPage(items, write_cursor(items[-1]) if more else None)

    def delete(self, interview_id: str) -> tuple[Removed, ...]:
        at = self._clock()
        with self._transaction() as connection:
            if self._last_seq(interview_id) is None:
                raise UnknownInterviewError(f"there is no interview {interview_id}")
            events = connection.execute("DELETE FROM events WHERE interview_id = ?", (interview_id,)).rowcount
            connection.execute("DELETE FROM headers WHERE interview_id = ?", (interview_id,))
            connection.execute("INSERT INTO tombstones VALUES (?, ?)", (interview_id, at.isoformat()))
            receipt = [Removed("event log", events, at)]
            # Inside the transaction: when a file cannot be removed, the log stays and deleting can be repeated.
            for root in BLOB_ROOTS:
                folder = self._folder / "blobs" / root / interview_id
                files = [path for path in folder.rglob("*") if path.is_file()]
                if folder.exists():
                    shutil.rmtree(folder)
                receipt.append(Removed(f"blobs/{root}", len(files), at))
        with self._lock, self._failing_clearly():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return tuple(receipt)

    # Values written once

    def put_once(self, key: str, value: str, *, ttl_s: float) -> bool:
        now = self._clock().timestamp()
        with self._transaction() as connection:
            connection.execute("DELETE FROM once WHERE expires_at <= ?", (now,))
            return (
                connection.execute(
                    "INSERT OR IGNORE INTO once VALUES (?, ?, ?)", (key, value, now + ttl_s)
                ).rowcount
                == 1
            )

    def held(self, key: str) -> str | None:
        now = self._clock().timestamp()
        with self._lock, self._failing_clearly():
            row = self._connection.execute(
                "SELECT value FROM once WHERE key = ? AND expires_at > ?", (key, now)
            ).fetchone()
        return None if row is None else str(row[0])

    def swap(self, key: str, *, expected: str, value: str | None, ttl_s: float) -> bool:
        now = self._clock().timestamp()
        with self._transaction() as connection:
            if value is None:
                done = connection.execute(
                    "DELETE FROM once WHERE key = ? AND value = ? AND expires_at > ?", (key, expected, now)
                )
            else:
                done = connection.execute(
                    "UPDATE once SET value = ?, expires_at = ? WHERE key = ? AND value = ? AND expires_at > ?",
                    (value, now + ttl_s, key, expected, now),
                )
            return done.rowcount == 1

    def drop(self, prefix: str) -> None:
        """Let go of every value whose key begins with `prefix`. Not of the port: for who owns the whole folder."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM once WHERE substr(key, 1, length(?1)) = ?1", (prefix,))

    # Blobs

    def put_blob(self, key: str, body: bytes, *, media_type: str) -> BlobRef:
        path = self._blob_path(key)
        interview_id = blob_owner(key)
        with self._failing_clearly():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Written aside and renamed: a reader, or a crash, never sees half a body.
            descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=".")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(body)
                    file.flush()
                    os.fsync(file.fileno())
                # Deleting takes the same lock, so nothing reappears behind it.
                with self._transaction():
                    self._refuse_deleted(interview_id)
                    Path(aside).replace(path)
            except UnknownInterviewError:
                shutil.rmtree(self._folder / "blobs" / Path(*Path(key).parts[:2]), ignore_errors=True)
                raise
            except BaseException:
                Path(aside).unlink(missing_ok=True)
                raise
            self._sync_folders(path.parent)
        return BlobRef(
            key=key, sha256=hashlib.sha256(body).hexdigest(), size=len(body), media_type=media_type
        )

    def blob(self, ref: BlobRef) -> bytes:
        path = self._blob_path(ref.key)
        try:
            body = path.read_bytes()
        except FileNotFoundError:
            raise UnknownBlobError(f"there is no blob {ref.key}") from None
        except OSError as error:
            raise self._unavailable(error) from error
        if hashlib.sha256(body).hexdigest() != ref.sha256:
            raise UnknownBlobError(f"blob {ref.key} is not the one that the log names: its SHA-256 differs")
        return body

    def remove_blobs(self, pattern: str, *, older_than: float | None = None) -> None:
        """Remove the blobs whose keys match; `older_than` (epoch seconds) those written before. Not of the port, too:
        no event may name them."""
        with self._failing_clearly():
            for path in (self._folder / "blobs").glob(pattern):
                if path.is_file() and (older_than is None or path.stat().st_mtime < older_than):
                    path.unlink(missing_ok=True)

    def _blob_path(self, key: str) -> Path:
        blob_owner(key)
        return self._folder / "blobs" / key

    def _sync_folders(self, folder: Path) -> None:
        """Make a new name durable: fsync of a file does not reach the folders that lead to it."""
        while folder != self._folder:
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            folder = folder.parent

    # SQLite

    def _migrate(self) -> None:
        if self._version() < len(_MIGRATIONS):
            with self._transaction() as connection:
                # Asked again under the lock: another process may have been first.
                for number, script in enumerate(_MIGRATIONS[self._version() :], start=self._version() + 1):
                    for statement in script.split(";"):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {number}")
        if self._version() > len(_MIGRATIONS):
            raise StoreUnavailableError(
                f"the data in {self._folder} was written by a newer PrepAI (schema {self._version()}, this one "
                f"knows {len(_MIGRATIONS)}); update this one, or choose another folder with --data"
            )

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def _last_seq(self, interview_id: str) -> int | None:
        row = self._connection.execute(
            "SELECT max(seq) FROM events WHERE interview_id = ?", (interview_id,)
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def _refuse_deleted(self, interview_id: str) -> None:
        row = self._connection.execute("SELECT 1 FROM tombstones WHERE interview_id = ?", (interview_id,))
        if row.fetchone() is not None:
            raise UnknownInterviewError(f"interview {interview_id} was deleted")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._failing_clearly():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                # A full disk may end the transaction by itself, or fail the commit and leave it open.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    @contextmanager
    def _failing_clearly(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> StoreUnavailableError:
        return StoreUnavailableError(f"the data in {self._folder} cannot be used now: {error}")
