"""An emulator of AWS as a child process, and the CDK CLI pointed at it."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import json
import os
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import boto3
import httpx
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from infra import NODE, ROOT

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
_PYTHON: Final = ROOT / ".setup" / "rehearsal" / "bin" / "python"
_STARTS_S: Final = 60
# It waits for connections that are kept alive; nothing of it is kept.
_STOPS_S: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """The running emulator. `folder`: its certificate, log, state, and what it only accepted."""

    folder: Path
    port: int
    closing: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    @property
    def trust(self) -> ssl.SSLContext:
        """What httpx verifies the emulator by."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def environment(self, credentials: dict[str, str] | None = None) -> dict[str, str]:
        """What points a process's SDK here: as the account's root, or with a role's `credentials`."""
        root = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        return {
            **(credentials or root),
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_CA_BUNDLE": str(self.certificate),
            "NODE_EXTRA_CA_CERTS": str(self.certificate),
        }

    def client(self, service: str, credentials: dict[str, str] | None = None) -> Any:
        """A client of `service`: as the account's root, or with a role's `credentials`. Closed with the cloud."""
        names = self.environment(credentials)
        made: Any = boto3.client(  # type: ignore[call-overload]
            service,
            region_name=REGION,
            endpoint_url=self.url,
            verify=str(self.certificate),
            aws_access_key_id=names["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=names["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=names.get("AWS_SESSION_TOKEN"),
            config=Config(read_timeout=120, retries={"total_max_attempts": 1}),
        )
        return self.closing.enter_context(contextlib.closing(made))

    def accepted(self, kind: str | None = None) -> list[dict[str, Any]]:
        """What was asked for of a type (or any) that the emulator was taught: properties as they were resolved."""
        found = [json.loads(path.read_text()) for path in sorted((self.folder / "accepted").glob("*.json"))]
        return [resource for resource in found if kind in {None, resource["type"]}]

    def cdk(self, arguments: Sequence[str]) -> None:
        """Run the pinned CDK CLI against the emulator. Fails with what it said, when it fails."""
        code, said = self._cdk(arguments)
        assert code == 0, f"cdk {arguments[0]} failed\n{said[-8000:]}"

    def try_cdk(self, arguments: Sequence[str]) -> int:
        """Run it as `infra.toolchain.cdk` does; its exit code."""
        code, said = self._cdk(arguments)
        if code:
            print(said[-8000:])
        return code

    def _cdk(self, arguments: Sequence[str]) -> tuple[int, str]:
        done = subprocess.run(
            [str(NODE / "node"), str(ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"), *arguments],
            cwd=ROOT,
            env={
                **_without_aws(os.environ),
                **self.environment(),
                "PATH": f"{NODE}{os.pathsep}{os.environ['PATH']}",
                "CDK_DISABLE_CLI_TELEMETRY": "true",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout


@contextlib.contextmanager
def emulated(folder: Path, *, model_url: str) -> Iterator[Cloud]:
    """An emulator with its state in `folder`, whose models answer by the OpenAI-compatible server at `model_url`."""
    assert _PYTHON.exists(), "the emulator is not installed; run `make rehearse`"
    certificate, key = _certificate(folder)
    cloud = Cloud(folder=folder, port=_free_port())
    for name in ("state", "tmp"):
        (folder / name).mkdir()
    own = {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(cloud.port),
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_BEDROCK_PROXY_URL": model_url,
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": REGION,
        "MINISTACK_SSL_CERT": str(certificate),
        "MINISTACK_SSL_KEY": str(key),
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(folder / "state"),
        "USE_SSL": "1",
    }
    environment = {
        **_without_aws(os.environ),
        **own,
        "REHEARSAL_OWN": " ".join([*own, "REHEARSAL_OWN"]),
        # Functions trust the gateway as well.
        "AWS_CA_BUNDLE": str(certificate),
        "SSL_CERT_FILE": str(certificate),
        "TMPDIR": str(folder / "tmp"),
    }
    with (folder / "emulator.log").open("wb") as log:
        process = subprocess.Popen(
            [str(_PYTHON), str(Path(__file__).with_name("emulator.py")), str(folder)],
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _await_start(cloud, process)
            with cloud.closing:
                yield cloud
        finally:
            process.terminate()
            try:
                process.wait(_STOPS_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await_start(cloud: Cloud, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _STARTS_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{cloud.url}/_ministack/health", verify=cloud.trust, trust_env=False)
            return
        time.sleep(0.2)
    raise AssertionError(
        f"the emulator did not start:\n{(cloud.folder / 'emulator.log').read_text()[-4000:]}"
    )


def _without_aws(environment: os._Environ[str]) -> dict[str, str]:
    """Nothing of whoever runs this reaches the emulator, and nothing of this reaches their account."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("AWS_", "CDK_", "PYTHON")) and not name.lower().endswith("_proxy")
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _certificate(folder: Path) -> tuple[Path, Path]:
    """An hour-long certificate of this machine's own addresses, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "rehearsal")])
    now = dt.datetime.now(dt.UTC)
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.DNSName("*.localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(hours=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.touch(0o600)
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, private
