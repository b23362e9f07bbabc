"""JavaScript, TypeScript and SQL: every kind of program gets its verdict, as Python's does."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from runtime.sandbox import (
    CodeRun,
    Limits,
    SandboxUnavailable,
    Submission,
    TestCase,
    TestResult,
    execute,
    languages,
)
from runtime.sandbox.engines import Engines, all_engines
from runtime.sandbox.probing import probe
from runtime.sandbox.wasm_javascript import WasmJavaScript

QUICK = Limits(cpu_s=0.3)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engines]:
    with all_engines(workers=1) as engines:
        yield engines


def call(
    engine: Engines,
    code: str,
    *args: JsonValue,
    expected: JsonValue = None,
    language: str = "javascript",
    function: str | None = "f",
    in_place: bool = False,
) -> TestResult:
    test = TestCase(args=args, expected=expected)
    submission = Submission(
        language=language, code=code, function_name=function, tests=(test,), limits=QUICK, in_place=in_place
    )
    (result,) = execute(engine, submission).results
    return result


def printed(
    engine: Engines, code: str, stdin: str = "", expected: str = "", language: str = "javascript"
) -> TestResult:
    test = TestCase(stdin=stdin, expected=expected)
    return execute(engine, Submission(language=language, code=code, tests=(test,), limits=QUICK)).results[0]


def rows(
    engine: Engines, query: str, *tables: str, expected: JsonValue = None, limits: Limits = QUICK
) -> TestResult:
    test = TestCase(stdin=";".join(tables), expected=expected)
    return execute(engine, Submission(language="sql", code=query, tests=(test,), limits=limits)).results[0]


def run(engine: Engines, code: str, *tests: TestCase, per_test: bool = False) -> CodeRun:
    submission = Submission(
        language="javascript", code=code, function_name="f", tests=tests, per_test=per_test, limits=QUICK
    )
    return execute(engine, submission)


@pytest.mark.parametrize(
    ("body", "expected", "verdict"),
    [
        ("return 2", 1, "WA"),
        ("return true", 1, "WA"),
        ("return [1, 'a', null, {b: [true]}]", [1, "a", None, {"b": [True]}], "AC"),
        ("return 0.1 + 0.2", 0.3, "AC"),
        ("return -0", 0, "AC"),
        ("return 1e21", 10**21, "AC"),
        ("return NaN", None, "WA"),
        ("return [NaN]", [float("nan")], "WA"),
        ("return -Infinity", 1, "WA"),
        ("", None, "AC"),
        ("return undefined", 0, "WA"),
        ("return [undefined, , 1]", [None, None, 1], "AC"),
        ("return {a: undefined, b: () => 1, c: 1}", {"c": 1}, "AC"),
        ("return { toJSON(key) { return [key, new (class { toJSON() { return 1 } })()] } }", ["", 1], "AC"),
        ("return new (class A { a = 1; toJSON() { return this } })()", {"a": 1}, "AC"),
        ("return new Date(NaN)", None, "AC"),
        ("return new URL('http://a/b')", "http://a/b", "AC"),
        ("return Buffer.from('a')", [97], "AC"),
        ("return 10n ** 4000n", 10**4000, "AC"),
        ("return 10n ** 5000n", 1, "RE"),
        ("return 2n ** 1000000n", 1, "RE"),
        ("return new Map([[1, 2]])", 1, "RE"),
        ("return [new Set([1])]", 1, "RE"),
        ("return Symbol('x')", 1, "RE"),
        ("return () => 1", 1, "RE"),
        ("return new Date(0)", "1970-01-01T00:00:00.000Z", "AC"),
        ("return new Int32Array([1, 2])", [1, 2], "AC"),
        ("return Object.create(null)", {}, "AC"),
        ("return new (class A { b = 1; get c() { return 2 } })", {"b": 1}, "AC"),
        ("return '\\ud800'", "x", "WA"),
        ("return 'a\\0b\\u{1F600}'", "a\0b\U0001f600", "AC"),
        ("const a = []; a.push(a); return a", 1, "RE"),
        ("let a = 1; for (let i = 0; i < 300; i++) a = [a]; return a", 1, "RE"),
        ("let a = 1; for (let i = 0; i < 200000; i++) a = [a]; return a", 1, "RE"),
        ("let a = [1]; for (let i = 0; i < 100; i++) a = [a, a]; return a", 1, "OLE"),
        ("return 'x'.repeat(2e6)", 1, "OLE"),
        ("return new Array(2e6).fill(0)", 1, "OLE"),
        ("return new Array(4e9 | 0 || 4e8)", 1, "RE"),
        ("console.log('x'.repeat(1e5))", None, "OLE"),
        ("null.x", None, "RE"),
        ("throw 1", None, "RE"),
        ("throw {toString() { throw 2 }}", None, "RE"),
        ("return f()", None, "RE"),
        ("process.exit(0)", None, "RE"),
        ("const a = []; for (;;) a.push(new Array(1e5).fill(1))", None, "MLE"),
        ("let s = 'x'; for (;;) s += s", None, "RE"),  # as in Node: no string may be that long
        ("for (;;);", None, "TLE"),
        ("return Promise.resolve(3)", 3, "AC"),
        ("return Promise.reject(new Error('no'))", 3, "RE"),
        ("return new Promise(() => {})", 3, "RE"),
        ("return new Promise(done => setTimeout(done, 1e9, 4))", 4, "AC"),
        ("return {then(done) { done(5) }}", 5, "AC"),
        ("return typeof require('fs').readFileSync(0, 'utf8')", "string", "AC"),
        ("return require('child_process')", 1, "RE"),
    ],
)
def test_a_javascript_function_gets_its_verdict(
    engine: Engines, body: str, expected: JsonValue, verdict: str
) -> None:
    result = call(engine, f"function f() {{ {body} }}", expected=expected)
    assert result.verdict == verdict, result
    assert result.model_dump_json()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("f", "function f(x) { return x + 1 }"),
        ("f", "const f = x => x + 1"),
        ("f", "let f = async x => x + 1"),
        ("f", "var f = function (x) { return x + 1 }"),
        ("f", "module.exports = { f: x => x + 1 }"),
        ("f", "module.exports = function f(x) { return x + 1 }"),
        ("f", "exports.f = x => x + 1"),
        ("f", "export function f(x) { return x + 1 }"),
        ("f", "export default function f(x) { return x + 1 }"),
        ("f", "export const f = x => x + 1"),
        ("f", "module.exports = x => x + 1"),
        ("f", "module.exports = class { f(x) { return x + 1 } }"),
        ("f", "export default x => x + 1"),
        ("f", "export default class Solution { f(x) { return x + 1 } }"),
        ("f", "import { readFileSync } from 'node:fs'\nfunction f(x) { return x + 1 }"),
        ("f", "const one = await Promise.resolve(1)\nfunction f(x) { return x + one }"),
        ("f", "class Solution { f(x) { return x + this.one } one = 1 }"),
        ("Counter.next", "class Counter { next(x) { return x + 1 } }"),
        ("Counter.next", "class Counter { static next(x) { return x + 1 } }"),
        ("Counter.next", "const Counter = { next: x => x + 1 }"),
        ("f", "'use strict'; const f = x => x + 1"),
    ],
)
def test_functions_are_found_however_they_are_written(engine: Engines, name: str, code: str) -> None:
    result = call(engine, code, 1, expected=2, function=name)
    assert result.verdict == "AC", result


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("f", ""),
        ("f", "const g = 1"),
        ("f", "const f = 3"),
        ("f", "class f {}"),
        ("A.f", "class A {}"),
        ("a b", ""),
    ],
)
@pytest.mark.parametrize("language", ["javascript", "typescript"])
def test_a_missing_function_is_named(engine: Engines, language: str, name: str, code: str) -> None:
    result = call(engine, code, language=language, function=name)
    assert (result.verdict, result.error) == ("CE", f"function not found: {name}")


@pytest.mark.parametrize(
    ("language", "code", "place"),
    [
        ("javascript", "\nfunction f( {\n}", "solution.js:3"),
        ("javascript", "let a\nlet a", "solution.js:2"),
        ("javascript", "import x from 'fs'\nfunction f( {", "solution.js:2"),
        ("javascript", "x = '\0", "solution.js:1"),
        ("typescript", "\n\nfunction f(a: number: string) {}", "solution.ts:3"),
        ("typescript", "const a: number = 1\nconst a = 2", "solution.ts:2"),
        ("typescript", "function f(a: {\n", "solution.ts:2"),
        ("typescript", "(" * 30_000, "Maximum call stack size exceeded"),
    ],
)
def test_source_that_is_no_program_does_not_compile_and_the_line_is_the_candidates(
    engine: Engines, language: str, code: str, place: str
) -> None:
    result = call(engine, code, language=language)
    assert result.verdict == "CE", result
    assert place in (result.error or ""), result
    assert "<types>" not in (result.error or "")


def test_the_stack_is_the_candidates_own(engine: Engines) -> None:
    code = "function g(x) {\n  return x.y.z\n}\nconst f = x =>\n  g(x)"
    error = call(engine, code, {}).error or ""
    assert error.startswith("TypeError")
    assert "at g (solution.js:2:" in error
    assert "at f (solution.js:5:" in error
    for ours in ("room", "guest", "native", "types", "wasm"):
        assert ours not in error


def test_the_stack_of_typescript_names_its_own_lines(engine: Engines) -> None:
    code = "interface A {\n  y?: { z: number }\n}\n\nfunction f(x: A): number {\n  return x.y!.z\n}"
    assert "at f (solution.ts:6:" in (call(engine, code, {}, language="typescript").error or "")


@pytest.mark.parametrize(
    "code",
    [
        "enum Color { Red = 1, Green }\nfunction f(x: number): number { return x * Color.Green }",
        "class Box<T> { constructor(private value: T) {} get(): T { return this.value } }\n"
        "const f = (x: number) => new Box<number>(x * 2).get()",
        "type A = { n: number }\nexport const f = (x: number): number => ({ n: x * 2 } satisfies A).n",
        "function f(x: number): number;\nfunction f(x: any): any { return (x as number) * 2 }",
        "abstract class S { abstract g(): number }\nclass Solution { f(x: number): number { return x! * 2 } }",
        "import type { Interface } from 'readline'\nlet f = (x: number, r?: Interface) => x * 2",
        "const f = <T extends number>(x: T, ...rest: T[]): number => x * 2",
        "declare const y: number;\nfunction f(this: void, x: number) { return 2 * x }",
    ],
)
def test_typescript_runs_without_its_types(engine: Engines, code: str) -> None:
    result = call(engine, code, 4, expected=8, language="typescript")
    assert result.verdict == "AC", result


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("return new Map([[1, 2]])", "Object.fromEntries() or [...map]"),
        ("return [new Set([1])]", "[...set] makes it one"),
        ("return (function* () { yield 1 })()", "[...iterator] makes it one"),
        ("return new Map().keys()", "[...iterator] makes it one"),
        ("return (async function* () {})()", "for await reads it"),
        ("return { a: Promise.resolve(1) }", "await makes it one"),
    ],
)
def test_a_result_that_is_no_json_says_what_to_return_instead(engine: Engines, body: str, hint: str) -> None:
    result = call(engine, f"function f() {{ {body} }}")
    assert result.verdict == "RE"
    assert hint in (result.error or "")


def test_a_function_without_a_result_is_told_what_that_counts_as(engine: Engines) -> None:
    assert "f returned undefined, which counts as null" in call(engine, "function f() {}", expected=1).stderr
    assert call(engine, "function f() { return null }").stderr == ""
    assert call(engine, "function f(x) { x.sort() }", [1], expected=[1], in_place=True).stderr == ""


@pytest.mark.parametrize("language", ["javascript", "typescript"])
def test_decorators_are_refused_by_name(engine: Engines, language: str) -> None:
    code = "const d = t => t\n\n@d\nclass A {}\nfunction f() {}"
    result = call(engine, code, language=language)
    assert result.verdict == "CE"
    assert (result.error or "").startswith("SyntaxError: decorators are not available here\n    at solution.")
    assert ":3:" in (result.error or "")


@pytest.mark.parametrize(
    "code",
    [
        "console.log((5).toLocaleString('ja-JP'))",
        "new Date().toLocaleString('en-US', { timeZone: 'America/New_York' })",
        "new Intl.NumberFormat('en', { style: 'unit', unit: 'liter' })",
    ],
)
def test_what_intl_lacks_is_named_and_not_guessed(engine: Engines, code: str) -> None:
    result = printed(engine, code)
    assert result.verdict == "RE"
    assert "Intl is not available here for" in (result.error or "")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "let n = 0; const rl = require('readline').createInterface({ input: process.stdin });"
            "rl.on('line', l => n += +l).on('close', () => console.log(n))",
            "799980000",
        ),
        (
            "(async () => { let n = 0; const rl = require('readline').createInterface({ input: process.stdin });"
            "for await (const l of rl) n += +l; console.log(n) })()",
            "799980000",
        ),
        (
            "let s = ''; process.stdin.on('data', d => s += d).on('end', () => console.log(s.length))",
            "228889",
        ),
        (
            "let n = 0; for (let i = 0; i < 20000; i++) setTimeout(() => { if (++n === 20000) console.log(n) }, i % 9)",
            "20000",
        ),
        ("(async () => { let n = 0; while (n < 100000) await n++; console.log(n) })()", "100000"),
        (
            "let n = 0; (function again() { if (++n < 20000) setImmediate(again); else console.log(n) })()",
            "20000",
        ),
        (
            "let n = 0; (function again() { if (++n < 20000) process.nextTick(again); else console.log(n) })()",
            "20000",
        ),
    ],
)
def test_forty_thousand_lines_timers_and_promises_stay_within_the_limit(
    engine: Engines, code: str, expected: str
) -> None:
    result = printed(engine, code, "\n".join(map(str, range(40_000))), expected)
    assert result.verdict == "AC", result


def test_lines_that_nobody_waits_for_are_kept_for_the_next_question(engine: Engines) -> None:
    code = """
    import { createInterface } from 'node:readline/promises'
    const rl = createInterface({ input: process.stdin, output: process.stdout })
    const a = await rl.question('a? ')
    const b = await rl.question('b? ')
    console.log(a + b)
    rl.close()
    """
    assert printed(engine, code, "x\ny\n", "a? b? xy").verdict == "AC"


def test_a_busy_wait_moves_the_timers_that_are_set_after_it(engine: Engines) -> None:
    code = """
    setTimeout(() => console.log('first'), 5)
    for (const start = Date.now(); Date.now() - start < 20; );
    setTimeout(() => console.log('second'), 0)
    """
    assert printed(engine, code, expected="first\nsecond").verdict == "AC"


def test_an_assertion_that_fails_names_the_candidates_line_alone(engine: Engines) -> None:
    error = call(engine, "function f() {\n  require('assert').deepStrictEqual([1], [2])\n}").error or ""
    assert error.startswith("AssertionError: Expected values to be strictly deep-equal")
    assert "\n    at f (solution.js:2:" in error
    assert "room" not in error


def test_named_arguments_come_as_one_object_at_the_end(engine: Engines) -> None:
    code = "function f(a, { b }) { return a + b }"
    test = TestCase(args=(1,), kwargs={"b": 2}, expected=3)
    assert run(engine, code, test).all_passed


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("javascript", "function f(list) { list.sort((a, b) => a - b) }"),
        ("typescript", "async function f(list: number[]): Promise<void> { list.sort((a, b) => a - b) }"),
        ("python", "def f(list): list.sort()"),
    ],
)
def test_what_became_of_the_first_argument_is_the_answer_in_place(
    engine: Engines, language: str, code: str
) -> None:
    result = call(engine, code, [3, 1, 2], expected=[1, 2, 3], language=language, in_place=True)
    assert result.verdict == "AC", result
    result = call(engine, code, [3, 1, 2], expected=[1, 2, 3], language=language)
    assert result.verdict == "WA"


@pytest.mark.parametrize(
    ("code", "stdin", "expected"),
    [
        ("console.log(require('fs').readFileSync(0, 'utf8').split('\\n').length)", "a\nb\n", "3"),
        ("console.log(+require('fs').readFileSync('/dev/stdin').toString() * 2)", "4", "8"),
        ("process.stdout.write(String(require('fs').readFileSync(0)))", "é\n", "é"),
        ("for (let l; (l = readline()) !== null;) print(l)", "a\r\nb", "a\nb"),
        (
            "const rl = require('readline').createInterface({ input: process.stdin });\n"
            "const all = []; rl.on('line', l => all.push(l)); rl.on('close', () => console.log(all.join('|')))",
            "a\nb\n",
            "a|b",
        ),
        (
            "const rl = require('readline').createInterface({ input: process.stdin });\n"
            "(async () => { for await (const l of rl) console.log(l + '!') })()",
            "a\nb",
            "a!\nb!",
        ),
        (
            "const rl = require('readline').createInterface({ input: process.stdin, output: process.stdout });\n"
            "rl.question('name? ', n => { console.log('hi ' + n); rl.close() })",
            "ada\n",
            "name? hi ada",
        ),
        (
            "let s = ''; process.stdin.on('data', d => s += d).on('end', () => console.log(s.length))",
            "abc",
            "3",
        ),
        (
            "(async () => { let s = ''; for await (const c of process.stdin) s += c; console.log(s) })()",
            "x",
            "x",
        ),
        ("setTimeout(() => console.log('b'), 20); setTimeout(() => console.log('a'), 10)", "", "a\nb"),
        (
            "let n = 0; const i = setInterval(() => { console.log(n); if (++n > 2) clearInterval(i) }, 1e6)",
            "",
            "0\n1\n2",
        ),
        ("Promise.resolve().then(() => console.log(2)); console.log(1)", "", "1\n2"),
        (
            "queueMicrotask(() => console.log(3)); process.nextTick(() => console.log(2)); console.log(1)",
            "",
            "1\n2\n3",
        ),
        ("console.log('out'); console.error('err'); process.exit(0)", "", "out"),
        ("await null; console.log('top')", "", "top"),
        ("const a = Date.now(); setTimeout(() => console.log(Date.now() - a >= 5000), 5000)", "", "true"),
        ("console.log(structuredClone(new Map([[1, { a: [1] }]])).get(1).a[0])", "", "1"),
        ("const assert = require('assert'); assert.deepStrictEqual([1], [1]); console.log('ok')", "", "ok"),
    ],
)
def test_a_javascript_program_reads_and_prints(engine: Engines, code: str, stdin: str, expected: str) -> None:
    result = printed(engine, code, stdin, expected)
    assert result.verdict == "AC", result


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("[1, 'a', null, undefined, true]", "[ 1, 'a', null, undefined, true ]"),
        ("{ a: 1, 'b c': [ {} ], d: -0, e: 1n }", "{ a: 1, 'b c': [ {} ], d: -0, e: 1n }"),
        ("new Map([['a', { b: 1 }]])", "Map(1) { 'a' => { b: 1 } }"),
        ("new Set([1, 'x'])", "Set(2) { 1, 'x' }"),
        ("[, 1, , ,]", "[ <1 empty item>, 1, <2 empty items> ]"),
        ("{ a: { b: { c: { d: 1 } } } }", "{ a: { b: { c: [Object] } } }"),
        ("new (class Point { x = 1 })", "Point { x: 1 }"),
        ("[class A {}, () => 1, function g() {}]", "[ [class A], [Function (anonymous)], [Function: g] ]"),
        ('"it\'s"', "it's"),
        ("['it\\'s', 'a\\nb']", "[ \"it's\", 'a\\nb' ]"),
        ("new Uint8Array([1, 2])", "Uint8Array(2) [ 1, 2 ]"),
        ("Object.create(null)", "[Object: null prototype] {}"),
        ("/a+/g", "/a+/g"),
        ("[[], {}]", "[ [], {} ]"),
    ],
)
def test_values_are_printed_as_node_prints_them(engine: Engines, value: str, shown: str) -> None:
    assert printed(engine, f"console.log({value})").stdout == shown + "\n"


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("console.log(2)", "WA"),
        ("process.exit(3)", "RE"),
        ("Promise.reject(new Error('unheard'))", "RE"),
        ("setTimeout(() => { throw new Error('late') })", "RE"),
        ("setInterval(() => {}, 1)", "TLE"),
        ("(function again() { Promise.resolve().then(again) })()", "TLE"),
        ("require('fs').readFileSync('/etc/passwd')", "RE"),
        ("console.log(", "CE"),
        ("", "WA"),
    ],
)
def test_a_javascript_program_gets_its_verdict(engine: Engines, code: str, verdict: str) -> None:
    assert printed(engine, code, expected="1").verdict == verdict


def test_a_typescript_program_reads_and_prints(engine: Engines) -> None:
    code = "import * as fs from 'fs';\nconst n: number = Number(fs.readFileSync(0, 'utf8'));\nconsole.log(n * 2);"
    assert printed(engine, code, "21", "42", language="typescript").verdict == "AC"


def test_a_rejection_that_is_handled_later_is_none(engine: Engines) -> None:
    code = "const p = Promise.reject(1); p.catch(() => console.log('caught'))"
    assert printed(engine, code, expected="caught").verdict == "AC"


def test_a_list_of_ten_thousand_can_be_walked_by_recursion(engine: Engines) -> None:
    code = "function f(n) { return n ? 1 + f(n - 1) : 0 }"
    assert call(engine, code, 10_000, expected=10_000).verdict == "AC"


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ("for (;;);", "TLE"),
        ("process.exit(1)", "RE"),
        ("const a = []; for (;;) a.push(new Array(1e5).fill(1))", "MLE"),
        ("console.log('x'.repeat(70000))", "OLE"),
        ("null.x", "RE"),
    ],
)
def test_tests_after_a_fault_go_on(engine: Engines, fault: str, verdict: str) -> None:
    tests = [TestCase(args=(number,), expected=number) for number in range(3)]
    outcome = run(engine, f"function f(x) {{ if (x === 1) {{ {fault} }} return x }}", *tests)
    assert [result.verdict for result in outcome.results] == ["AC", verdict, "AC"]


@pytest.mark.parametrize(("per_test", "seen"), [(False, [1, 2, 3]), (True, [1, 1, 1])])
def test_tests_share_an_instance_unless_each_is_to_have_its_own(
    engine: Engines, per_test: bool, seen: list[int]
) -> None:
    outcome = run(engine, "let n = 0; function f() { return ++n }", *[TestCase()] * 3, per_test=per_test)
    assert [result.actual for result in outcome.results] == seen


def test_random_numbers_differ_from_run_to_run(engine: Engines) -> None:
    drawn = [call(engine, "function f() { return Math.random() }").actual for _ in range(3)]
    assert len(set(map(str, drawn))) == 3
    assert all(isinstance(number, float) and 0 <= number < 1 for number in drawn)


def test_arguments_arrive_as_they_were_sent(engine: Engines) -> None:
    awkward: JsonValue = {
        "text": "é\0\ud800\"'\\\n{}`",
        "numbers": [1, 2.5, -0.5],
        "none": [None, True],
        "__proto__": 1,
    }
    assert call(engine, "function f(x) { return x }", awkward, expected=awkward).verdict == "AC"


TABLES = (
    "create table people(id integer primary key, name text, boss int)",
    "insert into people values (1, 'Ada; the first', null), (2, 'Bob', 1), (3, 'Cy', 1)",
)


@pytest.mark.parametrize(
    ("query", "expected", "verdict"),
    [
        ("select id from people order by id", [[1], [2], [3]], "AC"),
        ("select id from people order by id desc", [[1], [2], [3]], "WA"),
        ("select name, boss from people where boss is null", [["Ada; the first", None]], "AC"),
        ("select name as n from people where id = 2", {"columns": ["n"], "rows": [["Bob"]]}, "AC"),
        ("select name from people where id = 2", {"columns": ["n"], "rows": [["Bob"]]}, "WA"),
        ("-- counted\n/* all */\nselect count(*) from people;;\n-- done", [[3]], "AC"),
        (
            "with t as (select boss, count(*) n from people group by boss) select n from t where boss = 1",
            [[2]],
            "AC",
        ),
        ("select rank() over (order by name) from people", [[1], [2], [3]], "AC"),
        ("insert into people values (4, 'Di', 2); select count(*) from people", [[4]], "AC"),
        ("select 1; select 2; update people set boss = 0", [[2]], "AC"),
        ("create trigger t after insert on people begin select 1; end; select ';'", [[";"]], "AC"),
        ("select id from people where id > 9", [], "AC"),
        ("select 1.0, 0.1 + 0.2", [[1.0, 0.3]], "AC"),
        ("select json_extract('{\"a\": 2}', '$.a')", [[2]], "AC"),
        ("update people set boss = 0", None, "AC"),
        ("", [[1]], "WA"),
        ("select * frm people", None, "CE"),
        ("select 'open", None, "CE"),
        ("select * from nobody", None, "RE"),
        ("insert into people values (1, 'again', 0)", None, "RE"),
        ("select x'00'", None, "RE"),
        ("select '\ud800'", None, "CE"),
        ("select 9e999", [[1]], "WA"),
        (
            "with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r",
            None,
            "TLE",
        ),
        (
            "with recursive r(n) as (select 1 union all select n + 1 from r limit 300000) select n from r",
            None,
            "OLE",
        ),
        ("select hex(randomblob(2000000))", None, "OLE"),
    ],
)
def test_a_query_gets_its_verdict(engine: Engines, query: str, expected: JsonValue, verdict: str) -> None:
    result = rows(engine, query, *TABLES, expected=expected)
    assert result.verdict == verdict, result
    assert result.model_dump_json()


def test_a_querys_error_names_the_statement_and_the_line(engine: Engines) -> None:
    error = rows(engine, "select 1;\n\nselect\n  * from nobody", *TABLES).error
    assert error == "statement 2, line 4: no such table: nobody"


def test_a_fault_in_the_tables_is_not_the_querys(engine: Engines) -> None:
    result = rows(engine, "select 1", "create table t(", expected=[[1]])
    assert result.verdict == "NR"
    assert (result.error or "").startswith("the test's input, line 1: incomplete input")


def test_a_querys_rows_are_printed_too(engine: Engines) -> None:
    result = rows(engine, "select id, boss from people where id < 3 order by id", *TABLES)
    assert result.stdout == "id | boss\n1 | NULL\n2 | 1\n"
    assert result.actual == {"columns": ["id", "boss"], "rows": [[1, None], [2, 1]]}


def test_each_test_of_a_query_has_tables_of_its_own(engine: Engines) -> None:
    tests = [TestCase(stdin=f"create table t as select {n} as a", expected=[[n, 1]]) for n in range(3)]
    query = "insert into t values (9); select min(a), max(a = 9) from t where rowid = 1 or a = 9"
    tests = [TestCase(stdin=test.stdin, expected=[[index, 1]]) for index, test in enumerate(tests)]
    assert execute(engine, Submission(language="sql", code=query, tests=tuple(tests))).all_passed


def test_sql_has_no_functions(engine: Engines) -> None:
    result = call(engine, "select 1", language="sql")
    assert result.verdict == "CE"
    assert "without functionName" in (result.error or "")


def test_every_language_names_its_version_and_what_holds_it(engine: Engines) -> None:
    known = {line.language: line for line in languages(engine)}
    assert {"python", "sql", "javascript", "typescript"} <= set(known)
    assert all(
        known[name].engine == "wasm" and "WebAssembly" in known[name].isolation
        for name in ("sql", "javascript")
    )
    assert "QuickJS" in known["javascript"].version
    assert call(engine, "const f = 1").verdict == "CE"
    outcome = execute(engine, Submission(language="javascript", code=""))
    assert outcome.isolation == known["javascript"].isolation


def test_the_probe_holds_for_javascript_too(engine: Engines) -> None:
    found = probe(engine)
    assert found.holds, found


def test_an_image_that_is_none_refuses(tmp_path: Path) -> None:
    with WasmJavaScript(workers=1) as good:
        good.languages()
        real = good._preparation.image.result()
    shutil.copytree(real, tmp_path / real.name)
    spoiled = tmp_path / real.name / "image"
    spoiled.write_bytes(b"{}\n" + bytes(spoiled.stat().st_size - 3))
    with (
        WasmJavaScript(workers=1, directory=tmp_path) as broken,
        pytest.raises(SandboxUnavailable, match="the JavaScript sandbox does not start here"),
    ):
        broken.languages()


def test_sleeping_passes_time_without_waiting(engine: Engines) -> None:
    started = time.monotonic()
    code = "const f = () => new Promise(done => setTimeout(() => done(1), 3600e3))"
    assert call(engine, code, expected=1).verdict == "AC"
    assert time.monotonic() - started < 60
