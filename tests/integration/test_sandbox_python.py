"""Python as a script finds it: standard streams under all their names, an end, and words for what is not there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import JsonValue

from runtime.sandbox import Engine, SandboxUnavailable, Submission, TestCase, TestResult, execute
from runtime.sandbox.kernel import KernelEngine
from runtime.sandbox.wasm_python import WasmPython


@pytest.fixture(scope="module", params=["wasm", "kernel"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    python = WasmPython(workers=1) if request.param == "wasm" else KernelEngine(workers=1, native_python=True)
    with python:
        try:
            python.languages()
        except SandboxUnavailable as reason:
            pytest.skip(str(reason))
        yield python


def printed(engine: Engine, code: str, stdin: str = "one\ntwo\n", expected: str = "") -> TestResult:
    test = TestCase(stdin=stdin, expected=expected)
    return execute(engine, Submission(language="python", code=code, tests=(test,))).results[0]


def returned(engine: Engine, expression: str, expected: JsonValue = None) -> TestResult:
    code = f"import array, collections, dataclasses, datetime, decimal\ndef f():\n    return {expression}"
    test = TestCase(expected=expected)
    submission = Submission(language="python", code=code, function_name="f", tests=(test,))
    return execute(engine, submission).results[0]


@pytest.mark.parametrize(
    "read",
    [
        "sys.stdin.read()",
        "sys.stdin.buffer.read().decode()",
        "sys.__stdin__.read()",
        "b''.join(sys.stdin.buffer).decode()",
        "open(0).read()",
        "open(0, 'rb', 0).read().decode()",
        "open('/dev/stdin').read()",
        "pathlib.Path('/dev/stdin').read_text()",
        "os.fdopen(0).read()",
        "os.read(0, 100).decode()",
        "os.read(sys.stdin.fileno(), os.fstat(0).st_size + 100).decode()",
        "''.join(fileinput.input())",
        "input() + '\\n' + sys.stdin.readline()",
        "os.read(0, 4).decode() + open(0).read()",
    ],
)
def test_standard_input_is_read_under_all_its_names(engine: Engine, read: str) -> None:
    code = f"import fileinput, os, pathlib, sys\nprint(({read}).split())"
    assert printed(engine, code, expected="['one', 'two']").verdict == "AC"


@pytest.mark.parametrize(
    "write",
    [
        "open(1, 'w').write('done')",
        "open('/dev/stdout', 'w').write('done')",
        "os.fdopen(1, 'wb').write(b'done')",
        "os.write(1, b'done')",
        "sys.stdout.buffer.write(b'done')",
        "kept = open(1, 'w'); kept.write('done')",
    ],
)
def test_standard_output_is_written_under_all_its_names(engine: Engine, write: str) -> None:
    assert printed(engine, f"import os, sys\n{write}", expected="done").verdict == "AC"


def test_what_is_printed_under_another_name_counts(engine: Engine) -> None:
    assert printed(engine, "open(1, 'w').write('x' * 100_000)").verdict == "OLE"


def test_a_program_is_the_main_script(engine: Engine) -> None:
    code = "import sys\nprint(__name__, __file__, sys.argv, sys.stdin.mode, sys.stdout.mode)"
    assert printed(engine, code, expected="__main__ solution.py ['solution.py'] r w").verdict == "AC"


@pytest.mark.parametrize("end", ["", "sys.exit()", "raise SystemExit(0)"])
def test_what_waits_for_the_end_of_a_program_runs(engine: Engine, end: str) -> None:
    code = f"import atexit, sys\natexit.register(print, 'bye')\nprint('hello')\n{end}"
    assert printed(engine, code, expected="hello\nbye").verdict == "AC"


def test_a_byte_order_mark_is_no_part_of_the_source(engine: Engine) -> None:
    assert printed(engine, "\ufeffprint(1)", expected="1").verdict == "AC"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("collections.deque([1, 2])", [1, 2]),
        ("[range(3)]", [[0, 1, 2]]),
        ("{'a': 1}.keys()", ["a"]),
        ("{'a': 1}.values()", [1]),
        ("{'a': 1}.items()", [["a", 1]]),
        ("array.array('i', [1, 2])", [1, 2]),
        ("collections.namedtuple('P', 'x y')(1, 2)", [1, 2]),
        ("collections.Counter('aab')", {"a": 2, "b": 1}),
    ],
)
def test_what_is_a_list_but_for_its_name_is_one(engine: Engine, expression: str, expected: JsonValue) -> None:
    result = returned(engine, expression, expected)
    assert (result.verdict, result.actual) == ("AC", expected)


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("{1, 2}", "the function returned a set, which is no JSON value: return a list, such as sorted"),
        ("[frozenset()]", "the result holds a frozenset, which is no JSON value: return a list"),
        ("(x for x in [1])", "the function returned a generator, which is no JSON value: return list("),
        ("map(str, [1])", "the function returned a map, which is no JSON value: return list("),
        ("decimal.Decimal(1)", "returned a Decimal, which is no JSON value: return a str or a float"),
        ("datetime.date(2020, 1, 1)", "returned a date, which is no JSON value: return its text"),
        ("dataclasses.make_dataclass('P', ['x'])(1)", "returned a P, which is no JSON value: return data"),
        ("{(1, 2): 3}", "holds a dict with a tuple as a key, which is no JSON value: return a dict with"),
        ("object()", "the function returned a object, which is no JSON value: return numbers, text"),
    ],
)
def test_what_is_no_json_value_says_what_to_return(engine: Engine, expression: str, told: str) -> None:
    result = returned(engine, expression)
    assert result.verdict == "RE"
    assert told in (result.error or "")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import numpy", "only Python's standard library can be imported"),
        ("open('input.txt')", "there are no files in this sandbox: read standard input"),
        ("import zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin')", "there is no time zone data in this sandbox"),
    ],
)
def test_what_is_not_there_is_said(engine: Engine, code: str, told: str) -> None:
    result = printed(engine, code)
    assert result.verdict == "RE"
    assert (result.error or "").rstrip().endswith(")")
    assert told in (result.error or "")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import threading; threading.Thread(target=print).start()", "there are no threads"),
        ("from concurrent.futures import *; ThreadPoolExecutor().submit(print)", "there are no threads"),
        ("from concurrent.futures import *; ProcessPoolExecutor()", "there are no processes"),
        ("import multiprocessing; multiprocessing.Pool(2)", "there are no processes"),
        ("import subprocess; subprocess.run(['ls'])", "there are no processes"),
        ("import os; os.fork()", "there are no processes"),
        ("import signal; signal.alarm(1)", "no signals"),
        ("import ctypes", "does not work in this sandbox"),
    ],
)
def test_in_webassembly_what_is_not_there_is_said(engine: Engine, code: str, told: str) -> None:
    if engine.name != "wasm":
        pytest.skip("threads are there")
    result = printed(engine, code)
    assert result.verdict == "RE"
    assert told in (result.error or "")


@pytest.mark.parametrize(
    "attempt",
    [
        "os.listdir('/python-stdlib/..')",
        "open('/python-stdlib/../../../etc/passwd')",
        "open('/python-stdlib/abc.py', 'a')",
        "os.remove('/python-stdlib/abc.py')",
        "os.symlink('/etc/passwd', '/python-stdlib/way_out')",
        "os.rename('/python-stdlib/abc.py', '/python-stdlib/abd.py')",
        "os.utime('/python-stdlib/abc.py')",
    ],
)
def test_the_librarys_folder_is_read_and_leads_nowhere(engine: Engine, attempt: str) -> None:
    if engine.name != "wasm":
        pytest.skip("the library lies elsewhere")
    result = printed(engine, f"import os\n{attempt}")
    assert result.verdict == "RE"
    assert "PermissionError" in (result.error or "")


def called(engine: Engine, code: str, *args: JsonValue, expected: JsonValue = None) -> TestResult:
    test = TestCase(args=args, expected=expected)
    submission = Submission(language="python", code=code, function_name="f", tests=(test,))
    return execute(engine, submission).results[0]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Counter(x).most_common(1)[0][0]", 2),
        ("sorted(defaultdict(list, {1: x}))", [1]),
        ("deque(x, 2)", [2, 1]),
        ("heapify(x) or heappop(x)", 1),
        ("heapq.nlargest(1, x)", [2]),
        ("[math.gcd(4, 6), gcd(4, 6), inf > 9, isqrt(9), comb(4, 2)]", [2, 2, True, 3, 6]),
        ("list(accumulate(x))", [2, 4, 5]),
        ("[bisect_left([1, 2], 2), bisect.bisect([1], 1)]", [1, 1]),
        ("lru_cache(None)(lambda y: y)(3) + cache(lambda y: y)(3)", 6),
        ("list(itertools.chain(x)) + list(permutations([1]))[0:0]", [2, 2, 1]),
        ("reduce(xor, x) + functools.reduce(operator.add, x)", 6),
        ("re.sub('a', 'b', 'a') + ascii_lowercase[:1] + string.digits[:1]", "ba0"),
        ("deepcopy(x) == copy.copy(x) and 1 <= randint(1, 2) <= 2 and random.random() < 1", True),
        ("sys.maxsize > 2**30 and pow(2, 3, 5)", 3),
        ("cast(Optional[List[int]], collections.OrderedDict(a=1))", {"a": 1}),
        ("datetime.date(2024, 1, 31).isoformat()", "2024-01-31"),
        ("str(OrderedDict(a=TreeNode(1).val, b=ListNode().next))", "OrderedDict({'a': 1, 'b': None})"),
    ],
)
def test_a_function_has_the_names_ready_that_leetcode_has(
    engine: Engine, expression: str, expected: JsonValue
) -> None:
    result = called(engine, f"class Solution:\n  def f(self, x: List[int]):\n    return {expression}", [2, 2, 1],
                    expected=expected)  # fmt: skip
    assert result.verdict == "AC", result


@pytest.mark.parametrize(
    "code",
    [
        "def gcd(a): return a + 1\ndef f(x): return gcd(x)",
        "class Counter:\n  total = 2\ndef f(x): return Counter.total",
        "from operator import add as product\ndef f(x): return product(x, 1)",
        "inf = 2\ndef f(x): return inf",
        "def f(x):\n  cache = 2\n  return cache",
    ],
)
def test_the_candidates_own_names_go_before_those_that_are_ready(engine: Engine, code: str) -> None:
    assert called(engine, code, 1, expected=2).verdict == "AC"


def test_a_program_imports_what_it_uses(engine: Engine) -> None:
    assert "NameError: name 'Counter'" in (printed(engine, "Counter('a')").error or "")


def test_a_function_is_imported_and_not_run_as_a_program(engine: Engine) -> None:
    code = "def f(x):\n    return [x, __name__]\nif __name__ == '__main__':\n    print(f(int(input())))\n"
    assert called(engine, code, 1, expected=[1, "solution"]).verdict == "AC"
    assert printed(engine, code, "1\n", "[1, '__main__']").verdict == "AC"


def test_classes_of_a_function_are_found_where_they_say_they_are(engine: Engine) -> None:
    code = (
        "import dataclasses, pickle, typing\n@dataclasses.dataclass\nclass P:\n    x: 'typing.ClassVar[int]' = 1\n"
        "    y: int = 2\ndef f(x):\n    return [pickle.loads(pickle.dumps(P())).y, len(typing.get_type_hints(P))]"
    )
    assert called(engine, code, 1, expected=[2, 2]).verdict == "AC"


def test_random_numbers_differ_from_run_to_run(engine: Engine) -> None:
    code = "import random\ndef f(x): return random.random()"
    assert len({str(called(engine, code, 1).actual) for _ in range(3)}) == 3
