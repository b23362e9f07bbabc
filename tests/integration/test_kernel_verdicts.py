# ruff: noqa: E501 - programs, many on one line each
"""What comes of programs and functions in the kernel engine, language by language."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from runtime.sandbox import CodeRun, Limits, Submission, TestCase, UnsupportedLanguage, execute, grade
from runtime.sandbox.engine import Program, TestInput
from runtime.sandbox.kernel import KernelEngine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel engine is Linux's")

LANGUAGES = ("c", "cpp", "java", "go", "python")
QUICK = Limits(cpu_s=0.3)


@pytest.fixture(scope="module")
def engine() -> Iterator[KernelEngine]:
    with KernelEngine(workers=2, native_python=True) as engine:
        yield engine


def needs(engine: KernelEngine, language: str) -> None:
    if language not in {known.name for known in engine.languages()}:
        pytest.skip(f"{language} is not here: {engine.missing.get(language)}")


def program(
    engine: KernelEngine, language: str, code: str, *tests: tuple[str, str], limits: Limits | None = None
) -> CodeRun:
    needs(engine, language)
    cases = tuple(TestCase(stdin=stdin, expected=expected) for stdin, expected in tests)
    return execute(engine, Submission(language=language, code=code, tests=cases, limits=limits or Limits()))


def function(
    engine: KernelEngine, language: str, code: str, name: str, *tests: TestCase, in_place: bool = False
) -> CodeRun:
    needs(engine, language)
    inputs = [TestInput(test.args, test.kwargs) for test in tests]
    chosen = Program(language, code, name, in_place=in_place)
    results = grade(engine.run(chosen, inputs, Limits()), tests)
    return CodeRun(results=results, isolation=engine.isolation, language=language)


def verdicts(run: CodeRun) -> list[str]:
    return [result.verdict for result in run.results]


DOUBLES = {
    "c": '#include <stdio.h>\nint main(void) { long a; scanf("%ld", &a); printf("%ld\\n", a * 2); }',
    "cpp": "#include <iostream>\nint main() { long a; std::cin >> a; std::cout << a * 2 << std::endl; }",
    "java": "import java.util.Scanner;\npublic class Doubling {\n  public static void main(String[] a) {\n"
    "    System.out.println(new Scanner(System.in).nextLong() * 2);\n  }\n}",
    "go": 'package main\nimport "fmt"\nfunc main() { var a int; fmt.Scan(&a); fmt.Println(a * 2) }',
    "python": "print(int(input()) * 2)",
}
ENDLESS = {
    "c": "int main(void) { for (;;); }",
    "cpp": "int main() { volatile int x = 0; for (;;) x = x + 1; }",
    "java": "class Main { public static void main(String[] a) { for (;;); } }",
    "go": "package main\nfunc main() { for {} }",
    "python": "while True: pass",
}
GREEDY = {
    "c": "#include <stdlib.h>\n#include <string.h>\n"
    "int main(void) { for (;;) { char *p = malloc(1 << 20); if (!p) abort(); memset(p, 1, 1 << 20); } }",
    "cpp": "#include <vector>\nint main() { std::vector<int> v; for (;;) v.push_back(1); }",
    "java": "import java.util.*; class Main { public static void main(String[] a) "
    "{ List<int[]> l = new ArrayList<>(); for (;;) l.add(new int[1 << 18]); } }",
    "go": "package main\nfunc main() { var l [][]byte; for { b := make([]byte, 1<<20); for i := range b { b[i] = 1 }; l = append(l, b) } }",
    "python": "a = []\nwhile True: a.append(bytearray(10**6))",
}
TALKATIVE = {
    "c": '#include <stdio.h>\nint main(void) { for (;;) puts("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"); }',
    "cpp": '#include <iostream>\nint main() { for (;;) std::cout << "xxxxxxxxxxxxxxxxxxxxxxxxxxx\\n"; }',
    "java": 'class Main { public static void main(String[] a) { for (;;) System.out.println("xxxxxxxxxxxxxxxxxxx"); } }',
    "go": 'package main\nimport "fmt"\nfunc main() { for { fmt.Println("xxxxxxxxxxxxxxxxxxxxxxxxx") } }',
    "python": "while True: print('x' * 100)",
}
BROKEN = {
    "c": "int main(void) { int *p = 0; return *(volatile int *)p; }",
    "cpp": '#include <stdexcept>\nint main() { throw std::runtime_error("of the candidate\'s"); }',
    "java": "class Main { public static void main(String[] a) { int[] x = new int[1]; x[2] = 1; } }",
    "go": "package main\nfunc main() { var x []int; _ = x[3] }",
    "python": "print([][0])",
}
FAILING = {
    "c": "int main(void) { return 3; }",
    "cpp": "int main() { return 3; }",
    "java": "class Main { public static void main(String[] a) { System.exit(3); } }",
    "go": 'package main\nimport "os"\nfunc main() { os.Exit(3) }',
    "python": "import sys\nsys.exit(3)",
}
NO_PROGRAM = {
    "c": "int main(void) {\n  int wrong = ;\n}",
    "cpp": "int main() {\n  int wrong = ;\n}",
    "java": "class Main {\n  int wrong = ;\n}",
    "go": "package main\nfunc main() {\n  wrong := \n}",
    "python": "def f(:\n  wrong",
}
ASLEEP = {
    "c": "#include <unistd.h>\nint main(void) { sleep(60); }",
    "cpp": "#include <thread>\nint main() { std::this_thread::sleep_for(std::chrono::seconds(60)); }",
    "java": "class Main { public static void main(String[] a) throws Exception { Thread.sleep(60000); } }",
    "go": 'package main\nimport "time"\nfunc main() { time.Sleep(time.Minute) }',
    "python": "import time\ntime.sleep(60)",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_right_program_is_accepted_and_a_wrong_one_is_not(engine: KernelEngine, language: str) -> None:
    run = program(engine, language, DOUBLES[language], ("21", "42"), ("4", "9"), ("0", "0"))
    assert verdicts(run) == ["AC", "WA", "AC"], run
    assert "Landlock" in run.isolation


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_endless_program_is_ended_by_its_cpu_time_and_the_next_test_runs(
    engine: KernelEngine, language: str
) -> None:
    run = program(engine, language, ENDLESS[language], ("", ""), ("", ""), limits=QUICK)
    assert verdicts(run) == ["TLE", "TLE"], run
    assert "CPU time" in (run.results[0].error or "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_that_sleeps_is_stopped_by_the_clock(engine: KernelEngine, language: str) -> None:
    run = program(engine, language, ASLEEP[language], ("", ""), limits=Limits(cpu_s=0.1))
    assert verdicts(run) == ["TLE"], run
    assert "no answer in" in (run.results[0].error or "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_that_wants_all_memory_is_told_so(engine: KernelEngine, language: str) -> None:
    run = program(engine, language, GREEDY[language], ("", ""), limits=Limits(cpu_s=5))
    assert verdicts(run) == ["MLE"], run


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_that_prints_without_end_is_told_so(engine: KernelEngine, language: str) -> None:
    run = program(engine, language, TALKATIVE[language], ("", ""))
    assert verdicts(run) == ["OLE"], run
    assert len(run.results[0].stdout) <= 64 * 1024


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("codes", [BROKEN, FAILING], ids=["broken", "failing"])
def test_a_program_that_breaks_or_fails_is_a_runtime_error(
    engine: KernelEngine, language: str, codes: dict[str, str]
) -> None:
    run = program(engine, language, codes[language], ("", ""))
    assert verdicts(run) == ["RE"], run
    assert run.results[0].error


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_does_not_compile_says_where_and_nothing_of_our_paths(
    engine: KernelEngine, language: str
) -> None:
    run = program(engine, language, NO_PROGRAM[language], ("", ""), ("", ""))
    assert verdicts(run) == ["CE", "CE"], run
    error = run.results[0].error or ""
    assert any(sign in error for sign in ("wrong", "line 1", "solution.go:4"))
    for ours in ("/box", "room.", "main.cpp", "Room", "kernel", "/root", "/tmp"):
        assert ours not in error


@pytest.mark.parametrize("language", LANGUAGES)
def test_tests_beyond_the_submissions_time_are_not_run(engine: KernelEngine, language: str) -> None:
    limits = Limits(cpu_s=10, submission_s=1.5)
    run = program(engine, language, ASLEEP[language], *[("", "")] * 3, limits=limits)
    assert verdicts(run)[1:] == ["NR", "NR"], run


@pytest.mark.parametrize("language", LANGUAGES)
def test_odd_bytes_are_a_verdict(engine: KernelEngine, language: str) -> None:
    run = program(engine, language, "\0" + DOUBLES[language] + "\udcff", ("1", "2"))
    assert verdicts(run)[0] in {"CE", "RE", "AC"}, run
    run = program(engine, language, DOUBLES[language], ("21\0\udcff", "42"))
    assert verdicts(run)[0] in {"AC", "WA", "RE"}, run


@pytest.mark.parametrize("language", ["c", "cpp", "go"])
def test_binary_output_is_a_wrong_answer(engine: KernelEngine, language: str) -> None:
    codes = {
        "c": '#include <unistd.h>\nint main(void) { write(1, "\\xff\\0\\xfe", 3); }',
        "cpp": '#include <iostream>\nint main() { std::cout.write("\\xff\\0\\xfe", 3); }',
        "go": 'package main\nimport "os"\nfunc main() { os.Stdout.Write([]byte{255, 0, 254}) }',
    }
    assert verdicts(program(engine, language, codes[language], ("", "x"))) == ["WA"]


def test_a_bare_run_shows_what_was_printed(engine: KernelEngine) -> None:
    needs(engine, "c")
    run = execute(
        engine, Submission(language="c", code='#include <stdio.h>\nint main(void) { puts("hello"); }')
    )
    assert (run.results[0].verdict, run.results[0].stdout) == ("AC", "hello\n")


def test_an_unknown_language_names_those_that_are_here(engine: KernelEngine) -> None:
    with pytest.raises(UnsupportedLanguage, match=r"expected one of the languages .*python"):
        execute(engine, Submission(language="cobol", code="x"))


# --- functions ---

SCALES = {
    "cpp": "#include <vector>\nstd::vector<int> scale(const std::vector<int>& a, long long t)\n"
    "{ std::vector<int> r; for (int x : a) r.push_back(x * t); return r; }",
    "java": "import java.util.*;\nclass Solution {\n  List<Integer> scale(int[] a, long t) {\n"
    "    List<Integer> r = new ArrayList<>(); for (int x : a) r.add((int) (x * t)); return r; }\n}",
    "go": "package main\nfunc scale(a []int, t int) []int { r := []int{}; for _, x := range a { r = append(r, x*t) }; return r }",
    "python": "def scale(a, t): return [x * t for x in a]",
}
TYPED = tuple(SCALES)
METHOD = {
    "cpp": "class Solution { public: int twice(int x) { return 2 * x; } };",
    "java": "class Solution { public int twice(int x) { return 2 * x; } }",
    "go": "package main\ntype Solution struct{}\nfunc (s *Solution) twice(x int) int { return 2 * x }",
    "python": "class Solution:\n  def twice(self, x): return 2 * x",
}
EVERYTHING = {
    "cpp": "#include <bits/stdc++.h>\nusing namespace std;\n"
    "map<string, double> f(string s, bool b, double d, vector<vector<string>> v, map<string, int> m, char c, optional<int> o)\n"
    '{ return {{s + c + v[0][1], (b ? d : 0) + m["k"] + (o ? 1 : 0)}}; }',
    "java": "import java.util.*; class Solution { Map<String, Double> f(String s, boolean b, double d, String[][] v, "
    'Map<String, Integer> m, char c, Integer o) { return Map.of(s + c + v[0][1], (b ? d : 0) + m.get("k") + (o == null ? 0 : 1)); } }',
    "go": "package main\nfunc f(s string, b bool, d float64, v [][]string, m map[string]int, c rune, o *int) map[string]float64 "
    '{ r := d + float64(m["k"]); if o != nil { r += 1 }; return map[string]float64{s + string(c) + v[0][1]: r} }',
}
REVERSES = {
    "cpp": "#include <algorithm>\n#include <vector>\nvoid turn(std::vector<int>& a) { std::reverse(a.begin(), a.end()); }",
    "java": "class Solution { void turn(int[] a) { int t = a[0]; a[0] = a[a.length - 1]; a[a.length - 1] = t; } }",
    "go": "package main\nfunc turn(a []int) { a[0], a[len(a)-1] = a[len(a)-1], a[0] }",
    "python": "def turn(a): a.reverse()",
}


@pytest.mark.parametrize("language", TYPED)
def test_a_function_is_called_with_the_tests_arguments(engine: KernelEngine, language: str) -> None:
    tests = [
        TestCase(args=([1, 2, 3], factor), expected=[factor, 2 * factor, 3 * factor]) for factor in (2, -1)
    ]
    run = function(engine, language, SCALES[language], "scale", *tests, TestCase(args=([1], 2), expected=[3]))
    assert verdicts(run) == ["AC", "AC", "WA"], run
    assert run.results[2].actual == [2]


@pytest.mark.parametrize("language", TYPED)
@pytest.mark.parametrize("name", ["twice", "Solution.twice"])
def test_a_method_of_a_class_is_called(engine: KernelEngine, language: str, name: str) -> None:
    assert verdicts(function(engine, language, METHOD[language], name, TestCase(args=(4,), expected=8))) == [
        "AC"
    ]


@pytest.mark.parametrize("language", EVERYTHING)
def test_arguments_of_every_supported_type_arrive(engine: KernelEngine, language: str) -> None:
    given = ("ä", True, 1.5, [["x", "y"]], {"k": 2}, "!", None)
    run = function(engine, language, EVERYTHING[language], "f", TestCase(args=given, expected={"ä!y": 3.5}))
    assert verdicts(run) == ["AC"], run


@pytest.mark.parametrize("language", TYPED)
def test_what_a_function_made_of_its_argument_can_be_its_work(engine: KernelEngine, language: str) -> None:
    test = TestCase(args=([1, 2, 3],), expected=[3, 2, 1])
    run = function(engine, language, REVERSES[language], "turn", test, in_place=True)
    assert verdicts(run) == ["AC"], run


@pytest.mark.parametrize("language", TYPED)
def test_a_missing_function_is_named(engine: KernelEngine, language: str) -> None:
    run = function(engine, language, SCALES[language], "nowhere", TestCase(args=(1,), expected=1))
    assert (verdicts(run), run.results[0].error) == (["CE"], "function not found: nowhere")


@pytest.mark.parametrize("language", ["cpp", "java", "go"])
def test_a_function_beside_a_main_of_the_candidates_own_is_called(
    engine: KernelEngine, language: str
) -> None:
    mains = {
        "cpp": '\n#include <cstdio>\nint main() { puts("mine"); }',
        "java": "\nclass Main { public static void main(String[] a) { } }",
        "go": "\nfunc main() { println(scale(nil, 1)) }",
    }
    run = function(
        engine, language, SCALES[language] + mains[language], "scale", TestCase(args=([1], 2), expected=[2])
    )
    assert verdicts(run) == ["AC"], run


@pytest.mark.parametrize("language", ["cpp", "java", "go"])
def test_an_argument_of_another_type_is_told(engine: KernelEngine, language: str) -> None:
    run = function(engine, language, SCALES[language], "scale", TestCase(args=("text", 2), expected=[2]))
    assert verdicts(run) == ["RE"], run
    assert "argument 1: expected" in (run.results[0].error or "")


@pytest.mark.parametrize("language", ["cpp", "java"])
def test_an_unsupported_type_is_named(engine: KernelEngine, language: str) -> None:
    codes = {
        "cpp": "struct Node { Node* next; };\nint f(Node* n) { return n != nullptr; }",
        "java": "class Node { }\nclass Solution { int f(Node n) { return 1; } }",
    }
    run = function(engine, language, codes[language], "f", TestCase(args=(1,), expected=1))
    assert verdicts(run) == ["CE"], run
    assert "type" in (run.results[0].error or "")
    assert "not supported" in (run.results[0].error or "")


@pytest.mark.parametrize("language", TYPED)
def test_after_a_crash_the_next_test_has_a_process_of_its_own(engine: KernelEngine, language: str) -> None:
    codes = {
        "cpp": "#include <cstdlib>\nint f(int x) { if (x == 1) abort(); return x; }",
        "java": "class Solution { int f(int x) { if (x == 1) System.exit(0); return x; } }",
        "go": 'package main\nimport "os"\nfunc f(x int) int { if x == 1 { os.Exit(0) }; return x }',
        "python": "import os\ndef f(x):\n  if x == 1: os._exit(0)\n  return x",
    }
    tests = [TestCase(args=(number,), expected=number) for number in range(3)]
    assert verdicts(function(engine, language, codes[language], "f", *tests)) == ["AC", "RE", "AC"]


@pytest.mark.parametrize("language", ["cpp", "java", "go"])
def test_an_exception_of_the_candidates_is_told(engine: KernelEngine, language: str) -> None:
    codes = {
        "cpp": '#include <stdexcept>\nint f(int x) { throw std::out_of_range("the third one"); }',
        "java": 'class Solution { int f(int x) { throw new IllegalStateException("the third one"); } }',
        "go": 'package main\nfunc f(x int) int { panic("the third one") }',
    }
    run = function(engine, language, codes[language], "f", TestCase(args=(1,), expected=1))
    assert verdicts(run) == ["RE"], run
    assert "the third one" in (run.results[0].error or "")
    assert "Room" not in (run.results[0].error or "")


def test_a_name_that_the_precompiled_library_has_too_is_the_candidates(engine: KernelEngine) -> None:
    code = "#include <iostream>\nusing namespace std;\nint count, gcd;\nint main() { count = gcd + 1; cout << count; }"
    assert verdicts(program(engine, "cpp", code, ("", "1"))) == ["AC"]


def test_several_submissions_run_at_once(engine: KernelEngine) -> None:
    with ThreadPoolExecutor(8) as pool:
        runs = list(
            pool.map(lambda n: program(engine, "python", DOUBLES["python"], (str(n), str(2 * n))), range(24))
        )
    assert all(run.all_passed for run in runs)


def test_after_rest_and_wake_it_runs_again(engine: KernelEngine) -> None:
    engine.rest()
    engine.wake()
    assert program(engine, "python", DOUBLES["python"], ("1", "2")).all_passed


def test_what_a_module_prints_while_loading_is_shown_with_the_first_test(engine: KernelEngine) -> None:
    tests = [TestCase(args=(number,), expected=number) for number in range(2)]
    run = function(engine, "python", "print('loading')\ndef f(x):\n  print('called'); return x", "f", *tests)
    assert [result.stdout for result in run.results] == ["loading\ncalled\n", "called\n"]
