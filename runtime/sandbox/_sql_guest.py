# ruff: noqa: SLF001, T201
"""SQL inside the WebAssembly interpreter, on the SQLite that CPython brings; baked into the snapshot with `_guest.py`.

A statement of the candidate's reaches SQLite and of Python `re` alone, for the operator that SQLite leaves to its host.
The database is in memory and lives for one test.
"""

import bisect
import re
import sqlite3
import sys
from collections.abc import Iterator
from typing import Any

import _room  # type: ignore[import-not-found]

MAX_VALUE_BYTES = 8 * 1024 * 1024
_NO_SQL = ("syntax error", "incomplete input", "unrecognized token")
_ENGINE = "SQLite " + sqlite3.sqlite_version

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


# People write the SQL of the server they know. What each word of another dialect is here: functions by name,
_FUNCTIONS = {
    "datediff": "julianday(a) - julianday(b) is the days from b to a",
    "timestampdiff": "julianday(b) - julianday(a) in days, unixepoch(b) - unixepoch(a) in seconds",
    "date_add": "date(d, '+1 day'), datetime(d, '+2 hours')",
    "date_sub": "date(d, '-1 day'), datetime(d, '-2 hours')",
    "dateadd": "date(d, '+1 day'), datetime(d, '+2 hours')",
    "date_format": "strftime('%Y-%m', d)",
    "to_char": "strftime('%Y-%m', d), or printf('%.2f', x) for a number",
    "to_date": "a date is text as in '2024-01-31', and date(...) reads it",
    "str_to_date": "a date is text as in '2024-01-31', and date(...) reads it",
    "date_trunc": "date(d, 'start of month') or date(d, 'start of year')",
    "date_part": "CAST(strftime('%Y', d) AS INTEGER)",
    "datepart": "CAST(strftime('%Y', d) AS INTEGER)",
    "year": "CAST(strftime('%Y', d) AS INTEGER)",
    "month": "CAST(strftime('%m', d) AS INTEGER)",
    "day": "CAST(strftime('%d', d) AS INTEGER)",
    "dayofmonth": "CAST(strftime('%d', d) AS INTEGER)",
    "dayofyear": "CAST(strftime('%j', d) AS INTEGER)",
    "dayofweek": "CAST(strftime('%w', d) AS INTEGER), Sunday is 0",
    "weekday": "CAST(strftime('%u', d) AS INTEGER) - 1, Monday is 0",
    "hour": "CAST(strftime('%H', d) AS INTEGER)",
    "minute": "CAST(strftime('%M', d) AS INTEGER)",
    "last_day": "date(d, 'start of month', '+1 month', '-1 day')",
    "now": "datetime('now') or CURRENT_TIMESTAMP",
    "getdate": "datetime('now') or CURRENT_TIMESTAMP",
    "sysdate": "datetime('now') or CURRENT_TIMESTAMP",
    "curdate": "date('now') or CURRENT_DATE",
    "from_unixtime": "datetime(seconds, 'unixepoch')",
    "unix_timestamp": "unixepoch(d)",
    "nvl": "IFNULL(a, b) or COALESCE(a, b, ...)",
    "decode": "CASE x WHEN ... THEN ... ELSE ... END",
    "greatest": "MAX(a, b, ...) with several arguments",
    "least": "MIN(a, b, ...) with several arguments",
    "left": "SUBSTR(s, 1, n)",
    "right": "SUBSTR(s, -n)",
    "len": "LENGTH(s)",
    "char_length": "LENGTH(s)",
    "locate": "INSTR(s, part)",
    "charindex": "INSTR(s, part)",
    "position": "INSTR(s, part)",
    "strpos": "INSTR(s, part)",
    "lcase": "LOWER(s)",
    "ucase": "UPPER(s)",
    "lpad": "printf('%5s', s), or printf('%05d', n) for a number",
    "rpad": "printf('%-5s', s)",
    "repeat": "REPLACE(printf('%*c', n, 'x'), 'x', s)",
    "reverse": "a recursive CTE over SUBSTR(s, n, 1)",
    "substring_index": "SUBSTR(s, 1, INSTR(s, part) - 1)",
    "split_part": "SUBSTR(s, 1, INSTR(s, part) - 1)",
    "regexp_like": "s REGEXP 'pattern'",
    "truncate": "TRUNC(x) or ROUND(x, n)",
    "rand": "RANDOM()",
    "array_agg": "json_group_array(x)",
    "json_agg": "json_group_array(x)",
    "json_arrayagg": "json_group_array(x)",
    "stddev": "SQRT(AVG(x * x) - AVG(x) * AVG(x))",
    "listagg": "GROUP_CONCAT(x, ', ') or STRING_AGG(x, ', ')",
    "rollup": "UNION ALL of the groups and the total",
    "cube": "UNION ALL of the groups and the total",
}
# tables by name,
_TABLES = {
    "dual": "a SELECT needs no FROM",
    "generate_series": "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10)",
    "information_schema.tables": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "information_schema.columns": "SELECT name, type FROM pragma_table_info('a_table')",
}
# and what does not even parse.
_WORDS = [
    (re.compile(rf"(?:{pattern})", re.IGNORECASE | re.DOTALL), advice)
    for pattern, advice in (
        (r"\bselect\s+(?:distinct\s+)?top\b", "LIMIT n at the end instead of TOP n"),
        (r"\bfetch\s+(?:first|next)\b", "LIMIT n instead of FETCH FIRST n ROWS ONLY"),
        (r"\binterval\b", "date(d, '+1 day') instead of INTERVAL"),
        (r"\bextract\s*\(", "CAST(strftime('%Y', d) AS INTEGER) instead of EXTRACT(YEAR FROM d)"),
        (
            r"\b(?:substring|trim|position|overlay)\s*\([^()]*\b(?:from|for|both|leading|trailing)\b",
            "SUBSTR(s, from, length), TRIM(s, characters), INSTR(s, part)",
        ),
        (r"\bisnull\s*\(", "IFNULL(a, b) or COALESCE(a, b, ...)"),
        (r"\bilike\b", "LIKE, which does not tell upper from lower case"),
        (r"\brlike\b|\bsimilar\s+to\b|!?~\*?\s*'", "s REGEXP 'pattern'"),
        (r"::", "CAST(x AS type) instead of x::type"),
        (r"\b(?:try_cast|convert)\s*\(", "CAST(x AS type)"),
        (r"\bqualify\b", "a subquery with the window function, and WHERE around it"),
        (r"\bdistinct\s+on\b", "ROW_NUMBER() OVER (PARTITION BY ...) = 1 in a subquery"),
        (r"\bdiv\b", "/ between integers, or CAST(a / b AS INTEGER)"),
        (r"\bfor\s+update\b", "there is one connection, so nothing needs a lock"),
        (r"\binsert\s+ignore\b", "INSERT OR IGNORE"),
        (r"\bon\s+duplicate\s+key\b", "ON CONFLICT (column) DO UPDATE SET a = excluded.a"),
        (r"^\s*merge\b", "INSERT ... ON CONFLICT (column) DO UPDATE SET a = excluded.a"),
        (r"^\s*truncate\b", "DELETE FROM the_table"),
        (r"^\s*show\b", "SELECT name FROM sqlite_master WHERE type = 'table'"),
        (r"^\s*desc(?:ribe)?\b", "SELECT name, type FROM pragma_table_info('a_table')"),
        (r"^\s*use\b", "there is one database, and it is open"),
        (r"^\s*(?:set|declare)\b|@\w", "a CTE (WITH ...) instead of a variable"),
        (r"^\s*(?:grant|revoke)\b", "there are no users here"),
        (
            r"^\s*delimiter\b|\bcreate\s+(?:or\s+replace\s+)?(?:function|procedure)\b|^\s*call\b",
            "there are no stored procedures",
        ),
        (r"\bcreate\s+or\s+replace\b", "DROP VIEW IF EXISTS a_view, and CREATE VIEW a_view"),
        (r"\benum\s*\(", "TEXT CHECK (x IN ('a', 'b')) instead of ENUM"),
        (r"\bvalues\b.*\)\s*(?:as\s+)?\w+\s*\(", "WITH v(a, b) AS (VALUES (1, 2)) SELECT ..."),
        (r"\b(?:lateral|apply)\b", "a correlated subquery, or ROW_NUMBER() OVER (PARTITION BY ...)"),
        (r"\bany\s*\(|\ball\s*\(|\bsome\s*\(", "IN (...), EXISTS (...), or a comparison with MAX or MIN"),
        (r"\bwith\s+(?:rollup|cube)\b|\bgrouping\s+sets\b", "UNION ALL of the groups and the total"),
        (r"\bpivot\b", "SUM(CASE WHEN ... THEN ... END) for each column"),
        (r"\b(?:and|or)\s*=|&&", "AND and OR"),
    )
]


def no_functions() -> str:
    return _room._frame("not_compiled", error="SQL has no functions to call: send it without functionName")  # type: ignore[no-any-return]


def query(source: str, setup: str, output: int) -> str:
    """Run the task's `setup` and then the candidate's statements. The value is `{columns, rows}` of the last statement
    that answers with rows, which are printed too."""
    where = _Where("the test's input")
    value: Any = None

    database = _database()

    def body() -> None:
        nonlocal value
        for _ in _each(database, setup, where):
            pass
        where.begin("statement")
        for cursor in _each(database, source, where):
            if cursor.description is not None:
                value = _table(cursor)
        if value is not None:
            _print(value["columns"], value["rows"], output)
        elif not where.number:
            print("note: there is no statement here, so no rows came", file=sys.stderr)
        else:
            print("note: no statement answers with rows: end with a SELECT", file=sys.stderr)

    try:
        frame = _room._guarded(
            body, "", output, passing=(sqlite3.Error, sqlite3.Warning, UnicodeEncodeError, _TooLargeError)
        )
    except _TooLargeError as error:
        return _room._frame("output", error=str(error))  # type: ignore[no-any-return]
    except UnicodeEncodeError:
        return _room._frame("not_compiled", error="the text holds a lone surrogate, which is no Unicode text")  # type: ignore[no-any-return]
    except (sqlite3.Error, sqlite3.Warning) as error:
        return _room._frame(_ending(error, where), error=_told(database, error, where))  # type: ignore[no-any-return]
    return _room._returned(value) if frame is None else frame  # type: ignore[no-any-return]


class _TooLargeError(Exception):
    pass


class _Where:
    """Which statement runs: its number in the text it is of, the line it begins on, and itself."""

    def __init__(self, text: str) -> None:
        self.begin(text)

    def begin(self, text: str) -> None:
        self.text, self.number, self.line, self.statement = text, 0, 0, ""


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
    database.create_function("regexp", 2, _regexp, deterministic=True)
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


def _each(database: sqlite3.Connection, text: str, where: _Where) -> Iterator[sqlite3.Cursor]:
    for number, (line, statement) in enumerate(_statements(text), 1):
        where.number, where.line, where.statement = number, line, statement
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
            yield text.count("\n", 0, end - len(bare)) + 1, bare
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
    rows, size = [], 0
    for row in cursor:
        for name, cell in zip(columns, row, strict=True):
            if isinstance(cell, bytes):
                raise sqlite3.DataError(
                    f"column {name} holds a BLOB, which is no JSON value: select hex() of it"
                )
        rows.append(list(row))
        size += len(_room._encode(rows[-1])) + 1
        if size > _room.MAX_BYTES:
            raise _TooLargeError(
                f"the result is larger than the 1 MB that a result may have: {len(rows)} rows of {len(columns)} "
                "columns were read so far. Select fewer columns, or add a WHERE or a LIMIT"
            )
    return {"columns": columns, "rows": rows}


def _print(columns: list[str], rows: list[list[Any]], room: int) -> None:
    """The rows as text, as many as may be printed: the result itself has more room than that."""
    room -= 100  # for the last line
    for number, row in enumerate([columns, *rows]):
        line = " | ".join("NULL" if cell is None else str(cell) for cell in row) + "\n"
        room -= len(line.encode("utf-8", "replace"))
        if room < 0:
            print(f"... and {len(rows) - max(0, number - 1)} more of {len(rows)} rows")
            return
        print(line, end="")


def _ending(error: Exception, where: _Where) -> str:
    if isinstance(error, sqlite3.OperationalError) and "out of memory" in str(error):
        return "memory"
    if where.text != "statement":
        return "not_run"  # what should have been there for the candidate's statements is not
    return "not_compiled" if any(words in str(error) for words in _NO_SQL) else "raised"


def _told(database: sqlite3.Connection, error: Exception, where: _Where) -> str:
    what = str(error)
    if what in ("not authorized", "authorization denied"):
        what = "this statement is not available here: no files, no ATTACH, no PRAGMA but those that only look"
    elif what.startswith("too many attached"):
        what = _REFUSED[sqlite3.SQLITE_ATTACH]
    elif what == "string or blob too big":
        what = f"a value is larger than the {MAX_VALUE_BYTES >> 20} MB that one may have"
    elif what == "user-defined function raised exception":
        what = "REGEXP: expected a regular expression as Python's re reads it"
    if not where.number:
        return what
    place = f"{where.text} {where.number}" if where.text == "statement" else where.text
    offset = _offset(database, what, where.statement)
    line = where.line + where.statement.count("\n", 0, offset)
    return f"{place}, line {line}: {what}{_advice(what, where.statement, offset)}"


def _advice(what: str, statement: str, offset: int) -> str:
    """For what SQLite does not have: what it has instead. `offset`: where the error is."""
    kind, _, name = what.partition(": ")
    name = name.lower()
    advice = None
    if kind == "no such function":
        advice = _FUNCTIONS.get(name)
    elif kind == "no such table":
        advice = _TABLES.get(name)
        if advice is None:
            return ""
    elif kind == "no such column" and name != "interval":
        return ""
    elif any(words in what for words in _NO_SQL) or kind == "no such column":
        start = max(0, offset - 5_000)
        code = _without_text(statement[: offset + 5_000])[start:]
        advice = _nearest(code, offset - start)
    else:
        return ""
    return f". This is {_ENGINE}" + (f": {advice}" if advice else "")


def _nearest(code: str, offset: int) -> str | None:
    """The advice for the foreign word at the error, or the one nearest to it: a statement may have others, too."""
    found = [
        (max(place.start() - offset, offset - place.end(), 0), number)
        for number, (pattern, _) in enumerate(_WORDS)
        for place in pattern.finditer(code)
    ]
    return _WORDS[min(found)[1]][1] if found else None


def _offset(database: sqlite3.Connection, what: str, statement: str) -> int:
    """Where in the statement the error is, as far as it can be told; its beginning otherwise."""
    code = _without_text(statement)
    if found := re.fullmatch(r'near "(.+)": syntax error|unrecognized token: "(.+)"', what, re.DOTALL):
        places = list(re.finditer(re.escape(found[1] or found[2]), statement))

        def stops(place: re.Match[str]) -> bool:
            try:
                database.execute("explain " + statement[: place.end()])
            except sqlite3.Error as error:
                return str(error) == what
            return False

        # The parser stops at the first word that cannot go on: whatever ends with it or later fails alike.
        first = bisect.bisect_left(places, True, key=stops)
        return places[first].start() if first < len(places) else 0
    if what.startswith("incomplete input"):
        return len(statement.rstrip())
    if found := re.fullmatch(
        r"(?:no such (?:table|column|function)|ambiguous column name): (.+)", what, re.DOTALL
    ):
        word = r"\s*\.\s*".join(map(re.escape, found[1].split(".")))
        if named := re.search(rf"(?<![\w.]){word}(?!\w)", code, re.IGNORECASE):
            return named.start()
    return 0


def _without_text(statement: str) -> str:
    """The statement with blanks in the place of comments and of what stands in single quotes."""
    hidden = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
    return hidden.sub(lambda text: re.sub(r"[^\n]", " ", text[0]), statement)


def _regexp(pattern: str | None, text: object) -> bool | None:
    # SQLite's operator `text REGEXP pattern` calls a function of the host's.
    if pattern is None or text is None:
        return None
    return re.search(str(pattern), str(text)) is not None


def _rehearse() -> None:
    query(
        "select a, count(*) from t group by a order by 1",
        "create table t(a); insert into t values (1), (2);",
        1000,
    )
    query("select from", "", 1000)
    query("select 'a' regexp 'a'; select nope(1)", "", 1000)


_rehearse()
