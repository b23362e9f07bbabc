# ruff: noqa: E501 - programs, many on one line each
"""Hostile programs in the kernel engine: none gets an answer it did not earn, none brings anything out, none stays.

An attack prints `GOT` when it got what it wanted. The answer it would need is a token that exists only outside; the
engine's parent holds a secret in its environment and in a file. After every attack a control run in the same language
must be right, and nothing of the attack may be left.

The same programs run as whoever runs the tests, as an ordinary user, and without namespaces (`test_kernel_users.py`).
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import socket
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime.sandbox import CodeRun, Limits, Submission, TestCase, execute
from runtime.sandbox.kernel import KernelEngine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel engine is Linux's")

QUICK = Limits(cpu_s=0.3)
BAD = {"WA", "RE", "TLE", "MLE", "OLE", "CE"}


@dataclass(frozen=True)
class Prey:
    """What an attacker would like to have."""

    engine: KernelEngine
    secret: str
    file: Path
    port: int
    # What else the process of these tests has started, and is none of the engine's.
    others: frozenset[int]


@pytest.fixture(scope="module")
def prey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prey]:
    secret = secrets.token_hex(16)
    file = tmp_path_factory.mktemp("host") / "secret"
    file.write_text(secret)
    file.chmod(0o666)
    os.environ["PREPAI_TEST_SECRET"] = secret
    others = frozenset(_descendants(os.getpid()))
    namespaces = os.environ.get("PREPAI_TEST_NAMESPACES") != "off"
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        KernelEngine(workers=1, native_python=True, namespaces=namespaces) as engine,
    ):
        assert engine.trial().namespaces is namespaces or not namespaces
        yield Prey(engine, secret, file, listening.getsockname()[1], others)
    del os.environ["PREPAI_TEST_SECRET"]


C_HEAD = r"""
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
static void show(const char *path) {
    char b[256]; int f = open(path, O_RDONLY); long n = f < 0 ? -1 : read(f, b, sizeof b - 1);
    if (n > 0) { b[n] = 0; printf("GOT %s\n", b); } else printf("%s\n", strerror(errno));
}
static void got(long result) { if (result >= 0) puts("GOT"); else puts(strerror(errno)); }
"""
C_ATTACKS = {
    # files
    "reading a host file": "int main(void) { show(SECRET_FILE); }",
    "reading by a climbing path": 'int main(void) { show("../../../../../../.." SECRET_FILE); }',
    "reading passwords": 'int main(void) { show("/etc/passwd"); show("/etc/shadow"); }',
    "reading process files": 'int main(void) { show("/proc/self/environ"); show("/proc/1/environ"); show("/proc/self/maps"); }',
    "reading the parent's environment": """int main(void) {
        char p[64]; sprintf(p, "/proc/%d/environ", getppid()); show(p); }""",
    "listing folders": """int main(void) {
        const char *all[] = {"/", "/tmp", "/home", "/root", "/usr/bin", "/proc", ".", "/box"};
        for (int i = 0; i < 8; i++) { DIR *d = opendir(all[i]); struct dirent *e;
            while (d && (e = readdir(d))) printf("GOT %s\\n", e->d_name); } }""",
    "writing files": """int main(void) {
        const char *all[] = {"/tmp/left", "left", "/box/left", "/dev/shm/left", "/var/tmp/left", SECRET_FILE};
        for (int i = 0; i < 6; i++) { int f = open(all[i], O_WRONLY | O_CREAT, 0666);
            if (f >= 0) got(write(f, "left", 4)); } }""",
    "emptying a file by reading": "int main(void) { got(open(SECRET_FILE, O_RDONLY | O_TRUNC)); got(truncate(SECRET_FILE, 0)); }",
    "removing and renaming": """int main(void) {
        got(unlink(SECRET_FILE)); got(rename(SECRET_FILE, "/tmp/left-renamed")); got(chmod(SECRET_FILE, 0)); got(chown(SECRET_FILE, 1, 1));
        got(mkdir("/tmp/left", 0777)); got(symlink(SECRET_FILE, "/tmp/left-linked")); got(link(SECRET_FILE, "/tmp/left-linked")); }""",
    "its own source": 'int main(void) { show("solution.c"); show("./solution.c"); show("../solution.c"); }',
    "changing root": 'int main(void) { got(chroot("/")); got(syscall(SYS_pivot_root, ".", ".")); }',
    # network
    "a connection": """int main(void) {
        int s = socket(AF_INET, SOCK_STREAM, 0); struct sockaddr_in a = {AF_INET, htons(PORT), {htonl(0x7f000001)}};
        got(connect(s, (void *)&a, sizeof a)); }""",
    "sockets of all kinds": """int main(void) { int p[2];
        for (int f = 0; f < 46; f++) for (int t = 1; t < 6; t++) if (socket(f, t, 0) >= 0) puts("GOT");
        got(socketpair(AF_UNIX, SOCK_STREAM, 0, p)); }""",
    "an io_uring": "int main(void) { char p[256] = {0}; got(syscall(SYS_io_uring_setup, 8, p)); }",
    # processes and signals
    "a fork bomb": 'int main(void) { for (;;) { if (fork() >= 0) puts("GOT"); } }',
    "other forks": """int main(void) {
        got(vfork()); got(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
        struct { unsigned long f, a[10]; } c = {0}; got(syscall(435, &c, sizeof c)); }""",
    "a shell": 'int main(void) { if (system("cat " SECRET_FILE) == 0) puts("GOT"); FILE *p = popen("id", "r"); if (p) puts("GOT"); }',
    "another program": """int main(void) { char *a[] = {"sh", "-c", "echo GOT", 0};
        execv("/bin/sh", a); execv("/usr/bin/python3", a); execv("/usr/bin/gcc", a); puts(strerror(errno)); }""",
    "itself again": """int main(int n, char **v) { char *a[] = {"again", 0}; if (v[0][0] == 'a') { puts("GOT"); return 0; }
        execv("/proc/self/exe", a); execv(v[0], a); execv("solution", a);
        for (int f = 0; f < 64; f++) syscall(SYS_execveat, f, "", a, environ, AT_EMPTY_PATH);
        for (long c = 0; c < 100000; c++) syscall(SYS_execveat, 0, "", a, environ, AT_EMPTY_PATH, c); }""",
    "the cookie of its own execution": """#include <sys/auxv.h>
        int main(int n, char **v) { char *a[] = {"again", 0}; unsigned long *p = (unsigned long *)v;
        for (int i = -4096; i < 4096; i++) if ((unsigned long)(p + i) < getauxval(AT_EXECFN))
            syscall(SYS_execveat, 0, "", a, environ, AT_EMPTY_PATH, p[i]); }""",
    "killing the parent": "int main(void) { got(kill(getppid(), SIGKILL)); got(kill(-1, SIGKILL)); got(kill(1, SIGKILL)); got(kill(0, SIGTERM)); }",
    "killing threads of others": "int main(void) { got(syscall(SYS_tgkill, getppid(), getppid(), 9)); got(syscall(SYS_tkill, getppid(), 9)); }",
    "a signal by descriptor owner": """int main(void) {
        got(fcntl(1, F_SETOWN, getppid())); got(fcntl(1, F_SETSIG, SIGKILL)); got(fcntl(1, F_NOTIFY, 1)); }""",
    "tracing": """int main(void) { got(ptrace(PTRACE_TRACEME, 0, 0, 0)); got(ptrace(PTRACE_ATTACH, getppid(), 0, 0));
        got(ptrace(PTRACE_SEIZE, getppid(), 0, 0)); }""",
    "another's memory": """int main(void) { char b[8]; struct iovec l = {b, 8}, r = {(void *)0x400000, 8};
        got(process_vm_readv(getppid(), &l, 1, &r, 1, 0)); got(process_vm_writev(getppid(), &l, 1, &r, 1, 0));
        got(open("/proc/self/mem", O_RDWR)); }""",
    "a session of its own": "int main(void) { got(setsid()); got(setpgid(0, 0)); }",
    "handles on others": "int main(void) { got(syscall(434, getppid(), 0)); got(syscall(438, 0, 0, 0)); }",
    # limits, rights and the kernel
    "raising limits": """int main(void) { struct rlimit l = {RLIM_INFINITY, RLIM_INFINITY};
        for (int i = 0; i < 16; i++) if (setrlimit(i, &l) == 0) puts("GOT");
        got(prlimit(getppid(), RLIMIT_CPU, &l, 0)); got(prlimit(0, RLIMIT_DATA, &l, 0)); }""",
    "affinity and priority": """int main(void) { cpu_set_t s; CPU_ZERO(&s); CPU_SET(0, &s); got(sched_setaffinity(0, sizeof s, &s));
        struct sched_param p = {1}; got(sched_setscheduler(0, SCHED_FIFO, &p)); got(nice(-5)); got(setpriority(0, 0, 5)); }""",
    "other users": "int main(void) { got(setuid(0)); got(setgid(0)); got(setreuid(0, 0)); got(syscall(SYS_setgroups, 0, 0)); }",
    "namespaces and mounts": """#include <sys/mount.h>
        int main(void) { got(unshare(CLONE_NEWUSER)); got(unshare(CLONE_NEWNS)); got(mount("x", "/", "tmpfs", 0, 0)); got(umount("/")); }""",
    "the kernel's corners": """int main(void) { char b[256] = {0}; got(syscall(SYS_bpf, 0, b, 64)); got(syscall(323, 0));
        got(syscall(SYS_keyctl, 0, 0, 0)); got(syscall(SYS_add_key, "user", "x", b, 1, -3)); got(syscall(SYS_perf_event_open, b, 0, -1, -1, 0));
        got(syscall(SYS_init_module, b, 1, "")); got(syscall(SYS_kexec_load, 0, 0, 0, 0)); got(syscall(SYS_personality, 0x40000)); }""",
    "undoing the filter": """int main(void) { got(prctl(PR_SET_SECCOMP, 0, 0)); got(syscall(SYS_seccomp, 1, 0, 0)); got(prctl(PR_SET_DUMPABLE, 1));
        got(prctl(PR_SET_PDEATHSIG, 0)); got(prctl(PR_SET_CHILD_SUBREAPER, 1)); got(syscall(446, 0, 0)); }""",
    "system calls of another machine": """int main(void) {
        #ifdef __x86_64__
        long r; __asm__ volatile("int $0x80" : "=a"(r) : "a"(20)); if (r > 0) puts("GOT"); got(syscall(0x40000000 | 39));
        #endif
        }""",
    "other descriptors": """int main(void) { char b[100]; struct stat s;
        for (int f = 3; f < 1024; f++) if (fstat(f, &s) == 0 || write(f, "x", 1) >= 0) printf("GOT %d\\n", f);
        if (write(0, "x", 1) >= 0 || ftruncate(0, 100) == 0) puts("GOT"); }""",
    "the environment": """int main(void) { for (char **e = environ; *e; e++) printf("GOT %s\\n", *e); }""",
    # time and memory
    "a handler for the end": """static void on(int s) { (void)s; }
        int main(void) { for (int s = 1; s < 65; s++) signal(s, on); sigset_t a; sigfillset(&a); sigprocmask(SIG_SETMASK, &a, 0); for (;;); }""",
    "sleeping for ever": "int main(void) { for (;;) pause(); }",
    "closing everything and staying": "int main(void) { for (int f = 0; f < 64; f++) close(f); for (;;); }",
    "thousands of threads": """static void *f(void *x) { for (;;) pause(); return x; }
        int main(void) { pthread_attr_t a; pthread_attr_init(&a); pthread_attr_setstacksize(&a, 16384); pthread_t t; int n = 0;
        while (n < 3000 && pthread_create(&t, &a, f, 0) == 0) n++; if (n > 200) printf("GOT %d\\n", n); fflush(0); _exit(0); }""",
    "shared memory": """int main(void) { long m = 1L << 30;
        got((long)mmap(0, m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == -1 ? -1 : 0);
        got(syscall(SYS_memfd_create, "x", 0)); got(syscall(SYS_shmget, 0, m, 0x3ff)); }""",
    "pages of page tables": """int main(void) { long step = 2L << 20, size = 64L << 40; volatile char *p = mmap(0, size, PROT_READ,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0); if (p == MAP_FAILED) { puts(strerror(errno)); return 0; }
        puts("GOT"); for (long i = 0; i < size; i += step) (void)p[i]; }""",
    "a deep stack": "int f(volatile int x) { volatile char b[4096]; b[0] = x; return f(x + 1) + b[0]; } int main(void) { return f(0); }",
    "variables larger than memory": "static char all[1L << 30]; int main(void) { all[1L << 29] = 1; return all[5]; }",
    "a flood on standard error": 'int main(void) { for (;;) fprintf(stderr, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"); }',
}  # fmt: skip
C_SOURCES = {
    "including a host file": "#include SECRET_FILE\nint main(void) { }",
    "including passwords": '#include "/etc/passwd"\nint main(void) { }',
    "including devices": '#include "/dev/zero"\n#include "/dev/stdin"\nint main(void) { }',
    "including process files": '#include "/proc/self/environ"\n#include "/proc/self/cmdline"\nint main(void) { }',
    "assembling a host file": '__asm__(".section .rodata\\nx: .incbin \\"" SECRET_FILE "\\"\\n"); extern char x[]; int main(void) { printf("GOT %.32s", x); }',
    "asking whether a file is there": '#if __has_include(SECRET_FILE)\nint main(void) { puts("GOT"); }\n#else\nint main(void) { }\n#endif',
    "including itself": "#include __FILE__\nint main(void) { }",
    "a huge object": "char big[1 << 28] = {1}; int main(void) { return big[5]; }",
    "growing macros": "\n".join(["#define A0 x x x x x x x x", *[f"#define A{n} " + f"A{n - 1} " * 8 for n in range(1, 12)], "A11"]),
}  # fmt: skip
CPP_ATTACKS = {
    "an endless template": "template <int N> struct A { static const int v = A<N + 1>::v + A<N + 2>::v; }; int main() { return A<0>::v; }",
    "constant evaluation without end": "constexpr int f() { int x = 0; for (;;) ++x; return x; } constexpr int y = f(); int main() { return y; }",
    "compiling for ever": "#include <tuple>\n#include <utility>\ntemplate <class... T> auto g(T...) { return g(std::tuple<T...>{}, T{}...); }\nint main() { g(1, 2, 3); }",
}  # fmt: skip
CPP_FUNCTIONS = {
    "forging frames": r"""
        #include <unistd.h>
        #include <string>
        std::string f(int x) {
            std::string b = "1\n[\"AC\",true,null]", m = {0, 0, 0, char(b.size())};
            m += b; for (int fd = 0; fd < 64; fd++) (void)!write(fd, m.data(), m.size());
            return "x";
        }
    """,
    "frames ahead": r"""
        #include <unistd.h>
        #include <string>
        struct Early { Early() { std::string b = "1\n[\"returned\",\"guess\",null]", m = {0, 0, 0, char(b.size())}; m += b;
            for (int i = 0; i < 9; i++) (void)!write(3, m.data(), m.size()); } } early;
        std::string f(int x) { return "x"; }
    """,
    "a frame without end": r"""
        #include <unistd.h>
        int f(int x) { (void)!write(3, "\xff\xff\xff\xff", 4); char b[4096] = {1}; while (write(3, b, sizeof b) > 0); return 1; }
    """,
    "reading later questions": r"""
        #include <unistd.h>
        #include <string>
        std::string f(int x) { char b[999]; auto n = read(3, b, 999); return std::string(b, n > 0 ? n : 0); }
    """,
    "closing the channel": "#include <unistd.h>\nint f(int x) { close(3); for (;;) pause(); }",
    "leaving early": "#include <cstdlib>\nstruct E { E() { _Exit(0); } } e;\nint f(int x) { return x; }",
    "answers after the end": r"""
        #include <thread>
        #include <unistd.h>
        int f(int x) { std::thread([] { for (;;) (void)!write(3, "\0\0\0\1x", 5); }).detach(); return x; }
    """,
    "another main": "#undef main\nint main() { return 0; }\nint f(int x) { return x; }",
    "breaking out of the macro": "#define serve(x) nothing(x)\n#define prepai_room std\nint f(int x) { return x; }",
}
JAVA_ATTACKS = {
    "reading a file": 'System.out.println("GOT " + java.nio.file.Files.readString(java.nio.file.Path.of(SECRET_FILE)));',
    "listing folders": 'for (String p : new String[] {"/", "/tmp", ".", "/etc"}) { String[] l = new java.io.File(p).list(); if (l != null && l.length > 0) System.out.println("GOT " + l[0]); }',
    "writing a file": 'new java.io.FileOutputStream("/tmp/left").write(1); System.out.println("GOT");',
    "a process": 'new ProcessBuilder("/bin/sh", "-c", "id").inheritIO().start().waitFor(); System.out.println("GOT");',
    "a connection": 'new java.net.Socket("127.0.0.1", PORT); System.out.println("GOT");',
    "a server": 'new java.net.ServerSocket(0); System.out.println("GOT");',
    "the environment": 'if (System.getenv().containsKey("PREPAI_TEST_SECRET")) System.out.println("GOT"); System.out.println(System.getenv());',
    "other processes": 'ProcessHandle.allProcesses().filter(p -> p.pid() != ProcessHandle.current().pid()).forEach(p -> { if (p.destroyForcibly()) System.out.println("GOT"); });',
    "a hundred thousand threads": 'int n = 0; try { for (; n < 100000; n++) { Thread t = new Thread(() -> { try { Thread.sleep(99999); } catch (Exception e) { } }); t.start(); } } catch (Throwable e) { } if (n > 200) System.out.println("GOT");',
    "halting the machine": "Runtime.getRuntime().halt(0);",
    "unsafe memory": 'var f = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe"); f.setAccessible(true); Object u = f.get(null); u.getClass().getMethod("putLong", long.class, long.class).invoke(u, 8L, 1L);',
    "the harness": 'Class<?> r = ClassLoader.getSystemClassLoader().loadClass("Room"); for (var f : r.getDeclaredFields()) { f.setAccessible(true); System.out.println(f.getName()); } var c = r.getDeclaredConstructor(); c.setAccessible(true); c.newInstance();',
    "forging frames": 'java.io.FileDescriptor d = new java.io.FileDescriptor(); var n = java.io.FileDescriptor.class.getDeclaredField("fd"); n.setAccessible(true); n.setInt(d, 3); var o = new java.io.FileOutputStream(d); byte[] b = "0\\n[\\"AC\\",1,null]".getBytes(); o.write(new byte[] {0, 0, 0, (byte) b.length}); o.write(b);',
    "a thread that stays": "new Thread(() -> { for (;;); }).start();",
    "a native library": 'System.load("/usr/lib/x86_64-linux-gnu/libz.so.1"); System.load(SECRET_FILE); System.out.println("GOT");',
    "direct memory": 'java.util.List<Object> l = new java.util.ArrayList<>(); for (int i = 0; i < 4000; i++) l.add(java.nio.ByteBuffer.allocateDirect(1 << 20)); System.out.println("GOT");',
    "a shutdown hook that stays": "Runtime.getRuntime().addShutdownHook(new Thread(() -> { for (;;); })); System.exit(0);",
}  # fmt: skip
GO_ATTACKS = {
    "reading a file": 'b, e := os.ReadFile(SECRET_FILE); if e == nil { fmt.Println("GOT", string(b)) }',
    "listing": 'for _, p := range []string{"/", "/tmp", "."} { e, _ := os.ReadDir(p); if len(e) > 0 { fmt.Println("GOT", e[0]) } }',
    "a process": 'if _, e := exec.Command("/bin/sh", "-c", "id").Output(); e == nil { fmt.Println("GOT") }',
    "a connection": 'if _, e := net.Dial("tcp", "127.0.0.1:PORT"); e == nil { fmt.Println("GOT") }',
    "killing": 'if syscall.Kill(syscall.Getppid(), 9) == nil { fmt.Println("GOT") }',
    "writing": 'if os.WriteFile("/tmp/left", []byte("x"), 0666) == nil { fmt.Println("GOT") }',
    "raw memory": "p := (*int)(unsafe.Pointer(uintptr(8))); *p = 1",
    "replacing itself": 'if e := syscall.Exec("/bin/sh", []string{"sh"}, nil); e == nil { fmt.Println("GOT") }',
}
GO_SOURCES = {
    "embedding a file": 'package main\nimport (_ "embed"; "fmt")\n//go:embed SECRET_NAME\nvar s string\nfunc main() { fmt.Println("GOT", s) }',
    "C inside": 'package main\n// #include <stdlib.h>\nimport "C"\nimport "fmt"\nfunc main() { fmt.Println("GOT", C.abs(1)) }',
    "a name of the runtime's": 'package main\nimport _ "unsafe"\n//go:linkname exit runtime.exit\nfunc exit(int32)\nfunc main() { exit(0) }',
    "a directive of the linker's": 'package main\n//go:cgo_import_dynamic x x "libc.so.6"\n//go:cgo_ldflag "-v"\nimport "fmt"\nfunc main() { fmt.Println("GOT") }',
    "a constant without end": "package main\nconst a = 1 << 100000000\nfunc main() { println(a >> 99999999) }",
    "another module": 'package main\nimport "github.com/a/b"\nfunc main() { b.C() }',
    "a huge array": "package main\nvar a = [1 << 28]byte{1 << 27: 1}\nfunc main() { println(a[5]) }",
}  # fmt: skip
PYTHON_ATTACKS = {
    "a fork": "import os\nif os.fork() >= 0: print('GOT')",
    "a fork by the library": "import ctypes\nif ctypes.CDLL(None).fork() >= 0: print('GOT')",
    "a program by the library": "import ctypes\nctypes.CDLL(None).execl(b'/bin/sh', b'sh', b'-c', b'echo GOT', None)",
    "memory of earlier runs": """
        import gc, sys
        for o in gc.get_objects():
            if isinstance(o, dict):
                for v in list(o.values()):
                    if isinstance(v, str) and 'MARK-OF-' + 'ANOTHER' in v: print('GOT', v)
    """,
    "the platform's modules": "import pydantic\nprint('GOT')",
    "modules of the engine": "import runtime.sandbox\nprint('GOT')",
    "walking the library up": "import os\nprint('GOT', os.listdir(os.path.dirname(os.__file__) + '/../../..'))",
    "site packages": "import os\nprint('GOT', os.listdir(os.path.dirname(os.__file__) + '/site-packages'))",
    "writing into the library": "import os\nopen(os.__file__, 'a').write('x')\nprint('GOT')",
    "raising its limits": "import resource\nresource.setrlimit(resource.RLIMIT_DATA, (-1, -1))\nprint('GOT')",
    "descriptors above": """
        import os
        for fd in range(4, 1024):
            try: os.fstat(fd)
            except OSError: continue
            print('GOT', fd)
    """,
    "memory by the library": """
        import ctypes
        lib = ctypes.CDLL(None); lib.mmap.restype = ctypes.c_long
        if lib.mmap(None, ctypes.c_size_t(1 << 30), 3, 0x21, -1, 0) != -1: print('GOT')
    """,
}  # fmt: skip


def _of_the_other_engine() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location(
        "attacks_on_wasm", Path(__file__).with_name("test_sandbox_attacks.py")
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return dict(module.ATTACKS)


PYTHON_FUNCTIONS = _of_the_other_engine()
CONTROLS = {
    "c": '#include <stdio.h>\nint main(void) { int a; scanf("%d", &a); printf("%d", a * 2); }',
    "cpp": "#include <iostream>\nint main() { int a; std::cin >> a; std::cout << a * 2; }",
    "java": "class Main { public static void main(String[] a) { System.out.print(new java.util.Scanner(System.in).nextInt() * 2); } }",
    "go": 'package main\nimport "fmt"\nfunc main() { var a int; fmt.Scan(&a); fmt.Print(a * 2) }',
    "python": "print(int(input()) * 2)  # MARK-OF-ANOTHER submission",
}


# What takes seconds to fail, or fails as another one does: `make test-long` has them all.
SLOW = {
    *PYTHON_FUNCTIONS,
    *(set(CPP_ATTACKS) - {"an endless template"}),
    *(set(CPP_FUNCTIONS) - {"forging frames", "frames ahead", "leaving early"}),
    *(set(JAVA_ATTACKS) - {"reading a file", "a process", "forging frames", "halting the machine"}),
    *("sleeping for ever", "closing everything and staying", "a handler for the end", "itself again"),
}


def in_java(statements: str) -> str:
    return f"public class Main {{ public static void main(String[] a) throws Throwable {{ {statements} }} }}"


def in_go(statements: str) -> str:
    imports = ("fmt", "net", "os", "os/exec", "syscall", "unsafe")
    used = [f'"{path}"' for path in imports if path.rpartition("/")[2] + "." in statements]
    return f"package main\nimport ({'; '.join(used)})\nfunc main() {{ {statements} }}"


def everyday(attacks: dict[str, str]) -> list[object]:
    return [pytest.param(name, marks=pytest.mark.long) if name in SLOW else name for name in attacks]


def needs(prey: Prey, language: str) -> None:
    if language not in {known.name for known in prey.engine.languages()}:
        pytest.skip(f"{language} is not here: {prey.engine.missing.get(language)}")


def filled(prey: Prey, code: str) -> str:
    code = code.replace("SECRET_FILE", f'"{prey.file}"').replace("SECRET_NAME", str(prey.file))
    return code.replace("PORT", str(prey.port))


def attack(
    prey: Prey, language: str, code: str, *, function: str | None = None, compiles: bool | None = None
) -> CodeRun:
    """`compiles`: whether it must, lest an attack be held by nothing but its author's own error."""
    needs(prey, language)
    token = secrets.token_hex(16)
    if function:
        tests = tuple(TestCase(args=(number,), expected=token) for number in range(2))
    else:
        tests = (TestCase(stdin="", expected=token), TestCase(stdin="", expected=token))
    submission = Submission(
        language=language, code=filled(prey, code), function_name=function, tests=tests, limits=QUICK
    )
    run = execute(prey.engine, submission)
    assert len(run.results) == 2
    for result in run.results:
        assert result.verdict in BAD, result
        assert compiles is None or (result.verdict != "CE") is compiles, result
        assert "GOT" not in (result.stdout + result.stderr).split(), result
        assert prey.secret not in result.model_dump_json()
        assert token not in result.model_dump_json()
    assert prey.file.read_text() == prey.secret
    assert_nothing_is_left(prey)
    assert_control_run_is_right(prey, language)
    return run


def assert_control_run_is_right(prey: Prey, language: str) -> None:
    tests = (TestCase(stdin="21", expected="42"), TestCase(stdin="4", expected="9"))
    run = execute(prey.engine, Submission(language=language, code=CONTROLS[language], tests=tests))
    assert [(result.verdict, result.stdout.strip()) for result in run.results] == [("AC", "42"), ("WA", "8")]


def assert_nothing_is_left(prey: Prey) -> None:
    """Of processes the zygote and the one that waits for it, and a virtual machine ahead of time; of files none."""
    names: list[str] = []
    for _ in range(100):
        names = list(_descendants(os.getpid(), apart=prey.others).values())
        if len([name for name in names if name != "java"]) <= 3 and names.count("java") <= 1:
            break
        time.sleep(0.05)
    else:
        pytest.fail(f"left behind: {names}")
    for left in ("/tmp/left", "/var/tmp/left", "/dev/shm/left", "/tmp/left-linked", "/tmp/left-renamed"):
        assert not Path(left).exists()


def _descendants(root: int, *, apart: frozenset[int] = frozenset()) -> dict[int, str]:
    """The processes below `root` by number, zombies and those `apart` left out."""
    parents: dict[int, tuple[int, str]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                name, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
            except OSError:
                continue
            fields = rest.split()
            if fields[0] != "Z":
                parents[int(entry.name)] = (int(fields[1]), name)
    below: set[int] = {root}
    found: dict[int, str] = {}
    for pid, (parent, name) in sorted(parents.items()):
        if parent in below and pid not in apart:
            below.add(pid)
            found[pid] = name
    return found


@pytest.mark.parametrize("name", everyday(C_ATTACKS))
def test_an_attack_in_c_gains_nothing(prey: Prey, name: str) -> None:
    attack(prey, "c", C_HEAD + textwrap.dedent(C_ATTACKS[name]), compiles=True)


@pytest.mark.parametrize("name", everyday(C_SOURCES))
def test_an_attack_on_the_c_compiler_gains_nothing(prey: Prey, name: str) -> None:
    attack(prey, "c", C_HEAD + C_SOURCES[name], compiles=None if "asking" in name else False)


@pytest.mark.parametrize("name", everyday(CPP_ATTACKS))
def test_an_attack_on_the_cpp_compiler_gains_nothing(prey: Prey, name: str) -> None:
    assert {result.verdict for result in attack(prey, "cpp", CPP_ATTACKS[name]).results} == {"CE"}


@pytest.mark.parametrize("name", everyday(CPP_FUNCTIONS))
def test_an_attack_on_the_cpp_harness_gains_nothing(prey: Prey, name: str) -> None:
    attack(prey, "cpp", textwrap.dedent(CPP_FUNCTIONS[name]), function="f")


@pytest.mark.parametrize("name", everyday(JAVA_ATTACKS))
def test_an_attack_in_java_gains_nothing(prey: Prey, name: str) -> None:
    attack(prey, "java", in_java(JAVA_ATTACKS[name]), compiles=True)


@pytest.mark.parametrize("name", everyday(GO_ATTACKS))
def test_an_attack_in_go_gains_nothing(prey: Prey, name: str) -> None:
    attack(prey, "go", in_go(GO_ATTACKS[name]), compiles=True)


@pytest.mark.parametrize("name", everyday(GO_SOURCES))
def test_an_attack_on_the_go_compiler_gains_nothing(prey: Prey, name: str) -> None:
    attack(prey, "go", GO_SOURCES[name], compiles=name == "a name of the runtime's")


@pytest.mark.parametrize("name", everyday(PYTHON_ATTACKS))
def test_an_attack_in_native_python_gains_nothing(prey: Prey, name: str) -> None:
    needs(prey, "python")
    assert_control_run_is_right(prey, "python")
    attack(prey, "python", textwrap.dedent(PYTHON_ATTACKS[name]))


@pytest.mark.parametrize("name", everyday(PYTHON_FUNCTIONS))
def test_an_attack_on_the_other_engine_gains_nothing_here_either(prey: Prey, name: str) -> None:
    attack(prey, "python", textwrap.dedent(PYTHON_FUNCTIONS[name]), function="f")


def test_every_wall_was_tried_before_anything_ran(prey: Prey) -> None:
    trial = prey.engine.trial()
    assert trial.through == ()
    assert len(trial.attempts) > 50


def test_when_the_engine_closes_nothing_stays() -> None:
    with KernelEngine(workers=1) as engine:
        engine.languages()
        assert engine._zygote is not None
        zygote = engine._zygote._process.pid
        own = {zygote, *_descendants(zygote)}
        assert len(own) > 1
    for _ in range(100):
        if not own & set(_descendants(os.getpid())):
            return
        time.sleep(0.05)
    pytest.fail(f"left behind: {_descendants(os.getpid())}")
