"""Hostile JavaScript, TypeScript and SQL: none gets an answer it did not earn, none brings anything out, and the next
run is clean. As in `test_sandbox_attacks.py`, expected answers are tokens that exist only outside the sandbox."""

from __future__ import annotations

import secrets
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.sandbox import CodeRun, Limits, Submission, TestCase, execute
from runtime.sandbox.engines import Engines, all_engines
from tests.integration.prey import Prey as Laid
from tests.integration.prey import laid_out

QUICK = Limits(cpu_s=0.1)


type Prey = Laid[Engines]


@pytest.fixture(scope="module")
def prey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prey]:
    with laid_out(all_engines(workers=1), tmp_path_factory.mktemp("host")) as prey:
        yield prey


JAVASCRIPT = {
    # reaching out
    "reading a host file": "const f = () => require('fs').readFileSync(SECRET_FILE, 'utf8')",
    "reading by another module": "const f = () => require('node:fs/promises').readFile(SECRET_FILE)",
    "the interpreter's std module": "const f = async () => (await import('std')).loadFile(SECRET_FILE)",
    "the interpreter's os module": "const f = async () => (await import('os')).readdir('/')",
    "std and os as globals": "const f = () => std.getenviron() ?? os.getcwd()",
    "importing a host file": "const f = async () => import(SECRET_FILE)",
    "importing data": "const f = async () => (await import('data:text/javascript,export default 1')).default",
    "a static import of a file": "import secret from 'SECRET_PATH'\nexport const f = () => secret",
    "the environment": "const f = () => process.env.PREPAI_TEST_SECRET",
    "all of the environment": "const f = () => JSON.stringify(process)",
    "a process": "const f = () => require('child_process').execSync('cat ' + SECRET_FILE).toString()",
    "a worker": "const f = () => new Worker('x')",
    "a web page": "const f = async () => (await fetch('http://127.0.0.1/')).text()",
    "a socket": "const f = () => new WebSocket('ws://127.0.0.1/')",
    "Node's internals": "const f = () => process.binding('fs').internalModuleReadJSON(SECRET_FILE)",
    "WebAssembly in WebAssembly": "const f = () => new WebAssembly.Module(new Uint8Array())",
    "other descriptors": """
        const f = () => {
          const fs = require('fs')
          for (let fd = 0; fd < 64; fd++) try { const s = fs.readFileSync(fd, 'utf8'); if (s) return s } catch {}
        }
    """,
    # what comes with the libraries
    "a builtin's own globals": "const f = () => require('util').inspect.constructor('return this')().host ?? 1",
    "the module that is main": "const f = () => { require.main.exports = { f: () => 'AC' }; return require.cache }",
    "a huge buffer": "const f = () => Buffer.alloc(2 ** 31 - 1).length",
    "random bytes without end": "const f = () => require('crypto').randomBytes(2 ** 30).length",
    "a digest without end": "const f = () => require('crypto').pbkdf2Sync('p', 's', 1e9, 64, 'sha512')",
    "a proxy in what is printed": """
        const trap = new Proxy({}, { getPrototypeOf() { for (;;); }, ownKeys() { throw 1 } })
        function f() { console.log(trap, new Proxy(trap, {}), Proxy.revocable({}, {}).proxy); return trap }
    """,
    "a promise that is none": "function f() { console.log(Object.create(Promise.prototype)); return 1 }",
    "an iterator that is none": """
        function f() {
          const it = new Map([[1, 2]]).keys(); Object.defineProperty(it, 'next', { value() { for (;;); } })
          console.log(it, Object.setPrototypeOf({}, new Set().values())); return 1
        }
    """,
    "an inspector that lies": """
        function f() { throw { [Symbol.for('nodejs.util.inspect.custom')]() { process.exit(0) } } }
    """,
    "patched base64": """
        Uint8Array.prototype.toBase64 = Uint8Array.fromBase64 = globalThis.btoa = () => 'AC'
        function f() { return Buffer.from('x'.repeat(1000)).toString() }
    """,
    "listeners of the process": """
        process.on('uncaughtException', () => 'AC').on('exit', () => { for (;;) process.nextTick(() => {}) })
        process.on('unhandledRejection', () => {})
        function f() { Promise.reject(1); throw new Error('AC') }
    """,
    "ticks without end": "function f() { return new Promise(() => (function g() { process.nextTick(g) })()) }",
    "rounds without end": "function f() { return new Promise(() => (function g() { setImmediate(g) })()) }",
    "a clock that jumps": "const f = () => new Promise(done => setTimeout(done, 2 ** 31 - 1)).then(() => Date.now())",
    "a namespace that holds the loop": "const f = () => require('timers').setTimeout.constructor('return turn')()",
    # out of the language
    "constructors of constructors": """
        const f = () => {
          const outer = console.log.constructor.constructor('return this')()
          return Object.getOwnPropertyNames(outer).filter(n => /host|room|guest/.test(n)).join() || outer.host
        }
    """,
    "the function constructor": "const f = x => Function('return arguments.callee.caller')()",
    "callers": """
        function f() {
          let c = f.caller, all = []
          while (c) { all.push(String(c)); c = c.caller }
          return all.join()
        }
    """,
    "arguments of callers": "var f = function () { return f.caller.arguments[0] }",
    "frames by prepareStackTrace": """
        Error.prepareStackTrace = (e, frames) => frames.map(x => x.getFunction?.() ?? x.getThis?.() ?? String(x))
        function f() { return String(new Error().stack) }
    """,
    "indirect eval": "const f = () => (0, eval)('host ?? entry ?? outcome ?? stdin')",
    "shared memory": """
        const f = () => {
          const cell = new Int32Array(new SharedArrayBuffer(4))
          return Atomics.wait(cell, 0, 0, 1e9)
        }
    """,
    "finalizers": """
        const late = new FinalizationRegistry(() => console.log('{"frame": "x"}'))
        function f() { late.register({}, 1); return 1 }
    """,
    "a getter on the global object": """
        Object.defineProperty(globalThis, 'undefined_', { get() { for (;;); } })
        Object.defineProperty(Object.prototype, 'then', { get() { return r => r('forged') }, configurable: true })
        function f() { return {} }
    """,
    # forged results
    "printing a frame": "function f() { console.log('[\"returned\",\"AC\",null]'); return 'AC' }",
    "printing an answer of the worker": r"""
        function f() { process.stdout.write('{"frame": "[\\"returned\\",1,null]", "anomaly": null}\n'); return 1 }
    """,
    "polluted prototypes": """
        Object.prototype.settled = true; Object.prototype.value = 'AC'; Object.prototype.ending = 'AC'
        Array.prototype.push = function () { return 'AC' }
        String.prototype.split = Array.prototype.join = () => 'AC'
        function f() { return {} }
    """,
    "a patched JSON": """
        JSON.stringify = () => '"AC"'; JSON.parse = () => [['AC'], {}]
        String.prototype.toJSON = Object.prototype.toJSON = Number.prototype.toJSON = () => 'AC'
        function f(x) { return x }
    """,
    "patched iteration": """
        Array.prototype[Symbol.iterator] = function* () { yield 'AC' }
        Object.keys = () => ['AC']; Object.entries = Object.values = () => []
        Array.isArray = () => true
        function f(x) { return [x] }
    """,
    "patched promises": """
        Promise.prototype.then = function (ok) { ok('AC') }
        Promise.resolve = () => ({ then: ok => ok('AC') })
        async function f() { return 1 }
    """,
    "patched functions": """
        Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => 'AC'
        Reflect.apply = Reflect.ownKeys = () => 'AC'
        function f() { return 1 }
    """,
    "replaced globals": """
        globalThis.console = globalThis.require = globalThis.process = undefined
        globalThis.eval = () => () => 'AC'
        function f() { return 1 }
    """,
    "frozen everything": """
        for (const k of [Object, Array, String, Promise, JSON, Math]) { Object.freeze(k); Object.freeze(k.prototype) }
        Object.freeze(globalThis)
        function f() { return 1 }
    """,
    "answers that equal everything": """
        class Any {
          valueOf() { return 'AC' }
          toString() { return 'AC' }
          toJSON() { return 'AC' }
          [Symbol.toPrimitive]() { return 'AC' }
        }
        function f() { return new Any() }
    """,
    "a proxy that answers anything": """
        const any = new Proxy(function () {}, { get: (_, k) => any, apply: () => any, has: () => true,
          ownKeys: () => ['a'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }) })
        function f() { return any }
    """,
    "a revoked proxy": "function f() { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy }",
    "a getter that throws": "function f() { return { get a() { throw new Error('\\ud800') } } }",
    "a getter that never ends": "function f() { return { get a() { for (;;); } } }",
    "a getter that ends the program": "function f() { return { get a() { process.exit(0) } } }",
    "an error that explodes": """
        function f() { throw new (class extends Error { get message() { throw this } get stack() { for (;;); } })() }
    """,
    "an error that is a proxy": "function f() { throw new Proxy(new Error('x'), { get() { throw 1 } }) }",
    "ending early": "process.exit(0); function f() {}",
    "swallowing the output limit": "function f() { for (;;) try { console.log('x'.repeat(1e4)) } catch {} }",
    "a thenable that never settles": "const f = () => ({ then() {} })",
    "a thenable of thenables": "const t = () => ({ then: ok => ok(t()) }); const f = t",
    "lone surrogates": "function f() { console.log('\\udfff'); return '\\ud800\\udfff\\ud800' }",
    # time, memory, stack
    "burning time": "function f() { for (;;); }",
    "a regular expression": "function f() { return /^(a+)+$/.test('a'.repeat(40) + 'b') }",
    "endless microtasks": "function f() { return new Promise(() => { const g = () => queueMicrotask(g); g() }) }",
    "endless timers": "function f() { return new Promise(() => setInterval(() => {}, 1e9)) }",
    "a huge BigInt": "function f() { let n = 3n; for (;;) n *= n }",
    "a huge BigInt as text": "function f() { return String(2n ** (2n ** 24n)).length }",
    "sorting forever": "function f() { return [3, 1, 2].sort(function again() { return [1, 2].sort(again), 0 }) }",
    "eating memory": "function f() { const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1)) }",
    "eating memory with strings": "function f() { for (let s = 'x', a = [];; s += 'y'.repeat(1e5)) a.push(s + 1) }",
    "eating memory with closures": "function f() { let g = () => 1; for (;;) { const h = g; g = () => h } }",
    "a huge array": "function f() { return new Array(2 ** 32 - 1) }",
    "a sparse array": "function f() { const a = []; a[4e9] = 1; return a }",
    "a deep stack": "function f(x) { return f(x) + 1 }",
    "a deep stack of natives": "function f() { return [1].map(f) }",
    "a deep proxy": "function f() { let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return p.x }",
    "deep nesting": "function f() { let a = []; for (let i = 0; i < 200000; i++) a = [a]; return a }",
    "deep JSON": "function f() { return JSON.parse('['.repeat(200000) + ']'.repeat(200000)) }",
    "deep source": "function f() { return eval('['.repeat(1e5)) }",
    "deep expressions": "function f() { return eval('1' + '+1'.repeat(1e6)) }",
    "a deep regular expression": "function f() { return new RegExp('(?:'.repeat(2e5)) }",
}
# Each ends two workers by the CPU timer; a few such attacks are enough in the everyday suite.
SLOW = {
    *(
        "a getter that never ends",
        "a regular expression",
        "endless timers",
        "a huge BigInt",
        "endless microtasks",
        "ticks without end",
        "rounds without end",
    ),
    *(
        "a thenable of thenables",
        "a huge BigInt as text",
        "eating memory with strings",
        "an error that explodes",
    ),
}
TYPESCRIPT = {
    "attacking the stripper": "/*" + "*" * 60_000 + "\nfunction f(x: number): number { return 1 }",
    "a nest of generics": "type A = "
    + "Array<" * 8_000
    + "1"
    + ">" * 8_000
    + "\nfunction f(): number { return 1 }",
    "a nest of arrows": "const f = " + "(a: number) => " * 4_000 + "1",
    "an ambiguous nest": "const f = " + "(a < b > (" * 3_000 + "1" + "))" * 3_000,
    "templates in templates": "const f = () => " + "`${" * 8_000 + "1" + "}`" * 8_000,
    "replacing the stripper": """
        (globalThis as any).strip = () => 'function f() { return 1 }'
        Object.prototype.code = "function f() { return 'AC' }"
        function f(x: number): any { return (globalThis as any).files ?? 1 }
    """,
    "an enum that computes": "enum E { A = (() => { for (;;); })() as any }\nfunction f(): number { return E.A }",
    "a nest of namespaces": "namespace A {" * 3_000 + "}" * 3_000 + "\nfunction f(): number { return 1 }",
    "many namespaces": "namespace A {}\n" * 3_000 + "function f(): number { return 1 }",
    "a namespace with a hostile name": "namespace __proto__ { export const x = 1 }\nfunction f(): any { return x }",
    "a decorator": "function d(t: any) { throw 'x' }\n@d class A {}\nfunction f(): number { return 1 }",
    "lone surrogates in types": "type A = '\ud800'\nfunction f(x: A): string { return '\ud800' }",
    "reading a host file": "import { readFileSync as r } from 'fs'\nexport const f = (): string => r(SECRET_FILE, '')",
}
SQL = {
    "attaching a file": "attach SECRET_FILE as s; select * from s.sqlite_master",
    "attaching a new file": "attach '/tmp/prepai-escaped' as s; create table s.t(a)",
    "attaching memory": "attach ':memory:' as s; select 1",
    "vacuuming into a file": "vacuum into '/tmp/prepai-escaped'; select 1",
    "reading a file": "select readfile(SECRET_FILE)",
    "writing a file": "select writefile('/tmp/prepai-escaped', 'x')",
    "editing": "select edit('x', 'sh')",
    "loading an extension": "select load_extension('/lib/x86_64-linux-gnu/libc.so.6')",
    "loading by pragma": "pragma enable_load_extension = 1; select load_extension('x')",
    "a file as a table": "create virtual table t using csv(filename=SECRET_FILE); select * from t",
    "a file system as a table": "select * from fsdir('/')",
    "a writable schema": """
        pragma writable_schema = on;
        update sqlite_master set sql = 'create table t(x)'; select 1
    """,
    "temporary files": "pragma temp_store = 1; pragma temp_store_directory = '/tmp'; select 1",
    "a journal": "pragma journal_mode = wal; select 1",
    "raising the heap": "pragma hard_heap_limit = 0; pragma soft_heap_limit = 0; select 1",
    "mapped memory": "pragma mmap_size = 268435456; select 1",
    "the tokenizer's pointer": "select fts3_tokenizer('simple', x'4141414141414141')",
    "a forged pointer": "select hex(sqlite_source_id()), printf('%n%s', 1)",
    "compile options": "select group_concat(compile_options) from pragma_compile_options",
    "the stack by a deep expression": "select " + "(" * 4000 + "1" + ")" * 4000,
    "the stack by many selects": " union all ".join(["select 1"] * 700),
    "a trigger that never ends": """
        pragma recursive_triggers = on; create table a(x);
        create trigger t after insert on a begin insert into a values (new.x + 1); end;
        insert into a values (1); select 1
    """,
    "counting forever": "with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r",
    "joining forever": """
        with recursive r(n) as (select 1 union all select n + 1 from r limit 3000)
        select count(*) from r a, r b, r c, r d
    """,
    "a pattern that never ends": "select printf('%.100000c', 'a') like replace(printf('%.20c', 'x'), 'x', '%a') || 'b'",
    "a regular expression that never ends": "select printf('%.40c', 'a') || 'b' regexp '(a+)+$'",
    "a regular expression too deep": "select 'a' regexp replace(printf('%.20000c', 'x'), 'x', '(')",
    "a regular expression in a trigger": """
        create table a(x); create trigger t after insert on a begin
        select (select hex(new.x) regexp '(0+)+$' from a b, a c, a d, a e, a f); end;
        insert into a values (zeroblob(100000)), (zeroblob(100000)); select 1
    """,
    "random bytes": "select randomblob(2000000000)",
    "zeros": "select hex(zeroblob(2000000000))",
    "padding": "select printf('%*c', 2000000000, 'x')",
    "replacing": "select replace(replace(hex(zeroblob(100000)), '0', hex(zeroblob(1000))), '0', hex(zeroblob(1000)))",
    "eating memory": """
        create table b as with recursive r(n) as (select 1 union all select n + 1 from r)
        select randomblob(1000000) x from r
    """,
    "a flood of rows": "with recursive r(n) as (select 1 union all select n + 1 from r) select * from r",
    "a flood of columns": "select " + ",".join(map(str, range(5000))),
    "binary": "select x'fffe00'",
    "lone surrogates": "select '\ud800'",
    "NUL bytes": "select '\0'",
    "printing a frame": 'select \'["returned",{"columns":[],"rows":[]},null]\'',
    "columns as rows": "select 'columns' as rows, 'rows' as columns",
    "a statement within a statement": "explain select * from sqlite_master",
}


def test_there_are_attacks_enough() -> None:
    assert len(JAVASCRIPT) + len(TYPESCRIPT) + len(SQL) >= 100


def attack(prey: Prey, language: str, code: str) -> CodeRun:
    code = (
        textwrap.dedent(code)
        .replace("SECRET_FILE", repr(str(prey.file)))
        .replace("SECRET_PATH", str(prey.file))
    )
    expected = secrets.token_hex(16)
    if language == "sql":
        tests = tuple(
            TestCase(stdin=f"create table n(x); insert into n values ({n})", expected=[[expected]])
            for n in range(2)
        )
        return execute(prey.engine, Submission(language=language, code=code, tests=tests, limits=QUICK))
    tests = tuple(TestCase(args=(number,), expected=expected) for number in range(2))
    return execute(
        prey.engine, Submission(language=language, code=code, function_name="f", tests=tests, limits=QUICK)
    )


CONTROL = """
function f(x) {
  const clean = [1, 2].map(n => n + 1).join() === '2,3' && JSON.stringify({ a: [1] }) === '{"a":[1]}'
    && Object.keys({ a: 1 }).length === 1 && !('left' in globalThis) && !('left' in Object.prototype)
    && Math.max(1, 2) === 2 && [...'ab'].length === 2 && typeof console.log === 'function'
    && new Date().getFullYear() > 2000
  return clean ? x * 2 : 'unclean'
}
"""


def assert_control_runs_are_right(engine: Engines, language: str) -> None:
    if language == "sql":
        tests = tuple(
            TestCase(stdin="create table n(x); insert into n values (21)", expected=[[n]]) for n in (42, 9)
        )
        run = execute(engine, Submission(language="sql", code="select x * 2 from n", tests=tests))
        assert [result.verdict for result in run.results] == ["AC", "WA"]
        return
    tests = (TestCase(args=(21,), expected=42), TestCase(args=(4,), expected=9))
    run = execute(engine, Submission(language=language, code=CONTROL, function_name="f", tests=tests))
    assert [(result.verdict, result.actual) for result in run.results] == [("AC", 42), ("WA", 8)]


def cases(language: str, attacks: dict[str, str]) -> list[object]:
    return [
        pytest.param(
            language, name, code, id=f"{language}: {name}", marks=pytest.mark.long if name in SLOW else []
        )
        for name, code in attacks.items()
    ]


@pytest.mark.parametrize(
    ("language", "name", "code"),
    [*cases("javascript", JAVASCRIPT), *cases("typescript", TYPESCRIPT), *cases("sql", SQL)],
)
def test_an_attack_gains_nothing(prey: Prey, language: str, name: str, code: str) -> None:
    run = attack(prey, language, code)
    assert len(run.results) == 2
    for result in run.results:
        assert result.verdict in {"WA", "RE", "TLE", "MLE", "OLE", "CE"}, result
        assert prey.secret not in result.model_dump_json()
    assert prey.file.read_text() == prey.secret
    assert not Path("/tmp/prepai-escaped").exists()
    assert_control_runs_are_right(prey.engine, language)


SURVIVORS = {
    "a global": "globalThis.left = 1; function f() { return 1 }",
    "a prototype": "Object.prototype.left = Array.prototype.map = 1; function f() { return 1 }",
    "a built-in": "JSON.stringify = Math.max = Object.keys = () => 41; function f() { return 1 }",
    "a timer": "setInterval(() => { globalThis.left = 1 }, 1); function f() { setTimeout(f); return 1 }",
    "a promise": "function f() { (async () => { for (;;) { await null; globalThis.left = 1 } })(); return 1 }",
    "the clock": "function f() { return new Promise(done => setTimeout(done, 1e15)) }",
    "a full heap": "globalThis.left = []; for (let i = 0; i < 99; i++) left.push(new Uint8Array(1e6)); f = () => 1",
    "the harness": "console.log.constructor.prototype.call = () => 41; function f() { return 1 }",
}


@pytest.mark.parametrize("left", SURVIVORS)
def test_nothing_survives_into_the_next_run(prey: Prey, left: str) -> None:
    attack(prey, "javascript", SURVIVORS[left])
    assert_control_runs_are_right(prey.engine, "javascript")


def test_a_legitimate_change_of_the_language_breaks_nothing(prey: Prey) -> None:
    code = """
    Array.prototype.last = function () { return this[this.length - 1] }
    String.prototype.split = function () { return [] }
    Object.keys = null
    function f(x) { return { last: [x, x + 1].last(), list: [x] } }
    """
    test = TestCase(args=(1,), expected={"last": 2, "list": [1]})
    submission = Submission(language="javascript", code=code, function_name="f", tests=(test,))
    assert execute(prey.engine, submission).results[0].verdict == "AC"


def test_hidden_tests_show_nothing_they_printed(prey: Prey) -> None:
    for language, code in {
        "javascript": "function f(x) { console.log('hidden input', x); throw new Error(x) }",
        "typescript": "function f(x: string) { console.log('hidden input', x); throw new Error(x) }",
    }.items():
        tests = (TestCase(args=("the hidden input",), expected=1, hidden=True),)
        submission = Submission(language=language, code=code, function_name="f", tests=tests)
        assert "hidden input" not in execute(prey.engine, submission).public().model_dump_json()
    tests = (TestCase(stdin="create table t as select 'the hidden input' as a", expected=[], hidden=True),)
    run = execute(prey.engine, Submission(language="sql", code="select a, nope from t", tests=tests))
    assert "hidden input" not in run.public().model_dump_json()
