# ruff: noqa: E501 - programs, many on one line each
"""What candidates write by habit, compiled languages first: LeetCode's shapes, names that clash with ours, recursion,
and what they read when it goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pydantic import JsonValue

from runtime.sandbox import CodeRun, Limits, Submission, TestCase, execute
from runtime.sandbox.kernel import KernelEngine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel engine is Linux's")

OURS = ("harness", "room", "Room", "preamble", "prepai", "/box", "/tmp", "/root", ".cache", "reflect")


@pytest.fixture(scope="module")
def engine() -> Iterator[KernelEngine]:
    with KernelEngine(workers=2, native_python=True) as engine:
        yield engine


def submitted(engine: KernelEngine, language: str, code: str, name: str | None, *tests: TestCase, in_place: bool = False) -> CodeRun:  # fmt: skip
    if language not in {known.name for known in engine.languages()}:
        pytest.skip(f"{language} is not here: {engine.missing.get(language)}")
    limits = Limits(cpu_s=10)
    return execute(
        engine,
        Submission(
            language=language, code=code, function_name=name, tests=tests, in_place=in_place, limits=limits
        ),
    )


def verdict(run: CodeRun) -> str:
    (result,) = run.results
    return result.verdict


def told(run: CodeRun) -> str:
    return run.results[0].error or ""


def called(engine: KernelEngine, language: str, code: str, *args: JsonValue, expected: JsonValue, in_place: bool = False) -> CodeRun:  # fmt: skip
    return submitted(engine, language, code, "f", TestCase(args=args, expected=expected), in_place=in_place)


# --- Go: names, and values as LeetCode's judge writes them ---


def test_go_names_of_the_candidates_meet_none_of_the_harness(engine: KernelEngine) -> None:
    code = (
        "package main\nvar json, os, io, reflect, room = 1, 2, 3, 4, 5\nvar true = 6\ntype Result struct{}\ntype tokens int\n"
        "func fmt(x int) int { return x + json + os + io + reflect + room + true }\nfunc serve() {}\nfunc answered() {}\n"
        "func main() { fmt(1) }\nfunc f(x int) int { return fmt(x) }"
    )
    assert verdict(called(engine, "go", code, 1, expected=22)) == "AC"


@pytest.mark.parametrize(
    ("code", "args", "expected"),
    [
        ("func f(x int) [][]int { return [][]int{nil, {x}} }", [1], [[], [1]]),
        ("func f(x int) []int { return nil }", [1], []),
        ("func f(x int) map[string][]int { return nil }", [1], {}),
        ("func f(x int) map[string][]int { return map[string][]int{`a`: nil} }", [1], {"a": []}),
        ("func f(s byte) byte { return s + 1 }", ["a"], "b"),
        ("func f(s byte) byte { return s + 1 }", [97], 98),
        ("func f(s rune) rune { return s + 1 }", ["ä"], "å"),
        ("func f(s int32) int32 { return s + 1 }", [97], 98),
        ("func f(s string) rune { return []rune(s)[0] }", ["äb"], "ä"),
        ("func f(b [][]byte) [][]byte { b[0][0] = 'X'; return b }", [[["a", "b"]]], [["X", "b"]]),
        ("func f(b []byte) []byte { return append(b, '!') }", ["hi"], "hi!"),
        ("func f(s string) map[rune]int { return map[rune]int{'a': len(s)} }", ["aa"], {"a": 2}),
        ("func f(x any) any { return x }", [[2**60 + 1, 1.5, None]], [2**60 + 1, 1.5, None]),
        ("func f(a int, b int) (int, int) { return b, a }", [1, 2], [2, 1]),
        ("func f(a ...int) int { return len(a) }", [1, 2, 3], 3),
        ("func f(x uint64) uint64 { return x }", [2**64 - 1], 2**64 - 1),
    ],
)
def test_go_values_are_written_as_a_judge_writes_them(
    engine: KernelEngine, code: str, args: list[JsonValue], expected: JsonValue
) -> None:
    run = called(engine, "go", f"package main\n{code}", *args, expected=expected)
    assert verdict(run) == "AC", run


def test_go_bytes_are_turned_in_place(engine: KernelEngine) -> None:
    code = "package main\nfunc f(s []byte) { for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 { s[i], s[j] = s[j], s[i] } }"
    assert (
        verdict(called(engine, "go", code, ["a", "b", "c"], expected=["c", "b", "a"], in_place=True)) == "AC"
    )


def test_go_without_a_package_clause_or_imports_is_what_leetcode_takes(engine: KernelEngine) -> None:
    code = "func f(x []int) string {\n  sort.Ints(x)\n  return strings.Repeat(strconv.Itoa(x[0]), 2)\n}"
    assert verdict(called(engine, "go", code, [3, 1], expected="11")) == "AC"
    assert "solution.go:3:" in told(called(engine, "go", code.replace("x[0]", "y"), [1], expected=""))


# --- nodes ---

REVERSED = {
    "cpp": "struct ListNode { int val; ListNode *next; ListNode(int x) : val(x), next(nullptr) {} };\n"
    "class Solution { public: ListNode* f(ListNode* h) { ListNode* p = nullptr; while (h) { auto n = h->next; h->next = p; p = h; h = n; } return p; } };",
    "java": "class ListNode { int val; ListNode next; ListNode(int x) { val = x; } }\n"
    "class Solution { ListNode f(ListNode h) { ListNode p = null; while (h != null) { ListNode n = h.next; h.next = p; p = h; h = n; } return p; } }",
    "go": "type ListNode struct { Val int; Next *ListNode }\n"
    "func f(h *ListNode) *ListNode { var p *ListNode; for h != nil { h, h.Next, p = h.Next, p, h }; return p }",
}
MIRRORED = {
    "cpp": "struct TreeNode { int val; TreeNode *left, *right; };\n"
    "class Solution { public: TreeNode* f(TreeNode* t) { if (t) { swap(t->left, t->right); f(t->left); f(t->right); } return t; } };",
    "java": "class TreeNode { int val; TreeNode left, right; TreeNode() {} }\n"
    "class Solution { TreeNode f(TreeNode t) { if (t != null) { TreeNode l = f(t.left); t.left = f(t.right); t.right = l; } return t; } }",
    "go": "type TreeNode struct { Val int; Left, Right *TreeNode }\n"
    "func f(t *TreeNode) *TreeNode { if t != nil { t.Left, t.Right = f(t.Right), f(t.Left) }; return t }",
}


@pytest.mark.parametrize("language", REVERSED)
@pytest.mark.parametrize("values", [[1, 2, 3], [7], []])
def test_a_list_of_nodes_comes_and_goes_as_its_values(
    engine: KernelEngine, language: str, values: list[JsonValue]
) -> None:
    run = called(engine, language, REVERSED[language], values, expected=values[::-1])
    assert verdict(run) == "AC", run


@pytest.mark.parametrize("language", MIRRORED)
@pytest.mark.parametrize(
    ("tree", "mirror"), [([1, 2, 3, None, 4], [1, 3, 2, None, None, 4]), ([], []), ([1, None, 2], [1, 2])]
)
def test_a_tree_comes_and_goes_level_by_level(
    engine: KernelEngine, language: str, tree: list[JsonValue], mirror: list[JsonValue]
) -> None:
    run = called(engine, language, MIRRORED[language], tree, expected=mirror)
    assert verdict(run) == "AC", run


@pytest.mark.parametrize("language", REVERSED)
def test_a_list_that_holds_itself_is_a_verdict(engine: KernelEngine, language: str) -> None:
    codes = {
        "cpp": "struct ListNode { int val; ListNode *next; };\nListNode* f(ListNode* h) { h->next = h; return h; }",
        "java": "class ListNode { int val; ListNode next; }\nclass Solution { ListNode f(ListNode h) { h.next = h; return h; } }",
        "go": "type ListNode struct { Val int; Next *ListNode }\nfunc f(h *ListNode) *ListNode { h.Next = h; return h }",
    }
    run = called(engine, language, codes[language], [1], expected=[1])
    assert verdict(run) in ("RE", "OLE"), run
    assert "not reached" in told(run) or "1 MB" in told(run)


# --- what LeetCode puts before a solution ---


def test_cpp_without_includes_or_a_namespace_is_what_leetcode_takes(engine: KernelEngine) -> None:
    code = (
        "class Solution {\npublic:\n  vector<int> f(vector<int>& nums, int target) {\n    unordered_map<int, int> seen;\n"
        "    for (int i = 0; i < nums.size(); i++) {\n      if (seen.count(target - nums[i])) return {seen[target - nums[i]], i};\n"
        "      seen[nums[i]] = i;\n    }\n    return {int(bitset<8>(0).count())};\n  }\n};"
    )
    assert verdict(called(engine, "cpp", code, [2, 7, 11], 9, expected=[0, 1])) == "AC"
    wrong = told(called(engine, "cpp", code.replace("return {seen", "return {sen"), [2], 9, expected=[0, 1]))
    assert "solution.cpp:6:" in wrong
    assert not any(ours in wrong for ours in OURS)


def test_cpp_names_that_the_preamble_has_too_are_the_candidates(engine: KernelEngine) -> None:
    code = "int count;\nclass Solution { public: int f(int x) { count = x; return count; } };"
    assert verdict(called(engine, "cpp", code, 3, expected=3)) == "AC"


def test_java_without_imports_is_what_leetcode_takes(engine: KernelEngine) -> None:
    code = (
        "class Solution {\n  List<Integer> f(int[] a) {\n    Map<Integer, Integer> m = new TreeMap<>();\n"
        "    for (int x : a) m.merge(x, 1, Integer::sum);\n    return new ArrayList<>(m.values());\n  }\n}"
    )
    assert verdict(called(engine, "java", code, [1, 1, 2], expected=[2, 1])) == "AC"
    assert "line 4" in told(called(engine, "java", code.replace("int x :", "int y :"), [1], expected=[1]))


def test_java_with_a_package_and_a_comment_above_it_keeps_its_imports_and_lines(engine: KernelEngine) -> None:
    code = "/* package of; */\n// two\npackage a.b;\nclass Solution {\n  int f(List<Integer> a) { return a.size() + wrong; }\n}"
    assert "line 5" in told(called(engine, "java", code, [1], expected=1))
    assert verdict(called(engine, "java", code.replace(" + wrong", ""), [1], expected=1)) == "AC"


def test_java_chooses_among_methods_of_one_name_by_their_arguments(engine: KernelEngine) -> None:
    code = "class Solution { int f(int[] a, int i) { return i; } int f(int[] a) { return f(a, 3); } }"
    assert verdict(called(engine, "java", code, [1], expected=3)) == "AC"


@pytest.mark.parametrize("language", ["c", "cpp", "java", "go", "python"])
def test_a_byte_order_mark_is_no_part_of_the_source(engine: KernelEngine, language: str) -> None:
    codes = {
        "c": '#include <stdio.h>\nint main(void) { puts("x"); }',
        "cpp": '#include <iostream>\nint main() { std::cout << "x"; }',
        "java": 'public class Main { public static void main(String[] a) { System.out.println("x"); } }',
        "go": 'package main\nimport "fmt"\nfunc main() { fmt.Println("x") }',
        "python": "print('x')",
    }
    assert verdict(submitted(engine, language, "\ufeff" + codes[language], None, TestCase(stdin="", expected="x"))) == "AC"  # fmt: skip


# --- what goes wrong, in the candidate's lines ---

BROKEN = {
    "cpp": '#include <vector>\n#include <stdexcept>\nint f(int x) {\n  throw std::out_of_range("third");\n}',
    "java": 'class Solution {\n  int g(int x) { throw new IllegalStateException("third"); }\n  int f(int x) {\n    return g(x);\n  }\n}',
    "go": "package main\nfunc g(a []int) int { return a[3] }\nfunc f(x int) int {\n  return g(nil)\n}",
    "python": "def g(a): return a[3]\ndef f(x):\n  return g([])",
}
BROKEN_PLACES = {"cpp": "std::out_of_range: third", "java": "Solution.java:4", "go": "solution.go:4", "python": "line 3"}  # fmt: skip
MISTYPED = {
    "cpp": "class Solution { public:\n  int f(int x) {\n    return y;\n  }\n};",
    "java": "class Solution {\n  int f(int x) {\n    return y;\n  }\n}",
    "go": "package main\nfunc f(x int) int {\n  return y\n}",
}


@pytest.mark.parametrize("language", BROKEN)
def test_an_exception_shows_the_candidates_lines_and_nothing_of_the_harness(
    engine: KernelEngine, language: str
) -> None:
    run = called(engine, language, BROKEN[language], 1, expected=1)
    assert verdict(run) == "RE", run
    assert BROKEN_PLACES[language] in told(run)
    assert not any(ours in told(run) for ours in OURS), told(run)


@pytest.mark.parametrize("language", MISTYPED)
def test_a_wrong_name_in_a_function_shows_its_line_and_nothing_of_the_harness(
    engine: KernelEngine, language: str
) -> None:
    run = called(engine, language, MISTYPED[language], 1, expected=1)
    assert verdict(run) == "CE", run
    assert ("line 3" if language == "java" else f"solution.{language}:3:") in told(run)
    assert not any(ours in told(run) for ours in OURS), told(run)


def test_what_java_prints_of_a_caught_exception_has_no_frames_of_the_harness(engine: KernelEngine) -> None:
    code = "public class Main { public static void main(String[] a) {\n  try { Object o = null; o.toString(); } catch (Exception e) { e.printStackTrace(); } } }"
    run = submitted(engine, "java", code, None, TestCase(stdin="", expected=""))
    assert "Main.java:2" in run.results[0].stderr
    assert not any(ours in run.results[0].stderr for ours in OURS), run


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("#include <vector>\nstruct N { N* n; };\nint f(std::vector<N*> x) { return 1; }", "this parameter type is not supported"),
        ("int f(int x) { return 1; }\nint f(double x) { return 1; }", "several functions, or a template"),
        ("class Solution { int f(int x) { return 1; } };", "'int Solution::f(int)' is private"),
        ("class Solution { public: Solution(int) {} int f(int x) { return 1; } };", "needs a constructor without arguments"),
        ("#include <vector>\n#include <algorithm>\nstruct P {};\nint f(int x) {\n std::vector<P> v; std::sort(v.begin(), v.end()); return 1; }", "no match for 'operator<'"),
        ("int g(int);\nint f(int x) { return g(x); }", "undefined reference to `g(int)'"),
    ],
)  # fmt: skip
def test_what_cpp_cannot_call_is_told_in_words(engine: KernelEngine, code: str, words: str) -> None:
    run = called(engine, "cpp", code, 1, expected=1)
    assert verdict(run) == "CE", run
    assert words in told(run)
    assert not any(ours in told(run) for ours in OURS), told(run)


@pytest.mark.parametrize(
    "code",
    [
        "class Solution {\npublic:\n  int f(int n) { vector<int> memo(n + 1); return f(n, memo); }\n"
        "private:\n  int f(int n, vector<int>& memo) { return n < 2 ? 1 : memo[n] ? memo[n] : memo[n] = f(n - 1, memo) + f(n - 2, memo); }\n};",
        "#include <vector>\nint f(int n, std::vector<int>& memo) { return n < 2 ? 1 : f(n - 1, memo) + f(n - 2, memo); }\n"
        "int f(int n) { std::vector<int> memo(n + 1); return f(n, memo); }",
        "int f(int n, int a = 1, int b = 1) { return n ? f(n - 1, b, a + b) : a; }",
        "#define int long long\nclass Solution { public: int f(int n, int a = 1, int b = 1) const { return n ? f(n - 1, b, a + b) : a; } };",
        "class Other { public: int f(int n, int k) { return k; } };\nclass Solution { public: int f(int n) { return n < 2 ? 1 : f(n - 1) + f(n - 2); } };",
    ],
)  # fmt: skip
def test_cpp_chooses_among_functions_of_one_name_by_the_number_of_arguments(
    engine: KernelEngine, code: str
) -> None:
    run = called(engine, "cpp", code, 5, expected=8)
    assert verdict(run) == "AC", run


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("int f(int a", "expected ')'"),
        ("int f(int a) { return a;", "expected '}'"),
        ("class Solution { public: int f(int a) { return a; }", "expected '}'"),
        ("#include <vector>\nclass Solution { public: int f(std::vector<int> a) { return 1; } }", "expected ';' after class definition"),
    ],
)  # fmt: skip
def test_what_is_not_closed_in_cpp_is_told_of_the_candidates_source_alone(
    engine: KernelEngine, code: str, words: str
) -> None:
    run = called(engine, "cpp", code, 1, expected=1)
    assert verdict(run) == "CE", run
    assert told(run).startswith("solution.cpp:") or "solution.cpp: In" in told(run), told(run)
    assert words in told(run)
    assert not any(ours in told(run) for ours in (*OURS, "signed", "main")), told(run)


def test_cpp_says_how_many_arguments_its_functions_take(engine: KernelEngine) -> None:
    code = "int f(int a) { return a; }\nint f(int a, int b) { return a; }"
    run = called(engine, "cpp", code, 1, 2, 3, expected=1)
    assert "the function takes 1 or 2 arguments; the test has 3" in told(run), run


@pytest.mark.parametrize("language", ["cpp", "java", "go"])
def test_a_compilers_complaint_is_shown_where_every_test_is_hidden(
    engine: KernelEngine, language: str
) -> None:
    test = TestCase(args=(1,), expected=1, hidden=True)
    run = submitted(engine, language, MISTYPED[language], "f", test, test).public()
    assert [result.verdict for result in run.results] == ["CE", "CE"]
    assert all(result.error and "y" in result.error for result in run.results), run


def test_a_forged_complaint_does_not_tell_a_hidden_input(engine: KernelEngine) -> None:
    code = (
        '#include <unistd.h>\n#include <string>\nint f(std::string s) { std::string b = "1\\n[\\"not_compiled\\",null,\\"" + s + "\\"]";\n'
        "char h[4] = {0, 0, 0, char(b.size())}; write(3, h, 4); write(3, b.data(), b.size()); _exit(0); }"
    )
    run = submitted(engine, "cpp", code, "f", TestCase(args=("hush",), expected=1, hidden=True))
    assert verdict(run) == "CE"
    assert run.public().results[0].error is None


@pytest.mark.parametrize("language", ["c", "cpp", "go"])
def test_a_program_without_main_is_told_so(engine: KernelEngine, language: str) -> None:
    code = "package main\nfunc g() {}" if language == "go" else "int g(void) { return 1; }"
    run = submitted(engine, language, code, None, TestCase(stdin="", expected=""))
    assert (verdict(run), told(run)) == ("CE", "the program has no main function")


@pytest.mark.parametrize("language", ["cpp", "java", "go"])
@pytest.mark.parametrize(
    ("value", "what"), [(2**40, str(2**40)), (1.5, "a number"), (None, "null"), ([1], "a list")]
)
def test_a_test_that_does_not_fit_the_parameter_says_so(
    engine: KernelEngine, language: str, value: JsonValue, what: str
) -> None:
    codes = {
        "cpp": "int f(int x) { return x; }",
        "java": "class Solution { int f(int x) { return x; } }",
        "go": "package main\nfunc f(x int32) int32 { return x }",
    }
    run = called(engine, language, codes[language], value, expected=1)
    assert verdict(run) == "RE", run
    assert "argument 1: " in told(run)
    assert what in told(run)
    assert "do not fit together, so it was not called" in told(run)


# --- recursion ---

DEEP = {
    "cpp": "int f(int n) { volatile int keep[8]; keep[0] = n; return n == 0 ? 0 : f(n - 1) + keep[0] - n + 1; }",
    "java": "class Solution { int f(int n) { return n == 0 ? 0 : f(n - 1) + 1; } }",
    "go": "package main\nfunc f(n int) int { if n == 0 { return 0 }; var keep [8]int; keep[n%8] = n; return f(n-1) + keep[n%8] - n + 1 }",
    "python": "from functools import cache\n@cache\ndef f(n): return 0 if n == 0 else f(n - 1) + 1",
}
DEPTHS = {"cpp": 100_000, "java": 10_000, "go": 400_000, "python": 900}
ENDLESS = {
    "cpp": "int f(int n) { volatile int keep[8]; keep[0] = n; return f(n + 1) + keep[0]; }",
    "java": "class Solution { int f(int n) { return f(n + 1) + 1; } }",
    "go": "package main\nfunc f(n int) int { return f(n+1) + 1 }",
    "python": "def f(n): return f(n + 1) + 1",
}
NAMED = {"cpp": "recursion without an end", "java": "StackOverflowError", "go": "stack overflow", "python": "RecursionError"}  # fmt: skip


@pytest.mark.parametrize("language", DEEP)
def test_deep_recursion_that_ends_is_fine(engine: KernelEngine, language: str) -> None:
    run = called(engine, language, DEEP[language], DEPTHS[language], expected=DEPTHS[language])
    assert verdict(run) == "AC", run


@pytest.mark.parametrize("language", ENDLESS)
def test_recursion_without_an_end_is_named_in_few_lines(engine: KernelEngine, language: str) -> None:
    run = called(engine, language, ENDLESS[language], 1, expected=1)
    assert verdict(run) == "RE", run
    assert NAMED[language] in told(run)
    assert told(run).count("\n") < 40
    assert run.results[0].stderr.count("\n") < 40


def test_recursion_without_an_end_in_a_go_program_is_no_greed(engine: KernelEngine) -> None:
    code = "package main\nfunc f(n int) int { return f(n+1) + 1 }\nfunc main() { println(f(1)) }"
    run = submitted(engine, "go", code, None, TestCase(stdin="", expected=""))
    assert verdict(run) == "RE", run
    assert "stack overflow" in told(run)


# --- threads ---

THREADS = {
    "c": "#include <pthread.h>\n#include <stdio.h>\nstatic int v[50];\nstatic void *work(void *at) { *(int *)at += 2; return 0; }\n"
    "int main(void) { pthread_t t[50]; int s = 0; for (int i = 0; i < 50; i++) if (pthread_create(t + i, 0, work, v + i)) return 1;\n"
    'for (int i = 0; i < 50; i++) { pthread_join(t[i], 0); s += v[i]; } printf("%d", s); }',
    "cpp": "#include <atomic>\n#include <iostream>\n#include <thread>\n#include <vector>\nint main() { std::atomic<int> s{0}; std::vector<std::thread> t;\n"
    "for (int i = 0; i < 50; i++) t.emplace_back([&] { s += 2; }); for (auto& one : t) one.join(); std::cout << s; }",
    "java": "public class Main { static int s; static synchronized void add() { s += 2; }\n public static void main(String[] a) throws Exception {\n"
    "Thread[] t = new Thread[50]; for (int i = 0; i < 50; i++) { t[i] = new Thread(Main::add); t[i].start(); } for (Thread one : t) one.join(); System.out.print(s); } }",
    "go": 'package main\nimport ("fmt"; "sync"; "sync/atomic")\nfunc main() { var s int64; var w sync.WaitGroup\n'
    "for i := 0; i < 5000; i++ { w.Add(1); go func() { defer w.Done(); atomic.AddInt64(&s, 2) }() }; w.Wait(); fmt.Print(s / 100) }",
    "python": "import threading\nstarted = threading.Barrier(51)\nt = [threading.Thread(target=started.wait) for _ in range(50)]\n"
    "for one in t: one.start()\nstarted.wait()\nfor one in t: one.join()\nprint(2 * len(t))",
}


@pytest.mark.parametrize("language", THREADS)
def test_fifty_threads_are_no_matter(engine: KernelEngine, language: str) -> None:
    run = submitted(engine, language, THREADS[language], None, TestCase(stdin="", expected="100"))
    assert verdict(run) == "AC", run


def test_too_many_threads_in_java_are_no_greed(engine: KernelEngine) -> None:
    code = (
        "public class Main { public static void main(String[] a) throws Exception { for (int i = 0; i < 200; i++)\n"
        "new Thread(() -> { try { Thread.sleep(400); } catch (InterruptedException e) { } }).start(); } }"
    )
    run = submitted(engine, "java", code, None, TestCase(stdin="", expected=""))
    assert verdict(run) == "RE", run


# --- what a compiler or an interpreter chokes on ---


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("c", "#define A(x) x x x x x x x x x x\n#define B(x) A(A(A(A(A(x)))))\nint main(void) { int i = 0; B(A(A(i++;))) return i; }"),
        ("go", "package main\nvar x = [1 << 28]int{1 << 27: 1}\nfunc main() { println(x[5]) }"),
    ],
)  # fmt: skip
def test_a_source_that_exhausts_its_compiler_does_not_compile(
    engine: KernelEngine, language: str, code: str
) -> None:
    run = submitted(engine, language, code, None, TestCase(stdin="", expected=""))
    assert (verdict(run), told(run)) == ("CE", "the compiler needed more time or memory than it has")


@pytest.mark.parametrize("depth", [9000, 30_000])
def test_deeply_nested_java_compiles_or_is_refused_in_words(engine: KernelEngine, depth: int) -> None:
    code = f"public class Main {{ public static void main(String[] a) {{ int x = {'(' * depth}1{')' * depth}; }} }}"
    run = submitted(engine, "java", code, None, TestCase(stdin="", expected=""))
    assert verdict(run) == "AC" or "the compiler" in told(run), run


@pytest.mark.parametrize(
    "module", ["csv", "calendar", "graphlib", "urllib.parse", "xml.etree.ElementTree", "uuid"]
)
def test_native_python_imports_any_module_of_the_library(engine: KernelEngine, module: str) -> None:
    run = submitted(engine, "python", f"import {module}\nprint(1)", None, TestCase(stdin="", expected="1"))
    assert verdict(run) == "AC", run


def test_a_trace_through_pythons_library_does_not_say_where_it_is(engine: KernelEngine) -> None:
    run = called(engine, "python", "import re\ndef f(x):\n  return re.compile(x)", "(", expected=1)
    assert 'File "python3.' in told(run)
    assert 'File "/' not in told(run)


# --- time on a busy machine ---


@pytest.fixture
def busy() -> Iterator[None]:
    """Two CPUs' worth of work beside the tests, for each CPU there is."""
    many = 2 * (os.process_cpu_count() or 1)
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(many)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("language", ["c", "java", "go", "python"])
def test_what_computes_within_its_limit_passes_on_a_busy_machine(engine: KernelEngine, language: str) -> None:
    codes = {
        "c": "#include <stdio.h>\nint main(void) { unsigned long s = 1; for (long i = 0; i < 600000000; i++) s = s * 6364136223846793005UL + i; putchar(s ? '1' : '0'); }",
        "java": "class Main { public static void main(String[] a) { long s = 1; for (long i = 0; i < 600000000L; i++) s = s * 6364136223L + i; System.out.println(s != 0 ? 1 : 0); } }",
        "go": 'package main\nimport "fmt"\nfunc main() { s := 1; for i := 0; i < 600000000; i++ { s = s*6364136223 + i }; if s != 0 { fmt.Println(1) } }',
        "python": "s = 0\nfor i in range(8_000_000): s += i * i % 7\nprint(1)",
    }
    if language not in {known.name for known in engine.languages()}:
        pytest.skip(f"{language} is not here: {engine.missing.get(language)}")
    test = TestCase(stdin="", expected="1")
    limits = Limits(cpu_s=2, submission_s=60)
    run = execute(engine, Submission(language=language, code=codes[language], tests=(test,), limits=limits))
    assert verdict(run) == "AC", run


# --- functions in C ---


@pytest.mark.parametrize(
    ("code", "args", "expected"),
    [
        ("int* f(int* nums, int numsSize, int target, int* returnSize) { int* r = malloc(2 * sizeof(int)); *returnSize = 2;\n"
         "for (int i = 0; i < numsSize; i++) for (int j = i + 1; j < numsSize; j++) if (nums[i] + nums[j] == target) { r[0] = i; r[1] = j; return r; }\n"
         "*returnSize = 0; return NULL; }", [[2, 7, 11], 9], [0, 1]),
        ("bool f(const char *s) { return strlen(s) == 2; }", ["ab"], True),
        ("char* f(char* s, int k) { s[0] = toupper(s[0]) + k; return s; }", ["ab", 1], "Bb"),
        ("char** f(char** strs, int strsSize, int* returnSize) { *returnSize = strsSize; return strs; }", [["a", "bc"]], ["a", "bc"]),
        ("int** f(int** m, int mSize, int* mColSize, int* returnSize, int** returnColumnSizes) { *returnSize = mSize; *returnColumnSizes = mColSize; m[0][0] = 9; return m; }",
         [[[1, 2], [3]]], [[9, 2], [3]]),
        ("int f(char** grid, int gridSize, int* gridColSize) { return gridSize * gridColSize[0] + (grid[0][1] == '1'); }", [[["0", "1"]]], 3),
        ("struct ListNode { int val; struct ListNode *next; };\nstruct ListNode* f(struct ListNode* h) { struct ListNode* p = NULL; "
         "while (h) { struct ListNode* n = h->next; h->next = p; p = h; h = n; } return p; }", [[1, 2, 3]], [3, 2, 1]),
        ("double f(const int a[], int n, double w) { double s = 0; for (int i = 0; i < n; i++) s += a[i]; return s / n * w; }", [[1, 2], 2.0], 3.0),
        ("long long f(long long x) { return x * x; }\nint main(void) { return 1; }", [10**9], 10**18),
    ],
)  # fmt: skip
def test_a_function_in_c_is_called_in_leetcodes_shape(
    engine: KernelEngine, code: str, args: list[JsonValue], expected: JsonValue
) -> None:
    run = called(engine, "c", code, *args, expected=expected)
    assert verdict(run) == "AC", run


@pytest.mark.parametrize(
    "code",
    [
        "int g(int a) { return a; } int f(int a) { return g(a); }",
        "struct P { int a; }; int f(int a) { struct P p = {a}; return p.a; }",
        "int seven = 7; int f(int a) { return a; }",
    ],
)
def test_a_function_in_c_may_start_where_something_else_ends(engine: KernelEngine, code: str) -> None:
    run = called(engine, "c", code, 5, expected=5)
    assert verdict(run) == "AC", run


@pytest.mark.parametrize(
    ("code", "args", "expected"),
    [
        ("typedef long long ll;\nll f(ll a) { return a; }", [10**12], 10**12),
        ("typedef long long ll; typedef ll* row;\nll f(const row a, int n) { return a[n - 1]; }", [[1, 10**12]], 10**12),
        ("#define ll long long\nll f(ll a) { return a; }", [10**12], 10**12),
        ("typedef struct ListNode { int val; struct ListNode* next; } Node;\nint f(Node* a) { return a->next->val; }", [[1, 2]], 2),
        ("struct TreeNode { int val; struct TreeNode *left, *right; };\ntypedef struct TreeNode* Tree;\nTree f(Tree a) { return a->left; }", [[1, 2]], [2]),
    ],
)  # fmt: skip
def test_a_type_in_c_may_have_a_name_of_the_candidates(
    engine: KernelEngine, code: str, args: list[JsonValue], expected: JsonValue
) -> None:
    run = called(engine, "c", code, *args, expected=expected)
    assert verdict(run) == "AC", run


def test_what_a_function_in_c_made_of_its_array_can_be_its_work(engine: KernelEngine) -> None:
    code = "void f(char* s, int sSize) { for (int i = 0, j = sSize - 1; i < j; i++, j--) { char t = s[i]; s[i] = s[j]; s[j] = t; } }"
    assert (
        verdict(called(engine, "c", code, ["a", "b", "c"], expected=["c", "b", "a"], in_place=True)) == "AC"
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("int f(int* x) { return 1; }", "`int* x` has no size after it"),
        ("struct P { int a; };\nint f(struct P* x) { return 1; }", "`struct P* x` is not supported"),
        ("static int f(int x) { return 1; }", "f is static"),
        ("int g(int x) { return 1; }", "function not found: f"),
        ("int f(int x) {\n  return y;\n}", "solution.c:2:"),
        ("int f(struct ListNode* x) { return 1; }", "struct ListNode is used and not defined"),
    ],
)
def test_what_cannot_be_called_in_c_is_told_in_words(engine: KernelEngine, code: str, words: str) -> None:
    run = called(engine, "c", code, 1, expected=1)
    assert verdict(run) == "CE", run
    assert words in told(run)
    assert not any(ours in told(run) for ours in OURS), told(run)


# Searched for names before it is compiled, outside the box: what is not closed must not be searched from every quote.
@pytest.mark.timeout(120)
@pytest.mark.parametrize("language", ["c", "cpp", "go"])
@pytest.mark.parametrize(
    "piece", ["\n", "/*", '"\\', "a", ";", "int ", "int\n", "typedef ", "func f(", "import (\n"]
)
def test_a_source_of_one_thing_over_and_over_is_a_verdict(
    engine: KernelEngine, language: str, piece: str
) -> None:
    run = called(engine, language, piece * (60_000 // len(piece)), 1, expected=1)
    assert verdict(run) == "CE", run.results[0].verdict
