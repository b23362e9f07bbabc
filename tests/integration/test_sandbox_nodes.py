# ruff: noqa: E501 - programs, many on one line each
"""Linked lists and trees: lists on the wire, nodes in the code, alike in Python, JavaScript and TypeScript as in the
languages that are compiled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import JsonValue

from runtime.sandbox import Engine, SandboxUnavailable, Submission, TestCase, TestResult, execute
from runtime.sandbox.engines import Engines
from runtime.sandbox.kernel import KernelEngine
from runtime.sandbox.wasm_javascript import WasmJavaScript
from runtime.sandbox.wasm_python import WasmPython


@pytest.fixture(scope="module")
def wasm() -> Iterator[Engines]:
    with Engines(WasmPython(workers=1), WasmJavaScript(workers=1)) as engines:
        yield engines


@pytest.fixture(scope="module", params=["wasm", "kernel"])
def python(request: pytest.FixtureRequest, wasm: Engines) -> Iterator[Engine]:
    if request.param == "wasm":
        yield wasm
        return
    with KernelEngine(workers=1, native_python=True) as kernel:
        try:
            kernel.languages()
        except SandboxUnavailable as reason:
            pytest.skip(str(reason))
        yield kernel


def called(
    engine: Engine,
    language: str,
    code: str,
    *args: JsonValue,
    expected: JsonValue = None,
    in_place: bool = False,
) -> TestResult:
    test = TestCase(args=args, expected=expected)
    submission = Submission(language=language, code=code, function_name="f", tests=(test,), in_place=in_place)
    return execute(engine, submission).results[0]


REVERSE = "    before = None\n    while head:\n        head.next, before, head = before, head, head.next\n    return before\n"
REVERSED_PYTHON = {
    "leetcode": "# Definition for singly-linked list.\n# class ListNode:\n#     def __init__(self, val=0, next=None):\n"
    "class Solution:\n  def f(self, head: Optional[ListNode]) -> Optional[ListNode]:\n" + REVERSE,
    "own class": "class ListNode:\n  def __init__(self, x):\n    self.val = x\n    self.next = None\n"
    "def f(head: ListNode) -> ListNode:\n" + REVERSE,
    "dataclass": "from dataclasses import dataclass\nfrom typing import Optional\n@dataclass\nclass ListNode:\n"
    "  val: int\n  next: Optional['ListNode']\ndef f(head: 'ListNode | None') -> 'ListNode | None':\n" + REVERSE,
    "slots": "class ListNode:\n  __slots__ = ('val', 'next')\ndef f(head: ListNode):\n" + REVERSE,
    "future": "from __future__ import annotations\ndef f(head: ListNode | None) -> ListNode | None:\n" + REVERSE,
    "no type": "def f(head):\n" + REVERSE,
    "no type, another name": "class Node:\n  def __init__(self, data):\n    self.data, self.next = data, None\n"
    "def f(head: Node) -> Node:\n" + REVERSE,
    "alias": "def f(head):\n    out, node = [], head\n    while node: out.insert(0, node.val); node = node.next\n"
    "    return out",
    "lambda": "f = lambda head: ListNode(head.next.val, ListNode(head.val)) if head and head.next else head",
}  # fmt: skip


@pytest.mark.parametrize("written", REVERSED_PYTHON)
@pytest.mark.parametrize("values", [[1, 2], [7], []])
def test_in_python_a_list_comes_and_goes_as_nodes(
    python: Engine, written: str, values: list[JsonValue]
) -> None:
    result = called(python, "python", REVERSED_PYTHON[written], values, expected=values[::-1])
    assert result.verdict == "AC", result


JS_REVERSE = "{ let before = null; while (head) { const next = head.next; head.next = before; before = head; head = next } return before }"  # fmt: skip
LEETCODE = "/**\n * Definition for singly-linked list.\n * function ListNode(val, next) {\n *     this.val = val\n * }\n */\n"
REVERSED_JAVASCRIPT = {
    "leetcode": LEETCODE + "/**\n * @param {ListNode} head\n * @return {ListNode}\n */\nvar f = function(head) " + JS_REVERSE,
    "own function": "function ListNode(val, next) { this.val = val; this.next = next === undefined ? null : next }\n"
    "/** @param {ListNode|null} head */\nconst f = (head) => " + JS_REVERSE,
    "own class": "class ListNode { constructor(val) { this.val = val } }\nfunction f(head) " + JS_REVERSE,
    "method": "class Solution {\n/** @param {?ListNode} head\n @returns {?ListNode} */\nf(head) " + JS_REVERSE + "}",
    "exported": "/** @param {ListNode} head */\nmodule.exports.f = async head => " + JS_REVERSE,
    "no type": "const f = function (head) " + JS_REVERSE,
    "plain objects": "function f(head) { let out = null; while (head) { out = { val: head.val, next: out }; head = head.next } return out }",
    "alias": "function f(head) { const out = []; let node = head; while (node) { out.unshift(node.val); node = node.next } return out }",
}  # fmt: skip
TS_LEETCODE = LEETCODE.replace("function", "class")
REVERSED_TYPESCRIPT = {
    "leetcode": TS_LEETCODE + "function f(head: ListNode | null): ListNode | null " + JS_REVERSE,
    "arrow": "const f = (head: ListNode | null): ListNode | null => " + JS_REVERSE,
    "own class": "class ListNode {\n  constructor(public val: number = 0, public next: ListNode | null = null) {}\n}\n"
    "class Solution { f(head?: ListNode | null): ListNode | null { return this.g(head ?? null) }\n"
    "g(head: ListNode | null): ListNode | null " + JS_REVERSE + " }",
    "own interface": "interface ListNode { val: number; next: ListNode | null }\n"
    "export function f(head: ListNode | null): ListNode | null " + JS_REVERSE,
}  # fmt: skip


@pytest.mark.parametrize("written", REVERSED_JAVASCRIPT)
@pytest.mark.parametrize("values", [[1, 2], [7], []])
def test_in_javascript_a_list_comes_and_goes_as_nodes(
    wasm: Engines, written: str, values: list[JsonValue]
) -> None:
    result = called(wasm, "javascript", REVERSED_JAVASCRIPT[written], values, expected=values[::-1])
    assert result.verdict == "AC", result


@pytest.mark.parametrize("written", REVERSED_TYPESCRIPT)
@pytest.mark.parametrize("values", [[1, 2], [7], []])
def test_in_typescript_a_list_comes_and_goes_as_nodes(
    wasm: Engines, written: str, values: list[JsonValue]
) -> None:
    result = called(wasm, "typescript", REVERSED_TYPESCRIPT[written], values, expected=values[::-1])
    assert result.verdict == "AC", result


MIRRORED = {
    "python": "class Solution:\n  def f(self, root: Optional[TreeNode]) -> Optional[TreeNode]:\n"
    "    if root: root.left, root.right = self.f(root.right), self.f(root.left)\n    return root",
    "javascript": "/**\n * @param {TreeNode} root\n * @return {TreeNode}\n */\nvar f = function(root) {\n"
    "  if (root) [root.left, root.right] = [f(root.right), f(root.left)]\n  return root\n}",
    "typescript": "function f(root: TreeNode | null): TreeNode | null {\n"
    "  return root && new TreeNode(root.val, f(root.right), f(root.left))\n}",
}


@pytest.mark.parametrize("language", MIRRORED)
@pytest.mark.parametrize(
    ("tree", "mirror"), [([1, 2, 3, None, 4], [1, 3, 2, None, None, 4]), ([], []), ([1, None, 2], [1, 2])]
)
def test_a_tree_comes_and_goes_level_by_level(
    wasm: Engines, language: str, tree: list[JsonValue], mirror: list[JsonValue]
) -> None:
    result = called(wasm, language, MIRRORED[language], tree, expected=mirror)
    assert result.verdict == "AC", result


LISTS = {
    "python": "def f(lists: List[Optional[ListNode]], k: int) -> List[Optional[ListNode]]:\n"
    "    return lists[k:] + [None]",
    "javascript": "/**\n * @param {ListNode[]} lists\n * @param {number} k\n * @return {ListNode[]}\n */\n"
    "const f = (lists, k) => [...lists.slice(k), null]",
    "typescript": "function f(lists: Array<ListNode | null>, k = 0): (ListNode | null)[] {\n"
    "  return [...lists.slice(k), null]\n}",
}


@pytest.mark.parametrize("language", LISTS)
def test_lists_of_nodes_are_lists_of_lists(wasm: Engines, language: str) -> None:
    result = called(wasm, language, LISTS[language], [[1], [2, 3], []], 1, expected=[[2, 3], [], []])
    assert result.verdict == "AC", result


CHANGED = {
    "python": "class Solution:\n  def f(self, head: Optional[ListNode]) -> None:\n"
    "    while head: head.val *= 2; head = head.next",
    "javascript": "/** @param {ListNode} head\n * @return {void} */\nfunction f(head) {\n"
    "  for (; head; head = head.next) head.val *= 2\n}",
}


@pytest.mark.parametrize("language", CHANGED)
@pytest.mark.parametrize("values", [(1, 2), ()])
def test_nodes_are_changed_in_place(wasm: Engines, language: str, values: tuple[int, ...]) -> None:
    doubled: JsonValue = [2 * value for value in values]
    result = called(wasm, language, CHANGED[language], [*values], expected=doubled, in_place=True)
    assert result.verdict == "AC", result


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("python", "class ListNode: pass\ndef f(nums: List[int]): return nums[0]", 1),
        ("python", "def f(nums):\n  node = ListNode(nums[1])\n  return node.val + len(nums)", 4),
        ("python", "def f(nums) -> Optional[int]: return None if nums else 1", None),
        ("python", "def f(head: Optional[ListNode]) -> Optional[int]: return None", None),
        ("javascript", "// ListNode\nfunction f(nums) { return nums[0] }", 1),
        ("javascript", "function f(nums) { const i = nums.values(); i.next(); return i.next().value }", 2),
        ("javascript", "/** @param {ListNode} head\n * @return {number} */\nconst f = head => null", None),
        ("typescript", "function f(nums: number[]): object { return { val: nums[0], next: null } }",
         {"val": 1, "next": None}),
    ],
)  # fmt: skip
def test_what_is_not_asked_for_as_nodes_stays_a_list(
    wasm: Engines, language: str, code: str, expected: JsonValue
) -> None:
    result = called(wasm, language, code, [1, 2], expected=expected)
    assert result.verdict == "AC", result


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "def g(node): return node.next\ndef f(head): return g(head)"),
        ("javascript", "// of a ListNode\nconst g = node => node.next.val\nfunction f(head) { return g(head) }"),
        ("typescript", "type Head = ListNode | null\nconst g = node => node.next\nfunction f(head: Head) { return g(head) }"),
    ],
)  # fmt: skip
def test_whoever_takes_a_list_for_nodes_is_told_how_to_get_them(
    wasm: Engines, language: str, code: str
) -> None:
    result = called(wasm, language, code, [1, 2], expected=2)
    assert result.verdict in ("RE", "WA")
    assert "ListNode" in (result.error or "") + result.stderr


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "def f(head: ListNode) -> ListNode:\n  head.next = head\n  return head"),
        ("javascript", "/** @param {ListNode} head */\nfunction f(head) { head.next = head; return head }"),
        ("python", "def f(root: TreeNode) -> TreeNode:\n  root.left = root\n  return root"),
        ("javascript", "/** @param {TreeNode} root */\nfunction f(root) { root.left = root; return root }"),
    ],
)
def test_nodes_that_hold_themselves_are_a_verdict(wasm: Engines, language: str, code: str) -> None:
    result = called(wasm, language, code, [1])
    assert result.verdict == "RE"
    assert "they hold themselves" in (result.error or "")


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "def f(root: TreeNode): return root"),
        ("javascript", "/** @param {TreeNode} root */\nconst f = root => root"),
    ],
)
def test_a_list_that_is_no_tree_is_named(wasm: Engines, language: str, code: str) -> None:
    result = called(wasm, language, code, [None, 1])
    assert result.verdict == "RE"
    assert "no tree: it has values below an empty place" in (result.error or "")


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_a_long_list_comes_and_goes(wasm: Engines, language: str) -> None:
    values: list[JsonValue] = list(range(50_000))
    code = {
        "python": "def f(head: ListNode) -> ListNode: return head",
        "javascript": "/** @param {ListNode} head */\nconst f = head => head",
    }[language]
    assert called(wasm, language, code, values, expected=values).verdict == "AC"


@pytest.mark.parametrize("language", ["javascript", "typescript"])
def test_a_program_has_no_nodes_ready(wasm: Engines, language: str) -> None:
    test = TestCase(expected="undefined undefined")
    code = "console.log(typeof ListNode, typeof TreeNode)"
    assert execute(wasm, Submission(language=language, code=code, tests=(test,))).all_passed


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "def f(tree): return tree and tree.get('left', tree.left if 'x' in tree else None)"),
        ("javascript", "function f(tree) { return tree.left ?? null }"),
        ("javascript", "function f(tree) { return tree.left === undefined ? tree : null }"),
    ],
)
def test_objects_are_objects_and_nothing_is_nothing(wasm: Engines, language: str, code: str) -> None:
    tree: JsonValue = {"val": 1, "left": None, "right": None}
    assert called(wasm, language, code, tree, expected=None).verdict == "AC"


def test_an_object_that_looks_like_a_node_comes_back_as_it_went(wasm: Engines) -> None:
    tree: JsonValue = {"val": 1, "left": {"val": 2, "left": None, "right": None}, "right": None}
    code = "function f(tree) { const { left } = tree; tree.left = left; return tree }"
    assert called(wasm, "javascript", code, tree, expected=tree).verdict == "AC"
