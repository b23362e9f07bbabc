"""How much CPU time JavaScript takes in the sandbox for what native Python does: what its CPU limits are scaled by.

python -m benchmarks.quickjs
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

from runtime.sandbox import Limits, Submission, TestCase, execute
from runtime.sandbox.wasm_javascript import WasmJavaScript

_ROUNDS: Final = 3
# The same work in both, by what an interview's solutions spend their time with.
_WORK: Final[dict[str, tuple[str, str]]] = {
    "a loop over numbers": (
        """
def f():
    t = 0
    for i in range(1000000): t += i % 7
    return t""",
        "const f = () => { let t = 0; for (let i = 0; i < 1000000; i++) t += i % 7; return t }",
    ),
    "calls": (
        "def g(n): return n if n < 2 else g(n - 1) + g(n - 2)\ndef f(): return g(24)",
        "const g = n => n < 2 ? n : g(n - 1) + g(n - 2); const f = () => g(24)",
    ),
    "a grid": (
        """
def f():
    g = [[0] * 300 for _ in range(300)]
    for r in range(1, 300):
        for c in range(1, 300): g[r][c] = max(g[r - 1][c], g[r][c - 1]) + (r * c) % 3
    return g[-1][-1]""",
        """
const f = () => {
    const g = Array.from({ length: 300 }, () => Array(300).fill(0))
    for (let r = 1; r < 300; r++)
        for (let c = 1; c < 300; c++) g[r][c] = Math.max(g[r - 1][c], g[r][c - 1]) + (r * c) % 3
    return g[299][299]
}""",
    ),
    "an object's keys": (
        """
def f():
    d = {}
    for i in range(200000):
        k = 'k' + str(i % 5000)
        d[k] = d.get(k, 0) + 1
    return len(d)""",
        """
const f = () => {
    const d = {}
    for (let i = 0; i < 200000; i++) { const k = 'k' + i % 5000; d[k] = (d[k] ?? 0) + 1 }
    return Object.keys(d).length
}""",
    ),
    "text, joined and reversed": (
        """
def f():
    s = []
    for i in range(200000): s.append(chr(97 + i % 26))
    return len(''.join(reversed(s)))""",
        """
const f = () => {
    const s = []
    for (let i = 0; i < 200000; i++) s.push(String.fromCharCode(97 + i % 26))
    return s.reverse().join('').length
}""",
    ),
    "sorting by a function": (
        """
def f():
    a = [(i * 7919) % 100003 for i in range(100000)]
    a.sort(key=lambda x: x)
    return a[5]""",
        """
const f = () => {
    const a = []
    for (let i = 0; i < 100000; i++) a.push((i * 7919) % 100003)
    return a.sort((x, y) => x - y)[5]
}""",
    ),
    "a Set of numbers": (
        """
def f():
    s = set()
    for i in range(300000): s.add((i * 31) % 70001)
    return len(s)""",
        """
const f = () => {
    const s = new Set()
    for (let i = 0; i < 300000; i++) s.add((i * 31) % 70001)
    return s.size
}""",
    ),
    "a Map from numbers": (
        """
def f():
    d = {}
    for i in range(200000): d[i % 5000] = d.get(i % 5000, 0) + 1
    return len(d)""",
        """
const f = () => {
    const d = new Map()
    for (let i = 0; i < 200000; i++) d.set(i % 5000, (d.get(i % 5000) ?? 0) + 1)
    return d.size
}""",
    ),
}
_TIMED: Final = """
import time
spent = []
for _ in range({rounds}):
    began = time.process_time()
    value = f()
    spent.append(time.process_time() - began)
print(min(spent) * 1e3, value)
"""


def main() -> None:
    print("| work | native Python, CPU | QuickJS, CPU | ratio |\n|---|---|---|---|")
    with WasmJavaScript(workers=1) as engine:
        for name, (python, javascript) in _WORK.items():
            there, value = _native(python)
            here = min(_sandboxed(engine, javascript, value) for _ in range(_ROUNDS))
            print(f"| {name} | {there:.0f} ms | {here:.0f} ms | {here / there:.1f}x |", flush=True)


def _native(source: str) -> tuple[float, int]:
    script = source + _TIMED.format(rounds=_ROUNDS)
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    spent, value = told.split()
    return float(spent), int(value)


def _sandboxed(engine: WasmJavaScript, source: str, expected: int) -> float:
    submission = Submission(
        language="javascript",
        code=source,
        function_name="f",
        tests=(TestCase(expected=expected),),
        limits=Limits(cpu_s=10),
    )
    (result,) = execute(engine, submission).results
    if result.verdict != "AC" or result.cpu_ms is None:
        raise SystemExit(f"expected both to answer {expected}; got {result}")
    return result.cpu_ms


if __name__ == "__main__":
    main()
