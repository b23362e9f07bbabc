# ruff: noqa: SLF001, T201
"""SQL inside the WebAssembly interpreter, on the SQLite that CPython brings; baked into the snapshot with `_guest.py`.

A statement of the candidate's reaches SQLite and no Python. The database is in memory and lives for one test.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any

import _room  # type: ignore[import-not-found]

MAX_CELLS = 200_000
MAX_VALUE_BYTES = 8 * 1024 * 1024
_NO_SQL = ("syntax error", "incomplete input", "unrecognized token")

# What a statement may be. PRAGMA only to look; whatever opens or names a file is refused before SQLite tries.
_REFUSED = {
    sqlite3.SQLITE_ATTACH: "ATTACH and VACUUM INTO are not available: there are no files here",
    sqlite3.SQLITE_DETACH: "DETACH is not available: there are no files here",
}
_PRAGMAS = frozenset(
    """
    case_sensitive_like collation_list compile_options foreign_key_check foreign_key_list foreign_keys function_list
    index_info index_list index_xinfo integrity_check recursive_triggers table_info table_list table_xinfo
    """.split()  # noqa: SIM905 - names read better as words
)


def no_functions() -> str:
    return _room._frame("not_compiled", error="SQL has no functions to call: send it without functionName")  # type: ignore[no-any-return]


def query(source: str, setup: str, output: int) -> str:
    """Run the task's `setup` and then the candidate's statements. The value is `{columns, rows}` of the last statement
    that answers with rows, which are printed too."""
    where = ["the test's input", 0, 0]
    value: Any = None

    def body() -> None:
        nonlocal value
        database = _database()
        for _ in _each(database, setup, where):
            pass
        where[:] = ["statement", 0, 0]
        for cursor in _each(database, source, where):
            if cursor.description is not None:
                value = _table(cursor)
        if value is not None:
            _print(value["columns"], value["rows"])

    try:
        frame = _room._guarded(
            body, "", output, passing=(sqlite3.Error, sqlite3.Warning, UnicodeEncodeError, _TooLargeError)
        )
    except _TooLargeError as error:
        return _room._frame("output", error=str(error))  # type: ignore[no-any-return]
    except UnicodeEncodeError:
        return _room._frame("not_compiled", error="the text holds a lone surrogate, which is no Unicode text")  # type: ignore[no-any-return]
    except (sqlite3.Error, sqlite3.Warning) as error:
        return _room._frame(_ending(error, where), error=_told(error, where))  # type: ignore[no-any-return]
    return _room._returned(value) if frame is None else frame  # type: ignore[no-any-return]


class _TooLargeError(Exception):
    pass


def _database() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", isolation_level=None, cached_statements=0)
    for limit, value in (
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES),
        (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 500),
        (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 50),
    ):
        database.setlimit(limit, value)
    database.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
    database.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, False)
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    database.set_authorizer(_authorized)
    return database


def _authorized(action: int, first: str | None, second: str | None, *_: object) -> int:
    if action in _REFUSED:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() not in _PRAGMAS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in {"load_extension", "fts3_tokenizer"}:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _each(database: sqlite3.Connection, text: str, where: list[Any]) -> Iterator[sqlite3.Cursor]:
    for number, (line, statement) in enumerate(_statements(text), 1):
        where[1:] = [number, line]
        with_rows = database.execute(statement)
        yield with_rows
        with_rows.close()


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each statement with the line it begins on. SQLite says where one ends: not inside a string or trigger."""
    start = 0
    while start < len(text):
        end = start
        while True:
            end = text.find(";", end) + 1
            if not end:
                end = len(text)
                break
            if sqlite3.complete_statement(text[start:end].replace("\0", " ")):
                break
        statement = text[start:end]
        if bare := _bare(statement):
            yield text.count("\n", 0, start + statement.index(bare[0])) + 1, statement
        start = end


def _bare(statement: str) -> str:
    """The statement without what it may consist of and still do nothing: blanks, comments, a semicolon."""
    left = statement
    while True:
        left = left.lstrip(" \t\r\n\f;")
        if left.startswith("--"):
            left = left.partition("\n")[2]
        elif left.startswith("/*"):
            left = left.partition("*/")[2]
        else:
            return left


def _table(cursor: sqlite3.Cursor) -> dict[str, Any]:
    columns = [column[0] for column in cursor.description]
    rows, cells, size = [], 0, 0
    for row in cursor:
        rows.append(list(row))
        if any(isinstance(cell, bytes) for cell in row):
            raise sqlite3.DataError("the result holds a BLOB, which is no JSON value: select hex() of it")
        cells += len(row) + 1
        size += sum(len(cell) for cell in row if isinstance(cell, str))
        if cells > MAX_CELLS or size > _room.MAX_BYTES:
            raise _TooLargeError("the result is larger than 1 MB or 200000 cells")
    return {"columns": columns, "rows": rows}


def _print(columns: list[str], rows: list[list[Any]]) -> None:
    print(*columns, sep=" | ")
    for row in rows:
        print(*("NULL" if cell is None else cell for cell in row), sep=" | ")


def _ending(error: Exception, where: list[Any]) -> str:
    if isinstance(error, sqlite3.OperationalError) and "out of memory" in str(error):
        return "memory"
    no_program = where[0] == "statement" and any(words in str(error) for words in _NO_SQL)
    return "not_compiled" if no_program else "raised"


def _told(error: Exception, where: list[Any]) -> str:
    what = str(error)
    if what in ("not authorized", "authorization denied"):
        what = "this statement is not available here: no files, no ATTACH, no PRAGMA but those that only look"
    elif what.startswith("too many attached"):
        what = _REFUSED[sqlite3.SQLITE_ATTACH]
    if not where[1]:
        return what
    place = f"{where[0]} {where[1]}" if where[0] == "statement" else where[0]
    return f"{place}, line {where[2]}: {what}"


def _rehearse() -> None:
    query(
        "select a, count(*) from t group by a order by 1",
        "create table t(a); insert into t values (1), (2);",
        1000,
    )
    query("select from", "", 1000)


_rehearse()
