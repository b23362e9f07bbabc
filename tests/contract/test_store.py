"""The `Store` port's contract, which every adapter keeps. Adding an adapter is adding a line to `ADAPTERS`."""

from __future__ import annotations

import base64
import json
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from runtime.interview.events import (
    MAX_EVENT_BYTES,
    ConsentRecorded,
    Event,
    InterviewCreated,
    InterviewEnded,
    TurnCommitted,
)
from runtime.interview.log import amend
from runtime.interview.store import (
    ConflictError,
    Header,
    Store,
    StoreUnavailableError,
    UnknownBlobError,
    UnknownInterviewError,
)
from runtime.local.store import SqliteStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Home:
    """Where an adapter keeps its data; opened again, it finds it again. `blobs` names every body that lies there."""

    adapter: Callable[[Callable[[], datetime]], Store]
    blobs: Callable[[], list[str]]
    clock: Clock = field(default_factory=Clock)

    def open(self) -> Store:
        return self.adapter(self.clock)


def on_a_laptop(request: pytest.FixtureRequest) -> Home:
    folder: Path = request.getfixturevalue("tmp_path") / "data"

    def files() -> list[str]:
        paths = [path for path in folder.rglob("*") if path.is_file()]
        return [str(path) for path in paths if not path.name.startswith("prepai.sqlite3")]

    return Home(lambda clock: SqliteStore(folder, clock=clock), files)


def in_aws(request: pytest.FixtureRequest) -> Home:
    aws = request.getfixturevalue("aws")
    return Home(aws.store, aws.versions)


ADAPTERS = {"sqlite": on_a_laptop, "dynamodb": in_aws}


@pytest.fixture(params=ADAPTERS)
def home(request: pytest.FixtureRequest) -> Home:
    return ADAPTERS[request.param](request)


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    store = home.open()
    yield store
    if isinstance(store, SqliteStore):
        store.close()


def created(owner: str = "ada") -> InterviewCreated:
    return InterviewCreated(owner=owner, candidate_name="Ada", interview_type="backend")


def turn(item_id: str, text: str = "An index is a sorted copy.") -> TurnCommitted:
    return TurnCommitted(item_id=item_id, text=text, modality="text")


def header(interview_id: str, *, owner: str = "ada") -> Header:
    return Header(
        interview_id=interview_id,
        owner=owner,
        candidate_name="Ada",
        interview_type="backend",
        role=None,
        level="mid",
        language="en",
        duration_minutes=30,
        mode="practice",
        status="created",
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def begin(store: Store, interview_id: str = "i-1", *, owner: str = "ada") -> None:
    line = header(interview_id, owner=owner)
    store.append(interview_id, [created(owner)], expected=0, actor=owner, header=line)


def add(store: Store, events: list[Event], *, expected: int, interview_id: str = "i-1") -> None:
    store.append(interview_id, events, expected=expected, actor="ada", header=header(interview_id))


class TestLog:
    def test_what_is_appended_is_read_in_order_with_its_place_time_and_author(
        self, store: Store, home: Home
    ) -> None:
        begin(store)
        home.clock.pass_seconds(5)

        stored = store.append(
            "i-1", [turn("t1"), turn("t2")], expected=1, actor="grace", header=header("i-1")
        )

        assert store.read("i-1")[1:] == stored
        assert [item.seq for item in stored] == [2, 3]
        assert {item.actor for item in stored} == {"grace"}
        assert {item.at for item in stored} == {home.clock.now}

    def test_reading_after_a_place_gives_only_what_follows(self, store: Store) -> None:
        begin(store)
        add(store, [turn("t1"), turn("t2")], expected=1)

        assert [item.seq for item in store.read("i-1", after=2)] == [3]
        assert store.read("i-1", after=3) == ()

    def test_two_logs_do_not_touch(self, store: Store) -> None:
        begin(store, "i-1")
        begin(store, "i-2")
        add(store, [turn("t1")], expected=1, interview_id="i-2")

        assert len(store.read("i-1")) == 1
        assert len(store.read("i-2")) == 2

    @pytest.mark.parametrize("expected", [0, 2, 17])
    def test_an_append_on_another_place_than_the_last_is_a_conflict(
        self, store: Store, expected: int
    ) -> None:
        begin(store)

        with pytest.raises(ConflictError):
            add(store, [turn("t1")], expected=expected)
        assert len(store.read("i-1")) == 1

    def test_a_conflict_leaves_the_line_in_lists_alone(self, store: Store) -> None:
        begin(store)

        with pytest.raises(ConflictError):
            store.append(
                "i-1",
                [InterviewEnded(reason="time")],
                expected=7,
                actor="ada",
                header=replace(header("i-1"), status="ended"),
            )
        assert store.headers(owner=None, limit=10, cursor=None).items[0].status == "created"

    def test_an_event_over_the_limit_takes_the_whole_append_with_it(self, store: Store) -> None:
        begin(store)

        with pytest.raises(ValueError, match=f"{MAX_EVENT_BYTES}"):
            add(store, [turn("t1"), turn("t2", "x" * MAX_EVENT_BYTES)], expected=1)
        assert len(store.read("i-1")) == 1

    def test_of_eight_that_append_at_once_one_wins(self, store: Store) -> None:
        begin(store)

        def append(number: int) -> bool:
            try:
                add(store, [turn(f"t{number}"), turn(f"u{number}")], expected=1)
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(append, range(8)))

        number = won.index(True)
        assert sum(won) == 1
        assert [item.event for item in store.read("i-1")[1:]] == [turn(f"t{number}"), turn(f"u{number}")]

    def test_eight_that_amend_at_once_all_get_their_turn_without_gaps(self, store: Store) -> None:
        begin(store)

        def append(number: int) -> None:
            for count in range(5):
                event = turn(f"t{number}-{count}")
                amend(store, "i-1", lambda _, event=event: [event], actor="ada")  # type: ignore[misc]

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(append, range(8)))

        log = store.read("i-1")
        assert [item.seq for item in log] == list(range(1, 42))
        turns = [item.event.item_id for item in log if isinstance(item.event, TurnCommitted)]
        assert sorted(turns) == sorted(f"t{number}-{count}" for number in range(8) for count in range(5))

    def test_two_processes_on_one_place_never_write_over_each_other(self, store: Store, home: Home) -> None:
        begin(store)
        stores = [store, home.open()]

        def append(number: int) -> None:
            for count in range(5):
                event = turn(f"t{number}-{count}")
                amend(stores[number % 2], "i-1", lambda _, event=event: [event], actor="ada")  # type: ignore[misc]

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(append, range(4)))

        assert [item.seq for item in store.read("i-1")] == list(range(1, 22))
        assert stores[1].read("i-1") == store.read("i-1")
        if isinstance(stores[1], SqliteStore):
            stores[1].close()

    def test_an_unknown_interview_is_named(self, store: Store) -> None:
        with pytest.raises(UnknownInterviewError, match="nobody"):
            store.read("nobody")

    def test_the_log_is_there_when_the_store_is_opened_again(self, store: Store, home: Home) -> None:
        begin(store)
        add(store, [turn("t1", "Ünïcode 🦜 and \u0000 \u2028")], expected=1)

        again = home.open()
        assert again.read("i-1") == store.read("i-1")
        if isinstance(again, SqliteStore):
            again.close()


class TestLists:
    def begin_at(
        self, home: Home, store: Store, interview_id: str, at: timedelta, *, owner: str = "ada"
    ) -> None:
        home.clock.now = NOON + at
        begin(store, interview_id, owner=owner)

    def pages(self, store: Store, *, owner: str | None, limit: int) -> list[list[str]]:
        pages, cursor = [], None
        while True:
            page = store.headers(owner=owner, limit=limit, cursor=cursor)
            pages.append([line.interview_id for line in page.items])
            cursor = page.next_cursor
            if cursor is None:
                return pages

    def test_interviews_come_newest_first_page_by_page_each_once(self, store: Store, home: Home) -> None:
        # Two of one moment, so that the time alone does not order them; one with no microseconds beside one with.
        one, day = timedelta(microseconds=1), timedelta(days=1)
        for number, moment in enumerate([one, timedelta(), timedelta(), day, -day]):
            self.begin_at(home, store, f"i-{number}", moment)

        assert self.pages(store, owner=None, limit=2) == [["i-3", "i-0"], ["i-2", "i-1"], ["i-4"]]

    def test_a_full_last_page_has_no_next(self, store: Store) -> None:
        begin(store, "i-1")
        begin(store, "i-2")

        assert store.headers(owner=None, limit=2, cursor=None).next_cursor is None

    def test_an_owner_sees_only_their_own(self, store: Store, home: Home) -> None:
        for number in range(6):
            owner = "ada" if number % 2 else "grace"
            self.begin_at(home, store, f"i-{number}", timedelta(days=number), owner=owner)

        assert self.pages(store, owner="ada", limit=2) == [["i-5", "i-3"], ["i-1"]]
        assert self.pages(store, owner="nobody", limit=2) == [[]]

    def test_an_interview_that_comes_while_paging_moves_nothing(self, store: Store, home: Home) -> None:
        for number in range(4):
            self.begin_at(home, store, f"i-{number}", timedelta(days=number))
        first = store.headers(owner=None, limit=2, cursor=None)
        self.begin_at(home, store, "i-9", timedelta(days=9))

        second = store.headers(owner=None, limit=2, cursor=first.next_cursor)

        assert [line.interview_id for line in second.items] == ["i-1", "i-0"]

    def test_the_line_is_the_newest_that_was_appended(self, store: Store) -> None:
        begin(store)
        ended = replace(header("i-1"), status="ended", role="Backend engineer")
        store.append("i-1", [InterviewEnded(reason="time")], expected=1, actor="ada", header=ended)

        assert store.headers(owner="ada", limit=5, cursor=None).items == (ended,)

    def test_a_new_interview_is_listed_with_the_time_of_its_first_event(
        self, store: Store, home: Home
    ) -> None:
        begin(store)

        listed = store.headers(owner=None, limit=1, cursor=None).items[0].created_at
        assert listed == store.read("i-1")[0].at == home.clock.now

    def test_a_header_keeps_every_field(self, store: Store) -> None:
        line = Header(
            interview_id="i-1",
            owner="o",
            candidate_name="名前",
            interview_type="t",
            role="r",
            level="senior",
            language="de",
            duration_minutes=45,
            mode="assessment",
            status="ended",
            created_at=datetime(2026, 2, 27, 3, 4, 5, 6, tzinfo=UTC),
        )
        begin(store)
        store.append("i-1", [turn("t1")], expected=1, actor="o", header=line)

        page = store.headers(owner=None, limit=1, cursor=None)

        assert page.items == (line,)
        assert json.dumps(page.next_cursor) == "null"

    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "no",
            "ÿ",
            *(
                base64.urlsafe_b64encode(raw.encode()).decode()
                for raw in (
                    *("7", "[]", "[1, 2]", "null", "{}", "[" * 50_000),
                    '["yesterday", "i-1"]',
                    '["2026-03-01T12:00:00", "i-1"]',
                    '["2026-03-01T12:00:00+00:00", 7]',
                    '["2026-03-01T12:00:00+00:00", "\\ud800"]',
                )
            ),
        ],
    )
    def test_a_cursor_it_did_not_give_is_refused(self, store: Store, cursor: str) -> None:
        with pytest.raises(ValueError, match="next_cursor"):
            store.headers(owner=None, limit=5, cursor=cursor)

    @given(
        cursor=st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode())
    )
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_text_is_a_cursor_or_is_refused(self, store: Store, cursor: str) -> None:
        try:
            page = store.headers(owner=None, limit=5, cursor=cursor)
        except ValueError as error:
            assert "next_cursor" in str(error)  # noqa: PT017 (either way is right)
        else:
            assert page.items == ()


class TestValuesWrittenOnce:
    def test_a_value_is_held_until_its_time_is_over(self, store: Store, home: Home) -> None:
        assert store.put_once("ticket/1", "mine", ttl_s=60)

        home.clock.pass_seconds(59)
        assert store.held("ticket/1") == "mine"
        home.clock.pass_seconds(1)
        assert store.held("ticket/1") is None

    def test_a_held_key_is_not_given_again_before_its_time_is_over(self, store: Store, home: Home) -> None:
        store.put_once("lease", "first", ttl_s=10)

        assert not store.put_once("lease", "second", ttl_s=10)
        assert store.held("lease") == "first"
        home.clock.pass_seconds(10)
        assert store.put_once("lease", "second", ttl_s=10)
        assert store.held("lease") == "second"

    def test_a_swap_needs_the_value_that_is_held(self, store: Store, home: Home) -> None:
        store.put_once("lease", "first", ttl_s=10)

        assert not store.swap("lease", expected="other", value="second", ttl_s=10)
        assert not store.swap("nothing", expected="first", value="second", ttl_s=10)
        home.clock.pass_seconds(9)
        assert store.swap("lease", expected="first", value="second", ttl_s=10)
        home.clock.pass_seconds(9)
        assert store.held("lease") == "second"

    def test_a_value_whose_time_is_over_cannot_be_swapped(self, store: Store, home: Home) -> None:
        store.put_once("lease", "first", ttl_s=10)
        home.clock.pass_seconds(10)

        assert not store.swap("lease", expected="first", value="second", ttl_s=10)

    def test_swapping_for_nothing_drops_the_key(self, store: Store) -> None:
        store.put_once("ticket", "mine", ttl_s=10)

        assert store.swap("ticket", expected="mine", value=None, ttl_s=0)
        assert store.held("ticket") is None
        assert not store.swap("ticket", expected="mine", value=None, ttl_s=0)

    def test_of_eight_that_put_or_drop_at_once_one_wins(self, store: Store) -> None:
        with ThreadPoolExecutor(8) as pool:
            put = list(pool.map(lambda n: store.put_once("key", str(n), ttl_s=60), range(8)))
            value = store.held("key")
            assert value is not None
            dropped = list(
                pool.map(lambda _: store.swap("key", expected=value, value=None, ttl_s=0), range(8))
            )

        assert sum(put) == sum(dropped) == 1
        assert put[int(value)]


class TestBlobs:
    def test_a_body_comes_back_as_it_was(self, store: Store, home: Home) -> None:
        body = bytes(range(256)) * 40
        ref = store.put_blob("cvs/i-1/cv.pdf", body, media_type="application/pdf")

        assert store.blob(ref) == body
        assert (ref.size, ref.media_type) == (len(body), "application/pdf")

    def test_another_body_under_the_key_is_not_taken_for_the_one_that_was_named(self, store: Store) -> None:
        ref = store.put_blob("cvs/i-1/cv.txt", b"first", media_type="text/plain")
        store.put_blob("cvs/i-1/cv.txt", b"other", media_type="text/plain")

        with pytest.raises(UnknownBlobError, match="SHA-256"):
            store.blob(ref)

    def test_an_unknown_blob_is_named(self, store: Store) -> None:
        ref = store.put_blob("cvs/i-1/cv.txt", b"", media_type="text/plain")

        with pytest.raises(UnknownBlobError, match=r"cvs/i-2/cv\.txt"):
            store.blob(ref.model_copy(update={"key": "cvs/i-2/cv.txt"}))

    @pytest.mark.parametrize(
        "key",
        [
            "",
            "cvs",
            "cvs/i-1",
            "cvs/i-1/",
            "cvs//cv.txt",
            "cvs/../cv.txt",
            "cvs/i-1/../../../etc/passwd",
            "cvs/i-1/..",
            "/etc/passwd",
            "../cvs/i-1/cv.txt",
            "cvs/i-1/cv..txt",
            "cvs/i-1/.hidden",
            "cvs/i-1/a\\b",
            "cvs/i-1/cv.txt\n",
            "cvs/i-1/a b",
            "cvs/i-1/cv.txt\x00",
            "other/i-1/cv.txt",
            "CVS/i-1/cv.txt",
        ],
    )
    def test_a_key_outside_the_interviews_places_is_refused(self, store: Store, home: Home, key: str) -> None:
        with pytest.raises(ValueError, match="blob key"):
            store.put_blob(key, b"x", media_type="text/plain")
        assert home.blobs() == []


class TestDeleting:
    def test_nothing_of_a_deleted_interview_is_left_and_the_receipt_counts_what_went(
        self, store: Store, home: Home
    ) -> None:
        begin(store, "gone")
        add(store, [turn("t1"), turn("t2")], expected=1, interview_id="gone")
        ref = store.put_blob("cvs/gone/cv.txt", b"x", media_type="text/plain")
        store.put_blob("sessions/gone/audio/t1.pcm", b"x", media_type="audio/l16")

        receipt = {line.place: line for line in store.delete("gone")}

        assert receipt["event log"].count == 3
        assert sum(line.count for line in receipt.values()) == 5
        assert all(line.gone_by >= home.clock.now for line in receipt.values())
        assert store.headers(owner=None, limit=5, cursor=None).items == ()
        with pytest.raises(UnknownInterviewError):
            store.read("gone")
        with pytest.raises(UnknownBlobError):
            store.blob(ref)

    def test_a_deleted_id_does_not_come_back(self, store: Store) -> None:
        begin(store, "gone")
        store.delete("gone")

        for expected in (0, 1):
            with pytest.raises(UnknownInterviewError):
                add(store, [turn("t1")], expected=expected, interview_id="gone")
        with pytest.raises(UnknownInterviewError):
            store.put_blob("cvs/gone/cv.txt", b"x", media_type="text/plain")
        with pytest.raises(UnknownInterviewError):
            store.delete("gone")

    def test_an_unknown_interview_cannot_be_deleted(self, store: Store) -> None:
        with pytest.raises(UnknownInterviewError):
            store.delete("nobody")

    def test_other_interviews_stay(self, store: Store) -> None:
        begin(store, "i-1")
        begin(store, "i-10")
        ref = store.put_blob("cvs/i-10/cv.txt", b"x", media_type="text/plain")

        store.delete("i-1")

        assert len(store.read("i-10")) == 1
        assert store.blob(ref) == b"x"

    def test_what_arrives_while_deleting_leaves_nothing_behind(self, store: Store, home: Home) -> None:
        begin(store, "gone")

        def put(number: int) -> None:
            try:
                store.put_blob(f"cvs/gone/part-{number}.txt", b"x", media_type="text/plain")
            except (UnknownInterviewError, StoreUnavailableError):
                return

        with ThreadPoolExecutor(8) as pool:
            puts = [pool.submit(put, number) for number in range(40)]
            deleting = pool.submit(delete_again_until_done, store)
            puts += [pool.submit(put, number) for number in range(40, 80)]
            deleting.result()
            for one in puts:
                one.result()

        assert home.blobs() == []


def delete_again_until_done(store: Store) -> None:
    for _ in range(50):
        try:
            store.delete("gone")
        except StoreUnavailableError:
            continue
        return
    raise AssertionError("deleting never succeeded")


# What only the laptop's adapter can be asked: its files, its disk, its locks.


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path)
    yield store
    store.close()


def test_deleted_words_are_in_no_file_of_the_folder(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    marker = "Zanzibar-4711"
    begin(sqlite_store, "gone")
    add(
        sqlite_store,
        [turn(f"t{n}", f"{marker} {n} " * 50) for n in range(30)],
        expected=1,
        interview_id="gone",
    )
    sqlite_store.append(
        "gone",
        [ConsentRecorded(recording=True)],
        expected=31,
        actor=marker,
        header=replace(header("gone"), candidate_name=marker),
    )
    sqlite_store.put_blob("cvs/gone/cv.txt", marker.encode(), media_type="text/plain")
    begin(sqlite_store, "stays")
    assert files_with(marker, tmp_path)

    sqlite_store.delete("gone")

    assert files_with(marker, tmp_path) == []
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.name == "gone"]


def files_with(marker: str, folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and marker.encode() in path.read_bytes()]


def test_a_file_that_cannot_be_removed_keeps_the_log_so_that_deleting_can_be_repeated(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(sqlite_store, "gone")
    sqlite_store.put_blob("cvs/gone/cv.txt", b"x", media_type="text/plain")

    def fails(_folder: Path) -> None:
        raise PermissionError("read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", fails)
        with pytest.raises(StoreUnavailableError):
            sqlite_store.delete("gone")

    assert len(sqlite_store.read("gone")) == 1
    assert sum(line.count for line in sqlite_store.delete("gone")) == 2


def test_a_full_database_writes_nothing_and_works_again_when_there_is_room(
    sqlite_store: SqliteStore, tmp_path: Path
) -> None:
    begin(sqlite_store)
    connection = sqlite_store._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    before = sqlite_store.read("i-1")

    big: list[Event] = [turn(f"t{n}", "x" * 3000) for n in range(40)]
    with pytest.raises(StoreUnavailableError, match="full"):
        add(sqlite_store, big, expected=1)
    assert sqlite_store.read("i-1") == before

    connection.execute("PRAGMA max_page_count = 100000")
    add(sqlite_store, big, expected=1)
    assert len(sqlite_store.read("i-1")) == 41


def test_a_full_disk_writes_nothing_and_leaves_what_was_there(tmp_path: Path) -> None:
    # A limit on file sizes is the nearest thing to a full disk that needs no rights; it binds one process.
    script = """
        import resource, signal, sys
        from pathlib import Path
        from runtime.interview.store import StoreUnavailableError
        from runtime.local.store import SqliteStore
        from tests_events import begin, add, turn

        store = SqliteStore(Path(sys.argv[1]))
        begin(store)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        largest = max(path.stat().st_size for path in Path(sys.argv[1]).iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 1024, hard))
        failed = 0
        try:
            add(store, [turn(f"t{n}", "x" * 3000) for n in range(60)], expected=1)
        except StoreUnavailableError:
            failed += 1
        try:
            store.put_blob("cvs/i-1/cv.txt", b"x" * (largest + 4096), media_type="text/plain")
        except StoreUnavailableError:
            failed += 1
        assert failed == 2, failed
        assert len(store.read("i-1")) == 1
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        add(store, [turn("t1")], expected=1)
        assert len(store.read("i-1")) == 2
        store.close()
        print("survived")
    """
    (tmp_path / "tests_events.py").write_text(
        f"import importlib.util as u\n_s = u.spec_from_file_location('contract', {str(Path(__file__))!r})\n"
        "import sys\n_m = u.module_from_spec(_s)\nsys.modules['contract'] = _m\n_s.loader.exec_module(_m)\n"
        "begin, add, turn = _m.begin, _m.add, _m.turn\n"
    )
    data = tmp_path / "data"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(data)],
        env={"PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[2]}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.strip() == "survived", done.stderr
    assert not [path for path in (data / "blobs").rglob("*") if path.is_file()]


def test_a_database_that_another_process_locks_is_unavailable_until_it_lets_go(
    sqlite_store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(sqlite_store)
    sqlite_store._connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "prepai.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StoreUnavailableError, match="locked"):
            add(sqlite_store, [turn("t1")], expected=1)
        with pytest.raises(StoreUnavailableError, match="locked"):
            sqlite_store.put_once("key", "value", ttl_s=5)
        with pytest.raises(StoreUnavailableError, match="locked"):
            sqlite_store.put_blob("cvs/i-1/cv.txt", b"x", media_type="text/plain")
        with pytest.raises(StoreUnavailableError, match="locked"):
            sqlite_store.delete("i-1")
    finally:
        other.execute("ROLLBACK")
        other.close()

    assert len(sqlite_store.read("i-1")) == 1
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    add(sqlite_store, [turn("t1")], expected=1)
    assert len(sqlite_store.read("i-1")) == 2


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("not a folder")
    with pytest.raises(StoreUnavailableError, match="file"):
        SqliteStore(taken)

    (tmp_path / "prepai.sqlite3").write_text("this is no database " * 100)
    with pytest.raises(StoreUnavailableError, match="not a database"):
        SqliteStore(tmp_path)


# Data of other releases


SCHEMA_0_1 = """
CREATE TABLE IF NOT EXISTS events (
    interview_id TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (interview_id, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS headers (
    interview_id TEXT PRIMARY KEY, owner TEXT NOT NULL, candidate_name TEXT NOT NULL, interview_type TEXT NOT NULL,
    role TEXT, level TEXT NOT NULL, language TEXT NOT NULL, duration_minutes INTEGER NOT NULL, mode TEXT NOT NULL,
    status TEXT NOT NULL, created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS headers_by_owner ON headers (owner, created_at DESC, interview_id DESC);
CREATE INDEX IF NOT EXISTS headers_by_date ON headers (created_at DESC, interview_id DESC);
CREATE TABLE IF NOT EXISTS once (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tombstones (interview_id TEXT PRIMARY KEY, at TEXT NOT NULL);
"""
"""As `runtime/local/store.py` had it when 0.1 wrote data with it."""


@pytest.fixture
def folder_0_1(tmp_path: Path) -> Path:
    """Three interviews of 0.1 and a deleted one."""
    connection = sqlite3.connect(tmp_path / "prepai.sqlite3")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(SCHEMA_0_1)
    for number in (1, 2, 3):
        at = (NOON + timedelta(minutes=number, microseconds=number)).isoformat()
        body = created().model_dump_json(exclude_none=True)
        connection.execute("INSERT INTO events VALUES (?, 1, ?, 'ada', ?)", (f"i-{number}", at, body))
        values = (
            f"i-{number}",
            "ada",
            'Ada "é"',
            "backend",
            None,
            "mid",
            "en",
            30,
            "practice",
            "created",
            at,
        )
        connection.execute(f"INSERT INTO headers VALUES ({', '.join('?' * 11)})", values)
    connection.execute(
        "INSERT INTO once VALUES ('key', 'value', ?)", ((NOON + timedelta(days=1)).timestamp(),)
    )
    connection.execute("INSERT INTO tombstones VALUES ('gone', ?)", (NOON.isoformat(),))
    connection.commit()
    connection.close()
    return tmp_path


def test_data_of_0_1_is_taken_over_whole(folder_0_1: Path) -> None:
    with closing(SqliteStore(folder_0_1, clock=lambda: NOON)) as store:
        page = store.headers(owner="ada", limit=2, cursor=None)
        rest = store.headers(owner="ada", limit=2, cursor=page.next_cursor)

        assert [item.interview_id for item in (*page.items, *rest.items)] == ["i-3", "i-2", "i-1"]
        assert rest.items == (
            replace(
                header("i-1"),
                candidate_name='Ada "é"',
                created_at=NOON + timedelta(minutes=1, microseconds=1),
            ),
        )
        assert store.read("i-1")[0].event == created()
        assert store.held("key") == "value"
        with pytest.raises(UnknownInterviewError):
            begin(store, "gone")
        add(store, [turn("t1")], expected=1)


def test_data_that_was_taken_over_is_opened_again(folder_0_1: Path) -> None:
    for _ in range(2):
        with closing(SqliteStore(folder_0_1)) as store:
            assert len(store.headers(owner=None, limit=9, cursor=None).items) == 3


def test_data_of_0_1_that_eight_open_at_once_is_taken_over_once(folder_0_1: Path) -> None:
    def count(_: int) -> int:
        with closing(SqliteStore(folder_0_1)) as store:
            return len(store.headers(owner=None, limit=9, cursor=None).items)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(count, range(8))) == {3}


def test_data_of_a_newer_release_is_refused_with_the_way_out_and_left_alone(tmp_path: Path) -> None:
    SqliteStore(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "prepai.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 99")

    with pytest.raises(StoreUnavailableError, match=r"newer PrepAI \(schema 99.*update this one.*--data"):
        SqliteStore(tmp_path)

    with closing(sqlite3.connect(tmp_path / "prepai.sqlite3")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (99,)


def test_a_header_may_get_a_field_without_new_columns(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Later(Header):
        score: int = 7

    begin(sqlite_store)
    monkeypatch.setattr("runtime.local.store._HEADER", TypeAdapter(Later))
    later = Later(**asdict(header("i-2")), score=9)
    sqlite_store.append("i-2", [created()], expected=0, actor="ada", header=later)

    items = sqlite_store.headers(owner=None, limit=2, cursor=None).items
    assert {item.interview_id: item.score for item in items if isinstance(item, Later)} == {
        "i-1": 7,
        "i-2": 9,
    }


def test_what_was_kept_under_a_prefix_is_let_go_of(sqlite_store: SqliteStore) -> None:
    for key in ("holder/a", "holder/b", "holders", "ticket/holder/a"):
        sqlite_store.put_once(key, "x", ttl_s=60)

    sqlite_store.drop("holder/")

    held = [key for key in ("holder/a", "holder/b", "holders", "ticket/holder/a") if sqlite_store.held(key)]
    assert held == ["holders", "ticket/holder/a"]
