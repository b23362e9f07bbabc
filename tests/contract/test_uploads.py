"""One suite for every `Uploads`: what a form allows, and that nothing else arrives by it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runtime.aws.clients import configuration
from runtime.aws.uploads import S3Uploads
from runtime.interview.events import ConsentRecorded
from runtime.interview.store import Header, StoreUnavailableError, UnknownBlobError
from runtime.interview.uploads import UploadForm, Uploads, is_upload_of, upload_key
from runtime.local.store import SqliteStore
from runtime.local.uploads import LocalUploads
from tests.contract.conftest import BUCKET, REGION, Aws, _session, refused

DOCUMENT = b"%PDF-1.7 " + bytes(range(256)) * 40
KEY = upload_key("i-1", "0f3a.pdf")
MEDIA_TYPE = "application/pdf"


@dataclass
class Home:
    """An adapter, and a server that takes its forms."""

    uploads: Uploads
    make: Callable[[int], Uploads]
    url: str
    delete: Callable[[str], object]
    serves_once: bool
    stored: Callable[[], list[str]]

    def form(self, *, size: int = len(DOCUMENT), key: str = KEY) -> UploadForm:
        return self.uploads.form(key, media_type=MEDIA_TYPE, size=size)

    def post(self, form: UploadForm, document: bytes = DOCUMENT, **changes: str | None) -> httpx.Response:
        """Post `document`; `changes` replace or drop (None) the form's fields, `_` standing for `-`."""
        fields = dict(form.fields)
        for name, value in changes.items():
            changed = name.replace("_", "-")
            fields.pop(changed, None)
            if value is not None:
                fields[changed] = value
        path = form.url if form.url.startswith("/") else "/"
        return httpx.post(
            f"{self.url}{path}", data=fields, files={"file": ("cv.pdf", document)}, trust_env=False
        )

    def nothing_arrived(self) -> bool:
        with pytest.raises(UnknownBlobError):
            self.uploads.read(KEY)
        return not [name for name in self.stored() if "uploads" in name]


@contextmanager
def _served(app: Starlette) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
        host, port = server.servers[0].sockets[0].getsockname()
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


@dataclass
class _Bucket:
    """S3's side of a presigned POST, as its reference says it: signature, expiry, conditions, no other fields."""

    aws: Aws
    secret: str = "testing"
    tagged: dict[str, str] = field(default_factory=dict)

    async def post(self, request: Request) -> Response:
        async with request.form() as form:
            file = form["file"]
            assert isinstance(file, UploadFile)
            body = await file.read()
            fields = {name.lower(): str(value) for name, value in form.items() if name != "file"}
        return Response(status_code=self._taken(fields, body))

    def _taken(self, fields: dict[str, str], body: bytes) -> int:
        if not self._is_signed(fields):
            return 403
        policy = json.loads(base64.b64decode(fields["policy"]))
        if datetime.now(UTC) >= datetime.fromisoformat(policy["expiration"]):
            return 403
        named = {"policy", "x-amz-signature"}
        for condition in policy["conditions"]:
            if isinstance(condition, list):
                kind, low, high = condition
                assert kind == "content-length-range"
                if not low <= len(body) <= high:
                    return 400
                continue
            ((name, value),) = condition.items()
            if name != "bucket" and fields.get(name.lower()) != value:
                return 403
            named.add(name.lower())
        if set(fields) - named:
            return 403
        self.tagged[fields["key"]] = fields.get("tagging", "")
        client = self.aws.client("s3")
        client.put_object(Bucket=BUCKET, Key=fields["key"], Body=body, ContentType=fields["content-type"])
        return 204

    def _is_signed(self, fields: dict[str, str]) -> bool:
        if not {"policy", "x-amz-credential", "x-amz-signature"} <= set(fields):
            return False
        _, day, region, service, end = fields["x-amz-credential"].split("/")
        key = f"AWS4{self.secret}".encode()
        for part in (day, region, service, end):
            key = hmac.digest(key, part.encode(), hashlib.sha256)
        signature = hmac.digest(key, fields["policy"].encode(), hashlib.sha256).hex()
        return hmac.compare_digest(signature, fields["x-amz-signature"])


def _header() -> Header:
    return Header(
        "i-1", "ada", "Ada", "Backend", None, "mid", "en", 30, "practice", "created", datetime.now(UTC)
    )


@contextmanager
def _local(tmp_path: Path) -> Iterator[Home]:
    store = SqliteStore(tmp_path)
    store.append("i-1", [ConsentRecorded(recording=False)], expected=0, actor="ada", header=_header())

    def make(ttl_s: int) -> LocalUploads:
        return LocalUploads(store, path="/uploads/", ttl_s=ttl_s)

    async def answered(_: Request, error: Exception) -> Response:
        return Response(str(error), status_code=403)

    uploads = make(900)
    route = Route("/uploads/{token}", uploads.receive(), methods=["POST"])
    with _served(
        Starlette(routes=[route], exception_handlers={Exception: answered, ValueError: answered})
    ) as url:
        yield Home(
            uploads,
            make,
            url,
            store.delete,
            serves_once=True,
            stored=lambda: [str(p) for p in (tmp_path / "blobs").rglob("*") if p.is_file()],
        )
    store.close()


@contextmanager
def _s3(aws: Aws) -> Iterator[Home]:
    client: Any = _session().client("s3", region_name=REGION, config=configuration("s3"))
    bucket = _Bucket(aws)
    store = aws.store(lambda: datetime.now(UTC))
    store.append("i-1", [ConsentRecorded(recording=False)], expected=0, actor="ada", header=_header())

    def make(ttl_s: int) -> S3Uploads:
        return S3Uploads(bucket=BUCKET, client=client, ttl_s=ttl_s)

    with _served(Starlette(routes=[Route("/", bucket.post, methods=["POST"])])) as url:
        yield Home(
            make(900),
            make,
            url,
            store.delete,
            serves_once=False,
            stored=aws.versions,
        )


@pytest.fixture(params=["laptop", "S3"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    opened = _local(tmp_path) if request.param == "laptop" else _s3(request.getfixturevalue("aws"))
    with opened as found:
        yield found


def test_what_was_posted_by_a_form_is_read_back(home: Home) -> None:
    answer = home.post(home.form())

    assert answer.status_code == 204, answer.text
    assert home.uploads.read(KEY) == DOCUMENT


def test_a_form_says_its_key_and_how_long_it_is_good(home: Home) -> None:
    form = home.form()

    assert (form.key, form.fields["key"], form.expires_in) == (KEY, KEY, 900)


def test_nothing_is_there_before_it_was_posted(home: Home) -> None:
    home.form()

    assert home.nothing_arrived()


@pytest.mark.parametrize(
    "document", [b"", DOCUMENT[:-1], DOCUMENT + b"x"], ids=["empty", "shorter", "longer"]
)
def test_a_file_of_another_size_than_was_announced_is_refused(home: Home, document: bytes) -> None:
    assert home.post(home.form(), document).status_code >= 400
    assert home.nothing_arrived()


@pytest.mark.parametrize("media_type", ["text/html", None])
def test_a_file_of_another_type_than_was_announced_is_refused(home: Home, media_type: str | None) -> None:
    assert home.post(home.form(), Content_Type=media_type).status_code >= 400
    assert home.nothing_arrived()


@pytest.mark.parametrize(
    "key",
    [
        upload_key("i-2", "0f3a.pdf"),
        upload_key("i-1", "other.pdf"),
        "cvs/i-1/uploads/../../i-2/uploads/0f3a.pdf",
        "reports/i-1/report.json",
        None,
    ],
)
def test_a_form_serves_its_own_key_alone(home: Home, key: str | None) -> None:
    assert home.post(home.form(), key=key).status_code >= 400
    assert home.nothing_arrived()


def test_a_form_that_has_expired_takes_nothing(home: Home) -> None:
    form = home.make(0).form(KEY, media_type=MEDIA_TYPE, size=len(DOCUMENT))

    assert home.post(form).status_code in {403, 404}
    assert home.nothing_arrived()


def test_a_form_that_nobody_made_takes_nothing(home: Home) -> None:
    form = home.form()
    forged = UploadForm(
        form.url[:-4] + "aaaa",
        form.fields | ({"x-amz-signature": "0" * 64} if "policy" in form.fields else {}),
        form.key,
        900,
    )

    assert home.post(forged).status_code in {403, 404}
    assert home.nothing_arrived()


def test_a_form_used_again_never_answers_with_a_fault(home: Home) -> None:
    form = home.form()
    other = bytes(len(DOCUMENT))

    assert home.post(form).status_code == 204
    again = home.post(form, other)

    # S3 has no forms that serve once; a laptop's do.
    assert again.status_code == (403 if home.serves_once else 204)
    assert home.uploads.read(KEY) == (DOCUMENT if home.serves_once else other)


def test_the_same_key_may_have_two_forms(home: Home) -> None:
    first, second = home.form(), home.form()

    assert home.post(second).status_code == 204
    assert home.post(first, bytes(len(DOCUMENT))).status_code == 204
    assert home.uploads.read(KEY) == bytes(len(DOCUMENT))


def test_what_is_discarded_is_gone_with_every_version(home: Home) -> None:
    home.post(home.form())
    home.post(home.form())

    home.uploads.discard(KEY)
    home.uploads.discard(KEY)

    assert home.nothing_arrived()


def test_a_key_that_begins_with_a_discarded_one_stays(home: Home) -> None:
    discarded, other = upload_key("i-1", "0f3a.doc"), upload_key("i-1", "0f3a.docx")
    for key in (discarded, other):
        assert home.post(home.form(key=key)).status_code == 204

    home.uploads.discard(discarded)

    assert home.uploads.read(other) == DOCUMENT
    with pytest.raises(UnknownBlobError):
        home.uploads.read(discarded)


def test_versions_that_s3_lists_on_several_pages_are_all_discarded(aws: Aws) -> None:
    def by_the_dozen(params: dict[str, Any], **_: Any) -> None:
        params["MaxKeys"] = 2

    client = aws.client("s3")
    client.meta.events.register("before-parameter-build.s3.ListObjectVersions", by_the_dozen)
    for number in range(7):
        client.put_object(Bucket=BUCKET, Key=KEY, Body=bytes(number))

    S3Uploads(bucket=BUCKET, client=client).discard(KEY)

    assert aws.versions() == []


def test_an_upload_goes_with_its_interview(home: Home) -> None:
    home.post(home.form())

    home.delete("i-1")

    assert home.nothing_arrived()


@pytest.mark.parametrize(
    "key", ["", "cvs", "cvs/i-1/", "cvs/i-1/../x.pdf", "/cvs/i-1/x.pdf", "other/i-1/x.pdf"]
)
def test_what_is_no_key_of_a_blob_gets_no_form(home: Home, key: str) -> None:
    with pytest.raises(ValueError, match="blob key"):
        home.uploads.form(key, media_type=MEDIA_TYPE, size=1)


@pytest.mark.parametrize(
    "key",
    [
        "cvs/i-1/uploads/../../i-2/uploads/a.pdf",
        "cvs/i-1/uploads/a/b.pdf",
        "cvs/i-1/uploads/",
        "cvs/i-1/uploads/.pdf",
        "cvs/i-1/uploads/a.pdf\n",
        "cvs/i-1/0f3a.pdf",
        "cvs/i-10/uploads/a.pdf",
        "CVS/i-1/uploads/a.pdf",
        "/cvs/i-1/uploads/a.pdf",
        "cvs/i-1/uploads/%2e%2e.pdf",
    ],
)
def test_a_key_that_only_looks_like_an_upload_of_the_interview_is_none(key: str) -> None:
    assert is_upload_of(upload_key("i-1", "a.pdf"), "i-1")
    assert not is_upload_of(key, "i-1")


# What one of them alone does


def test_a_laptops_upload_for_a_deleted_interview_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with _local(tmp_path) as home:
        form = home.form()
        home.delete("i-1")

        assert home.post(form).status_code == 403
        assert home.nothing_arrived()


def test_a_laptop_forgets_what_nobody_took_for_a_day(tmp_path: Path) -> None:
    with _local(tmp_path) as home:
        home.post(home.form())
        (waiting,) = (path for path in (tmp_path / "blobs").rglob("*.pdf"))
        yesterday = (datetime.now(UTC) - timedelta(hours=25)).timestamp()
        os.utime(waiting, (yesterday, yesterday))

        home.form(key=upload_key("i-1", "other.pdf"))

        assert not waiting.exists()


def test_a_form_for_s3_is_posted_in_the_buckets_own_region_and_signed_in_the_present_way(aws: Aws) -> None:
    with _s3(aws) as home:
        form = home.form()

    assert form.url == f"https://{BUCKET}.s3.{REGION}.amazonaws.com/"
    assert form.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def test_what_comes_by_s3s_form_is_marked_so_that_the_bucket_forgets_it(aws: Aws) -> None:
    with _s3(aws) as home:
        form = home.form()

    assert "<Key>upload</Key><Value>waiting</Value>" in form.fields["tagging"]


def test_nobody_chooses_another_encryption_than_the_buckets(aws: Aws) -> None:
    with _s3(aws) as home:
        answer = home.post(home.form(), x_amz_server_side_encryption="AES256")

        assert answer.status_code == 403
        assert home.nothing_arrived()


def test_a_bucket_that_fails_is_no_missing_upload(aws: Aws) -> None:
    uploads = S3Uploads(bucket=BUCKET, client=aws.client("s3"))
    aws.wire.breaks("GetObject", refused("SlowDown", status=503))
    aws.wire.breaks("ListObjectVersions", refused("AccessDenied", status=403))

    with pytest.raises(StoreUnavailableError, match="SlowDown"):
        uploads.read(KEY)
    with pytest.raises(StoreUnavailableError, match="AccessDenied"):
        uploads.discard(KEY)
