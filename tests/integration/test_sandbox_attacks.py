"""Hostile programs: none gets an answer it did not earn, none brings anything out, and the next run is clean.

Every attack is called with an input whose expected answer is a token that exists only outside the sandbox; the
engine's parent also holds a secret in its environment and in a file.
"""

from __future__ import annotations

import secrets
import textwrap
from collections.abc import Iterator

import pytest

from runtime.sandbox import CodeRun, Limits, Submission, TestCase, execute
from runtime.sandbox.wasm_python import WasmPython
from tests.integration.prey import Prey as Laid
from tests.integration.prey import laid_out

QUICK = Limits(cpu_s=0.1)


type Prey = Laid[WasmPython]


@pytest.fixture(scope="module")
def prey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prey]:
    with laid_out(WasmPython(workers=1), tmp_path_factory.mktemp("host")) as prey:
        yield prey


def function(engine: WasmPython, code: str, expected: str) -> CodeRun:
    tests = tuple(TestCase(args=(number,), expected=expected) for number in range(2))
    return execute(
        engine, Submission(language="python", code=code, function_name="f", tests=tests, limits=QUICK)
    )


ATTACKS = {
    # the file system
    "reading a host file": "def f(x): return open(SECRET_FILE).read()",
    "reading by a climbing path": """
        def f(x): return open('/python-stdlib/../../../../../..' + SECRET_FILE).read()
    """,
    "reading by a relative path": "def f(x): return open('..' + SECRET_FILE).read()",
    "reading by a symbolic link": """
        import os
        def f(x):
            os.symlink(SECRET_FILE, '/data/l')
            return open('/data/l').read()
    """,
    "reading by a hard link": """
        import os
        def f(x):
            os.link(SECRET_FILE, '/data/l')
            return open('/data/l').read()
    """,
    "listing the root": """
        import os
        def f(x): return os.listdir('/')
    """,
    "listing above the library": """
        import os
        def f(x): return os.listdir('/python-stdlib/..')
    """,
    "reading process files": "def f(x): return open('/proc/self/environ').read()",
    "reading passwords": """
        import pathlib
        def f(x): return pathlib.Path('/etc/passwd').read_text()
    """,
    "writing a host file": "def f(x): return open(SECRET_FILE, 'w').write('gone')",
    "changing the library": """
        import os
        def f(x):
            os.rename('/python-stdlib/this.py', '/python-stdlib/that.py')
    """,
    "filling the disk": """
        def f(x):
            with open('/data/x', 'wb') as file:
                for _ in range(1000): file.write(bytes(10**6))
    """,
    "other descriptors": """
        import os
        def f(x):
            for fd in range(3, 64):
                try: return os.read(fd, 100).decode()
                except OSError: pass
            raise OSError('nothing')
    """,
    # the environment, the network, processes, native code
    "the environment": """
        import os
        def f(x): return os.environ['PREPAI_TEST_SECRET']
    """,
    "all of the environment": """
        import os
        def f(x): return dict(os.environ)
    """,
    "a connection": """
        import socket
        def f(x): return socket.create_connection(('127.0.0.1', 22), 1).recv(9).decode()
    """,
    "a server": """
        import socket
        def f(x):
            s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); return 'listening'
    """,
    "a web page": """
        import urllib.request
        def f(x): return urllib.request.urlopen('http://127.0.0.1/').read().decode()
    """,
    "the runtime's own connect": """
        import _eryx
        def f(x): return _eryx._eryx_tcp_connect('127.0.0.1', 22)
    """,
    "a subprocess": """
        import subprocess
        def f(x): return subprocess.check_output(['cat', SECRET_FILE]).decode()
    """,
    "a shell": """
        import os
        def f(x): return os.popen('cat ' + SECRET_FILE).read()
    """,
    "fork": """
        import os
        def f(x): return os.fork()
    """,
    "killing the parent": """
        import os
        def f(x): return os.kill(os.getppid(), 9)
    """,
    "ctypes": """
        import ctypes
        def f(x): return ctypes.string_at(0, 10)
    """,
    "a native module": """
        import _ctypes
        def f(x): return 1
    """,
    "raising limits": """
        import resource
        def f(x): resource.setrlimit(resource.RLIMIT_CPU, (-1, -1))
    """,
    "ignoring the timer": """
        import signal
        def f(x):
            signal.signal(27, signal.SIG_IGN)
            while True: pass
    """,
    "a thread that outlives": """
        import threading
        def f(x): threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()
    """,
    "writing into memory": """
        import _eryx
        def f(x): return _eryx.context_set_(2**31)
    """,
    # forged results
    "printing a frame": """
        def f(x):
            print('["returned", "AC", null]')
            return "AC"
    """,
    "writing to every descriptor": r"""
        import os
        def f(x):
            for fd in range(64):
                try: os.write(fd, b'{"frame": "[\\"returned\\", 1, null]"}')
                except BaseException: pass
            return 1
    """,
    "reading later questions": """
        import os
        def f(x): return [os.read(0, 1000).decode(), open('/dev/stdin').read()]
    """,
    "a verdict as the ending": """
        import sys
        sys.modules["_room"]._frame = lambda *a, **k: '["AC", "AC", null]'
        def f(x): 1 / 0
    """,
    "replacing the harness": """
        import sys, types
        class Room:
            def __getattr__(self, name): return lambda *a: '["returned", true, null]'
        sys.modules["_room"] = Room()
        def f(x): 1
    """,
    "replacing the encoder": """
        import sys
        sys.modules['_room']._encode = lambda value: '{}'
        def f(x): return 1
    """,
    "replacing the result capture": """
        import gc
        def f(x):
            for o in gc.get_objects():
                if isinstance(o, dict) and '_eryx_capture_result' in o:
                    o['_eryx_capture_result'] = lambda *a: None
            return 1
    """,
    "answers that equal everything": """
        class Any:
            def __eq__(self, other): return True
            __hash__ = None
        def f(x): return Any()
    """,
    "a string that equals everything": """
        class Any(str):
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            __hash__ = str.__hash__
        def f(x): return Any('x')
    """,
    "patched builtins": """
        import builtins
        builtins.isinstance = lambda *a: True
        builtins.len = lambda x: 0
        builtins.type = str
        def f(x): return 1
    """,
    "patched json": """
        import json, json.encoder
        json.dumps = lambda *a, **k: 'true'
        json.encoder.c_make_encoder = None
        json.JSONEncoder.encode = lambda *a: 'true'
        def f(x): return 1
    """,
    "ending early": """
        import sys
        sys.exit(0)
        def f(x): pass
    """,
    "ending the interpreter while loading": """
        import os
        os._exit(0)
        def f(x): pass
    """,
    "ending at exit": """
        import atexit, os
        atexit.register(os._exit, 0)
        def f(x): return 1
    """,
    "an exception that is no Exception": """
        class Quiet(BaseException): pass
        def f(x): raise Quiet
    """,
    "an exception that explodes": """
        class Bomb(Exception):
            def __str__(self): raise self
            __repr__ = __str__
        def f(x): raise Bomb
    """,
    "swallowing the output limit": """
        def f(x):
            while True:
                try: print('x' * 10_000)
                except BaseException: pass
    """,
    # introspection: the expected answer and what the harness knows
    "walking the stack": """
        import sys
        def f(x):
            frame, seen = sys._getframe(), []
            while frame:
                seen.append(repr(frame.f_locals)[:2000]); frame = frame.f_back
            print(seen)
            return seen
    """,
    "walking the heap": """
        import gc
        def f(x):
            values = [o for d in gc.get_objects() if isinstance(d, dict) for o in list(d.values())]
            found = [o for o in values if isinstance(o, str) and len(o) == 32]
            print(found)
            return found[-1] if found else None
    """,
    "tracing the harness": """
        import sys
        seen = []
        sys.settrace(lambda frame, event, arg: seen.append(str(frame.f_locals)[:200]))
        def f(x):
            print(seen)
            return seen[-1] if seen else None
    """,
    "asking for callbacks": """
        import _eryx
        def f(x): return _eryx._eryx_invoke('expected', '{}')
    """,
    # time, memory, stack
    "burning time": """
        def f(x):
            while True: pass
    """,
    "burning time in C": "def f(x): return sum(range(10**12))",
    "a regular expression": """
        import re
        def f(x): return re.match('(a+)+$', 'a' * 40 + 'b')
    """,
    "eating memory": """
        def f(x):
            a = []
            while True: a.append(bytearray(10**6))
    """,
    "a big number": "def f(x): return 9 ** 9 ** 9",
    "a deep stack": """
        import sys
        sys.setrecursionlimit(10**8)
        def f(x): return f(x)
    """,
    "deep nesting": """
        def f(x):
            a = []
            for _ in range(200_000): a = [a]
            return a
    """,
}
# Each ends two workers by the CPU timer; one such attack is enough in the everyday suite.
SLOW = {"burning time in C", "a regular expression", "a big number", "a deep stack"}
SURVIVORS = {
    "a builtin": """
        import builtins
        builtins.sum = lambda *a: 41
        def f(x): return 1
    """,
    "a library module": """
        import random, json
        random.random = json.loads = lambda *a: 41
        def f(x): return 1
    """,
    "a new module": """
        import sys, types
        sys.modules['left'] = types.ModuleType('left')
        def f(x): return 1
    """,
    "a variable": """
        import os
        os.environ['LEFT'] = 'behind'
        def f(x): return 1
    """,
    "a file": """
        def f(x):
            try: open('/data/left', 'w').write('behind')
            except OSError: pass
            return 1
    """,
    "the harness": """
        import sys
        room = sys.modules['_room']
        room._returned = lambda v: '["returned", 41, null]'
        def f(x): return 1
    """,
    "an event loop": """
        import asyncio
        asyncio.set_event_loop(None)
        def f(x): return 1
    """,
    "a full heap": """
        left = [bytearray(10**6) for _ in range(100)]
        def f(x): return 1
    """,
}
CONTROL = """
import builtins, json, os, random, sys
def f(x):
    try:
        left = os.listdir("/data")
    except OSError:
        left = []
    clean = (sum([1, 2]) == 3 and json.loads("3") == 3 and random.random() < 1 and not left
             and "left" not in sys.modules and "LEFT" not in os.environ and not hasattr(builtins, "left"))
    return x * 2 if clean else "unclean"
"""


def assert_control_run_is_right(engine: WasmPython) -> None:
    tests = (TestCase(args=(21,), expected=42), TestCase(args=(4,), expected=9))
    run = execute(engine, Submission(language="python", code=CONTROL, function_name="f", tests=tests))
    assert [(result.verdict, result.actual) for result in run.results] == [("AC", 42), ("WA", 8)]


@pytest.mark.parametrize(
    "attack", [pytest.param(name, marks=pytest.mark.long) if name in SLOW else name for name in ATTACKS]
)
def test_an_attack_gains_nothing(prey: Prey, attack: str) -> None:
    code = textwrap.dedent(ATTACKS[attack]).replace("SECRET_FILE", repr(str(prey.file)))
    run = function(prey.engine, code, expected=secrets.token_hex(16))
    assert len(run.results) == 2
    for result in run.results:
        assert result.verdict in {"WA", "RE", "TLE", "MLE", "OLE"}, result
        assert prey.secret not in result.model_dump_json()
    assert prey.file.read_text() == prey.secret
    assert_control_run_is_right(prey.engine)


@pytest.mark.parametrize("attack", ["walking the stack", "walking the heap", "tracing the harness"])
def test_the_expected_answer_is_nowhere_inside(prey: Prey, attack: str) -> None:
    expected = secrets.token_hex(16)
    run = function(prey.engine, textwrap.dedent(ATTACKS[attack]), expected)
    assert expected not in run.model_dump_json()


@pytest.mark.parametrize("left", SURVIVORS)
def test_nothing_survives_into_the_next_run(prey: Prey, left: str) -> None:
    function(prey.engine, textwrap.dedent(SURVIVORS[left]), expected="x")
    assert_control_run_is_right(prey.engine)


def test_hidden_tests_show_nothing_they_printed(prey: Prey) -> None:
    code = "def f(x):\n    print('hidden input', x)\n    raise ValueError(x)"
    tests = (TestCase(args=("the hidden input",), expected=1, hidden=True),)
    run = execute(
        prey.engine, Submission(language="python", code=code, function_name="f", tests=tests, limits=QUICK)
    )
    assert "hidden input" not in run.public().model_dump_json()
