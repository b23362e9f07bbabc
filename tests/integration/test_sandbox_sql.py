"""SQL as it is asked for in interviews: what runs, how rows are compared, what errors say, what cannot be done."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from pydantic import JsonValue

from runtime.sandbox import Checker, Limits, Submission, TestCase, TestResult, execute, languages
from runtime.sandbox.wasm_python import WasmPython

QUICK = Limits(cpu_s=0.3)
PEOPLE = """
create table people(id integer primary key, name text, boss int, pay real, since text);
insert into people values (1, 'Ada', null, 9.5, '2023-12-31'), (2, 'Bob', 1, 7.25, '2024-02-29'),
  (3, 'Cy', 1, 7.25, '2024-03-01');
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[WasmPython]:
    with WasmPython(workers=1) as engine:
        yield engine


def ask(
    engine: WasmPython,
    query: str,
    expected: JsonValue = None,
    *,
    tables: str = PEOPLE,
    checker: Checker | None = None,
    limits: Limits = QUICK,
) -> TestResult:
    test = TestCase(stdin=tables, expected=expected, checker=checker)
    return execute(engine, Submission(language="sql", code=query, tests=(test,), limits=limits)).results[0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select name, rank() over (order by pay desc), sum(pay) over (order by id) from people order by id",
         [["Ada", 1, 9.5], ["Bob", 2, 16.75], ["Cy", 2, 24.0]]),
        ("select name, lag(name) over w, row_number() over w from people window w as (order by id) limit 2",
         [["Ada", None, 1], ["Bob", "Ada", 2]]),
        ("select id, avg(pay) over (order by id rows between 1 preceding and current row) from people",
         [[1, 9.5], [2, 8.375], [3, 7.25]]),
        ("with recursive up(id, depth) as (select id, 0 from people where boss is null union all select p.id, "
         "depth + 1 from people p join up on p.boss = up.id) select max(depth), count(*) from up", [[1, 3]]),
        ("select strftime('%Y-%m', since), count(*) from people group by 1 order by 1",
         [["2023-12", 1], ["2024-02", 1], ["2024-03", 1]]),
        ("select julianday('2024-03-01') - julianday(since), date(since, '+1 day') from people where id = 2",
         [[1.0, "2024-03-01"]]),
        ("select date('2024-02-10', 'start of month', '+1 month', '-1 day'), unixepoch('1970-01-02')",
         [["2024-02-29", 86400]]),
        ("select json_extract('{\"a\": [1, {\"b\": 2}]}', '$.a[1].b'), '{\"a\": 1}' ->> 'a'", [[2, 1]]),
        ("select value from json_each('[3, 4]')", [[3], [4]]),
        ("select json_group_array(name) from people", [['["Ada","Bob","Cy"]']]),
        ("select printf('%05.2f|%-4s|%d', pay, name, id), format('%s', 1) from people where id = 1",
         [["09.50|Ada |1", "1"]]),
        ("select group_concat(name, ';' order by id desc), string_agg(name, '+') from people where id > 1",
         [["Cy;Bob", "Bob+Cy"]]),
        ("select a.name, b.name from people a full join people b on a.id = b.boss and b.id = 2 where a.id in (1, 3) "
         "order by a.id", [["Ada", "Bob"], ["Cy", None]]),
        ("select count(*) from people a right join (select 9 as id) b using (id)", [[1]]),
        ("insert into people(name) values ('Di') returning id, name", [[4, "Di"]]),
        ("update people set pay = pay * 2 where boss = 1 returning pay", [[14.5], [14.5]]),
        ("delete from people where id = 3 returning *", [[3, "Cy", 1, 7.25, "2024-03-01"]]),
        ("insert into people(id, name) values (1, 'Eve') on conflict(id) do update set name = excluded.name; "
         "select name from people where id = 1", [["Eve"]]),
        ("create view v as select name from people; begin; delete from people; rollback; select count(*) from v",
         [[3]]),
        ("select round(sqrt(2), 3), pow(2, 10), floor(-1.5), ceil(1.2), mod(7, 3), sign(-2), round(ln(exp(1)), 6)",
         [[1.414, 1024.0, -2.0, 2.0, 1.0, -1, 1.0]]),
        ("select if(1 > 0, 'y', 'n'), iif(0, 1, 2), concat('a', null, 1), concat_ws('-', 1, 2)",
         [["y", 2, "a1", "1-2"]]),
        ("select median(pay), sum(pay) filter (where boss = 1) from people", [[7.25, 14.5]]),
        ("select name from people where name regexp '^[AB]' and not name regexp 'b$' order by 1", [["Ada"]]),
        ("select null regexp 'a', 'a' regexp null, 12 regexp '^1'", [[None, None, 1]]),
        ("select name from people where (boss, pay) in (select boss, max(pay) from people group by boss) order by id",
         [["Bob"], ["Cy"]]),
        ("select name as n from people except select 'Ada' order by n", [["Bob"], ["Cy"]]),
        ('select "name", [id], `pay` from people limit 1', [["Ada", 1, 9.5]]),
        ("select upper(name), substr(name, 2), instr(name, 'd'), trim('  x '), replace(name, 'A', 'B') "
         "from people limit 1",
         [["ADA", "da", 2, "x", "Bda"]]),
    ],
)  # fmt: skip
def test_what_interviews_ask_for_runs(engine: WasmPython, query: str, expected: JsonValue) -> None:
    result = ask(engine, query, expected)
    assert result.verdict == "AC", result


@pytest.mark.parametrize(
    ("query", "instead"),
    [
        ("select datediff(since, '2024-01-01') from people", "julianday"),
        ("select YEAR(since) from people", "strftime('%Y'"),
        ("select now()", "datetime('now')"),
        ("select date_format(since, '%Y') from people", "strftime"),
        ("select date_add(since, interval 1 day) from people", "date(d, '+1 day')"),
        ("select extract(year from since) from people", "strftime('%Y'"),
        ("select date_trunc('month', since) from people", "start of month"),
        ("select since::date from people", "CAST(x AS type)"),
        ("select top 3 * from people", "LIMIT"),
        ("select isnull(boss, 0) from people", "COALESCE"),
        ("select nvl(boss, 0) from people", "COALESCE"),
        ("select left(name, 1) from people", "SUBSTR"),
        ("select greatest(1, 2)", "MAX(a, b"),
        ("select * from people where name ilike 'a%'", "LIKE"),
        ("select * from people where name rlike 'a'", "REGEXP"),
        ("select 1 from dual", "needs no FROM"),
        ("select * from generate_series(1, 3)", "RECURSIVE"),
        ("insert ignore into people(id) values (1)", "INSERT OR IGNORE"),
        ("insert into people(id) values (1) on duplicate key update name = 'x'", "ON CONFLICT"),
        ("truncate table people", "DELETE FROM"),
        ("show tables", "sqlite_master"),
        ("set @rank = 0", "CTE"),
        ("select name from people group by name with rollup", "UNION ALL"),
        ("select nothing_of_the_kind(1)", "SQLite"),
        ("selekt 1", "SQLite"),
    ],
)
def test_another_dialects_words_are_answered_with_this_ones(
    engine: WasmPython, query: str, instead: str
) -> None:
    error = ask(engine, query).error or ""
    version = next(known.version for known in languages(engine) if known.language == "sql")
    assert re.search(r"\d+\.\d+\.\d+", version)
    assert re.search(r"This is SQLite \d+\.\d+\.\d+", error), error
    assert instead in error


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("select 1;\n\nselect name,\n  nope\nfrom people", "statement 2, line 4: no such column: nope"),
        ("select p.name,\n p.nope from people p", "statement 1, line 2: no such column: p.nope"),
        ("-- from nobody\nselect 'nobody'\nfrom nobody", "statement 1, line 3: no such table: nobody"),
        ("select a.id\nfrom people a, people b\nwhere id = 1", "statement 1, line 3: ambiguous column name: id"),
        ("select id,\n(select id, id),\nfrom people", 'statement 1, line 3: near "from": syntax error'),
        ("select name from people\nwhere name from 1", 'statement 1, line 2: near "from": syntax error'),
        ("/* a */ select 1,\n2,\n,3", 'statement 1, line 3: near ",": syntax error'),
        ("select\n\n'open", "statement 1, line 3: unrecognized token: \"'open\""),
        ("select 1 from people where (\n\n", "statement 1, line 1: incomplete input"),
        ("insert into people(id)\nvalues (1)", "statement 1, line 1: UNIQUE constraint failed: people.id"),
        ("select 'a' regexp '('", "statement 1, line 1: REGEXP: expected a regular expression"),
    ],
)  # fmt: skip
def test_an_error_names_the_candidates_own_line(engine: WasmPython, query: str, told: str) -> None:
    error = ask(engine, query).error or ""
    assert error.startswith(told), error


def test_a_word_that_stands_thirty_thousand_times_is_found_in_time(engine: WasmPython) -> None:
    result = ask(engine, "select 1" + ",1" * 30_000 + "\n,,1")
    assert (result.verdict, (result.error or "")[:41]) == ("CE", 'statement 1, line 2: near ",": syntax err')


@pytest.mark.parametrize(
    ("query", "expected", "checker", "verdict"),
    [
        # Rows by position, in order, unless the checker says otherwise; names only where they are expected.
        ("select id, name from people order by id", [[1, "Ada"], [2, "Bob"], [3, "Cy"]], None, "AC"),
        ("select name, id from people order by id", [[1, "Ada"], [2, "Bob"], [3, "Cy"]], None, "WA"),
        ("select id from people order by id desc", [[1], [2], [3]], None, "WA"),
        ("select id from people order by id desc", [[1], [2], [3]], "unordered", "AC"),
        ("select id as x from people where id = 1", [[1]], None, "AC"),
        ("select id as x from people where id = 1", {"columns": ["x"], "rows": [[1]]}, None, "AC"),
        ("select id as X from people where id = 1", {"columns": ["x"], "rows": [[1]]}, None, "WA"),
        ("select id from people where id = 1", {"columns": ["x"], "rows": [[1]]}, None, "WA"),
        ("select id as x from people where id = 1", {"rows": [[1]]}, None, "AC"),
        # Two columns of one name are two columns.
        ("select 1 as a, 2 as a", {"columns": ["a", "a"], "rows": [[1, 2]]}, None, "AC"),
        ("select 1 as a, 2 as a", [[2]], None, "WA"),
        # NULL is none but itself, what is no number is NULL, and a comparison is 1 or 0.
        ("select null", [[None]], None, "AC"),
        ("select null", [[0]], None, "WA"),
        ("select ''", [[None]], None, "WA"),
        ("select 1 / 0, 9e999 - 9e999", [[None, None]], None, "AC"),
        ("select 1 = 1, true", [[1, 1]], None, "AC"),
        ("select 1 = 1", [[True]], None, "WA"),
        ("select 9e999", [[1.7976931348623157e308]], None, "WA"),
        # Whole numbers are exact, floats are not.
        ("select 9007199254740993", [[9007199254740993]], None, "AC"),
        ("select 9007199254740993", [[9007199254740992]], None, "WA"),
        ("select -9223372036854775808", [[-(2**63)]], None, "AC"),
        ("select 0.1 + 0.2", [[0.3]], None, "AC"),
        ("select 2.0", [[2]], None, "AC"),
        ("select '2'", [[2]], None, "WA"),
        ("select 'a' || char(0) || 'é'", [["a\0é"]], None, "AC"),
        ("select x'00'", [[""]], None, "RE"),
    ],
)
def test_rows_are_compared_as_values(
    engine: WasmPython, query: str, expected: JsonValue, checker: Checker | None, verdict: str
) -> None:
    result = ask(engine, query, expected, checker=checker)
    assert result.verdict == verdict, result
    assert result.model_dump_json()


NUMBERS = "with recursive r(n) as (select 1 union all select n + 1 from r limit {count})"


def test_a_result_may_be_larger_than_what_may_be_printed(engine: WasmPython) -> None:
    query = NUMBERS.format(count=40_000) + " select n from r"
    result = ask(engine, query, [[number] for number in range(1, 40_001)], limits=Limits(cpu_s=2))
    assert result.verdict == "AC", result.error
    assert len(result.stdout) <= 65536
    assert result.stdout.splitlines()[-1].endswith("more of 40000 rows")
    shown = len(result.stdout.splitlines()) - 2
    assert result.stdout.splitlines()[-1] == f"... and {40_000 - shown} more of 40000 rows"


def test_a_result_that_is_too_large_says_how_large_one_may_be(engine: WasmPython) -> None:
    result = ask(engine, NUMBERS.format(count=10**6) + " select n, 'x' from r", limits=Limits(cpu_s=2))
    assert result.verdict == "OLE"
    assert (result.error or "").startswith("the result is larger than the 1 MB that a result may have: ")
    assert "LIMIT" in (result.error or "")


def test_a_blob_is_named_by_its_column(engine: WasmPython) -> None:
    error = ask(engine, "select 1 as a, x'00' as b").error or ""
    assert "column b holds a BLOB" in error and "hex()" in error


def test_several_statements_answer_with_the_last_that_has_rows(engine: WasmPython) -> None:
    query = "select 1; create table t(a); insert into t values (2) returning a; drop table t;"
    assert ask(engine, query, [[2]]).verdict == "AC"


@pytest.mark.parametrize(
    ("query", "instead", "other"),
    [
        ("select id::int from people where name ilike 'a%'", "CAST", "LIKE"),
        ("select id from people where name ilike 'a%' and pay::int = 1", "LIKE", "CAST"),
        ("select top 2 id from people where name ilike 'a%'", "LIMIT", "LIKE"),
        ("select date(since, interval 1 day), extract(year from since) from people", "INTERVAL", "EXTRACT"),
        ("select extract(year from since) from people where since > now() - interval '1 day'", "EXTRACT", "INTERVAL"),
    ],
)  # fmt: skip
def test_of_several_foreign_words_the_one_at_the_error_is_answered(
    engine: WasmPython, query: str, instead: str, other: str
) -> None:
    error = ask(engine, query).error or ""
    assert instead in error
    assert other not in error


def test_advice_is_found_however_much_stands_before_it(engine: WasmPython) -> None:
    query = "select id" + ", id" * 4_000 + " from people where name ilike 'a%'"
    assert "LIKE, which" in (ask(engine, query, limits=Limits(cpu_s=2)).error or "")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("update people set boss = 0", "note: no statement answers with rows: end with a SELECT\n"),
        ("-- nothing yet\n", "note: there is no statement here, so no rows came\n"),
        ("select 1 where 0", ""),
    ],
)
def test_a_query_without_rows_says_that_none_came(engine: WasmPython, query: str, told: str) -> None:
    result = ask(engine, query, [[1]])
    assert (result.verdict, result.stderr) == ("WA", told)
