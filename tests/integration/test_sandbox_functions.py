"""Which function is called: the candidate's own, and none that the language brings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import JsonValue

from runtime.sandbox import Limits, Submission, TestCase, TestResult, UnsupportedLanguage, execute
from runtime.sandbox.engines import Engines, all_engines


@pytest.fixture(scope="module")
def engine() -> Iterator[Engines]:
    with all_engines(workers=1) as engines:
        yield engines


def called(
    engine: Engines, language: str, code: str, name: str, *args: JsonValue, expected: JsonValue = None
) -> TestResult:
    test = TestCase(args=args, expected=expected)
    submission = Submission(language=language, code=code, function_name=name, tests=(test,))
    try:
        return execute(engine, submission).results[0]
    except UnsupportedLanguage:
        pytest.skip(f"{language} is not here")


def missing(result: TestResult, name: str) -> bool:
    return (result.verdict, result.error) == ("CE", f"function not found: {name}")


RUNTIMES = """
escape structuredClone parseInt isNaN encodeURIComponent atob String Number Symbol require constructor toString
hasOwnProperty setTimeout print readline Buffer queueMicrotask eval Function ListNode TreeNode
Math.max Math.random JSON.parse Array.from Array.push Object.keys Object.constructor globalThis.parseInt console.log
Buffer.from Promise.then Map.get require.resolve process.exit module.require exports.toString Function.call
""".split()  # noqa: SIM905 - names read better as words


@pytest.mark.parametrize("name", RUNTIMES)
@pytest.mark.parametrize("code", ["", "class Solution {}", "module.exports = () => 1"])
def test_what_only_the_runtime_defines_is_not_the_candidates(engine: Engines, name: str, code: str) -> None:
    if name == "module.require" and "exports" in code:
        pytest.skip("a function that is exported answers to every name that nothing else has")
    result = called(engine, "javascript", code, name, "a", expected="a")
    if "exports" in code and "." not in name:
        assert result.verdict == "WA", result  # the exported function was called, not the runtime's
    else:
        assert missing(result, name), result


@pytest.mark.parametrize("name", ["parseInt", "Math.max", "constructor"])
def test_in_typescript_neither(engine: Engines, name: str) -> None:
    assert missing(called(engine, "typescript", "let x: number = 1", name, 1, expected=1), name)


@pytest.mark.parametrize("name", ["class", "return", "this.f", "typeof", "new.target"])
def test_a_word_that_is_no_name_is_not_found(engine: Engines, name: str) -> None:
    assert missing(called(engine, "javascript", "function g() {}", name), name)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("parseInt", "function parseInt(x) { return x + 1 }"),
        ("escape", "const escape = x => x + 1"),
        ("structuredClone", "globalThis.structuredClone = x => x + 1"),
        ("toString", "exports.toString = x => x + 1"),
        ("constructor", "function constructor(x) { return x + 1 }"),
        ("print", "class Solution { print(x) { return x + 1 } }"),
        ("f", "const one = 1, f = Math.max.bind(null, 2)"),
        ("abs", "const { abs } = Math; var one = abs(-1)"),
        ("f", "module.exports = { f: Math.abs }"),
        ("A.push", "class A { push(x) { return x + 1 } }"),
        ("Math.next", "Math.next = x => x + 1"),
        ("Array.next", "Array.prototype.next = function (x) { return x + this.length + 1 }"),
    ],
)
def test_what_the_candidate_defines_under_the_runtimes_name_is_called(
    engine: Engines, name: str, code: str
) -> None:
    expected = 1 if name == "abs" or "Math.abs" in code else 2
    result = called(engine, "javascript", code, name, 1, expected=expected)
    assert result.verdict == "AC", result


@pytest.mark.parametrize("name", ["A.push", "A.toString", "A.constructor"])
def test_what_a_class_inherits_of_the_runtime_is_not_the_candidates(engine: Engines, name: str) -> None:
    assert missing(called(engine, "javascript", "class A extends Array {}", name, 1, expected=1), name)


@pytest.mark.parametrize(
    ("language", "code", "name"),
    [
        ("python", "", "print"),
        ("python", "", "gcd"),
        ("python", "", "ListNode"),
        ("python", "class Solution: pass", "__init__"),
        ("python", "class Solution: pass", "__class__"),
        ("python", "class Solution(list): pass", "append"),
        ("python", "class A(dict): pass", "A.update"),
        ("c", "int x;", "abs"),
        ("c", "int x;", "strlen"),
        ("cpp", "int x;", "max"),
        ("cpp", "int x;", "std::max"),
        ("java", "class Solution {}", "hashCode"),
        ("java", "class Solution {}", "Math.max"),
        ("go", "package main", "len"),
        ("go", "package main", "strings.ToUpper"),
    ],
)
def test_what_only_the_language_defines_is_not_the_candidates(
    engine: Engines, language: str, code: str, name: str
) -> None:
    assert missing(called(engine, language, code, name, 1, 2, expected=2), name)


def test_arguments_by_name_are_told_of_in_javascript(engine: Engines) -> None:
    test = TestCase(kwargs={"a": 1}, expected=1)
    code = "function f(options) { return options.a }"
    submission = Submission(language="javascript", code=code, function_name="f", tests=(test,))
    (result,) = execute(engine, submission).results
    assert (result.verdict, "args gives them in order" in result.stderr) == ("AC", True)


@pytest.mark.parametrize("language", ["javascript", "typescript"])
@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("function d() {}\nclass A { @d m() {} }", "decorators are not available here"),
        ("class A { accessor x = 1 }", "`accessor` fields are not available here"),
    ],
)
def test_syntax_of_tomorrow_is_refused_by_name(engine: Engines, language: str, code: str, told: str) -> None:
    result = called(engine, language, f"{code}\nfunction f() {{}}", "f")
    assert result.verdict == "CE"
    assert (result.error or "").startswith(f"SyntaxError: {told}\n    at solution."), result


@pytest.mark.parametrize("language", ["javascript", "typescript", "python"])
def test_the_least_run_tells_its_memory(engine: Engines, language: str) -> None:
    code = "def f(): pass" if language == "python" else "function f() {}"
    assert (called(engine, language, code, "f").peak_kb or 0) > 1024


KEEPERS = {
    "python": "seen = []\ndef f(x):\n    print(seen)\n    seen.append(x)\n    while x == 'slow': pass\n    return seen",
    "javascript": "const seen = []\n"
    "function f(x) { console.log(seen); seen.push(x); while (x === 'slow'); return seen }",
}


@pytest.mark.parametrize("language", KEEPERS)
@pytest.mark.parametrize("first", ["hidden secret", "slow"])
def test_no_visible_test_tells_what_a_hidden_one_was_given(
    engine: Engines, language: str, first: str
) -> None:
    tests = (
        TestCase(args=(first,), hidden=True),
        TestCase(args=("shown",), expected=["shown"]),
        TestCase(args=("hidden secret",), hidden=True),
        TestCase(args=("shown",), expected=["shown", "shown"]),
    )
    run = execute(engine, Submission(language=language, code=KEEPERS[language], function_name="f", tests=tests,
                                     limits=Limits(cpu_s=0.2)))  # fmt: skip
    assert [result.verdict for result in run.results] == [
        "TLE" if first == "slow" else "WA",
        "AC",
        "WA",
        "AC",
    ]
    assert "secret" not in run.public().model_dump_json()
