"""A Bedrock knowledge base as `Retrieval`, against a server that speaks its wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from runtime.aws.retrieval import KnowledgeBase
from runtime.knowledge.retrieval import Passage, RetrievalError, RetrievalRejected, RetrievalUnavailable
from tests.contract.model_servers import Cut, Hold, ModelServer, Refused
from tests.contract.sagemaker_runtime import client, served

QUERY = "a query with the words of a candidate"


@pytest.fixture(scope="module")
def url() -> Iterator[tuple[ModelServer, str]]:
    server = ModelServer()
    with served(server.app()) as address:
        yield server, address


@pytest.fixture
def server(url: tuple[ModelServer, str]) -> ModelServer:
    url[0].reset()
    return url[0]


@pytest.fixture
def base(url: tuple[ModelServer, str]) -> Iterator[KnowledgeBase]:
    runtime = client(
        "bedrock-agent-runtime",
        url[1],
        retries={"mode": "standard", "total_max_attempts": 2},
        read_timeout=0.3,
    )
    yield KnowledgeBase(client=runtime, knowledge_base_id="KB12345678")
    runtime.close()


def found(*texts: str) -> bytes:
    results = [
        {
            "content": {"text": text},
            "location": {"type": "S3", "s3Location": {"uri": f"s3://bucket/knowledge/{number}.md"}},
            "score": 0.9 - number / 10,
        }
        for number, text in enumerate(texts)
    ]
    return json.dumps({"retrievalResults": results}).encode()


def test_passages_come_with_their_score_and_source(base: KnowledgeBase, server: ModelServer) -> None:
    server.script.append([found("Five people. ", "Two offices.")])

    assert base.search(QUERY) == (
        Passage("Five people.", 0.9, "s3://bucket/knowledge/0.md"),
        Passage("Two offices.", 0.8, "s3://bucket/knowledge/1.md"),
    )
    assert server.paths == ["/knowledgebases/KB12345678/retrieve"]
    assert server.bodies[0]["retrievalQuery"] == {"text": QUERY}
    assert server.bodies[0]["retrievalConfiguration"] == {"vectorSearchConfiguration": {"numberOfResults": 4}}


def test_no_more_passages_come_than_were_asked_for(base: KnowledgeBase, server: ModelServer) -> None:
    server.script.append([found("a", "b", "c")])

    assert [passage.text for passage in base.search(QUERY, limit=2)] == ["a", "b"]


def test_nothing_found_is_no_error_and_what_has_no_text_is_no_passage(
    base: KnowledgeBase, server: ModelServer
) -> None:
    server.script.extend([[found()], [found("", "b")]])

    assert base.search(QUERY) == ()
    assert [passage.text for passage in base.search(QUERY)] == ["b"]


def test_an_empty_query_asks_nobody(base: KnowledgeBase, server: ModelServer) -> None:
    assert base.search("  ") == ()
    assert server.paths == []


def test_a_long_query_is_cut(base: KnowledgeBase, server: ModelServer) -> None:
    server.script.append([found()])
    base.search("word " * 9000)

    assert len(server.bodies[0]["retrievalQuery"]["text"]) == 1000


def test_throttling_is_waited_out(base: KnowledgeBase, server: ModelServer) -> None:
    server.script.extend([Refused(429, "ThrottlingException"), [found("a")]])

    assert [passage.text for passage in base.search(QUERY)] == ["a"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Refused(429, "ThrottlingException"), RetrievalUnavailable),
        (Refused(500, "InternalServerException"), RetrievalUnavailable),
        ([Hold()], RetrievalUnavailable),
        ([b'{"retr', Cut()], RetrievalUnavailable),
        (Refused(403, "AccessDeniedException"), RetrievalRejected),
        (Refused(404, "ResourceNotFoundException"), RetrievalRejected),
    ],
    ids=["throttled", "failing", "silent", "cut", "no access", "no such base"],
)
def test_a_failure_is_named_and_does_not_repeat_the_query(
    base: KnowledgeBase, server: ModelServer, answer: Any, error: type[RetrievalError]
) -> None:
    server.script.extend([answer] * 2)

    with pytest.raises(error) as failure:
        base.search(QUERY)
    assert QUERY not in str(failure.value)
    assert failure.value.__cause__ is None
