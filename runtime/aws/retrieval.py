"""A Bedrock knowledge base as `Retrieval`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from runtime.knowledge.retrieval import Passage, RetrievalRejected, RetrievalUnavailable

if TYPE_CHECKING:
    from types_boto3_bedrock_agent_runtime.client import AgentsforBedrockRuntimeClient
    from types_boto3_bedrock_agent_runtime.type_defs import KnowledgeBaseRetrievalResultTypeDef

# Bedrock takes 20,000 characters of a query; an embedding is made of far fewer.
_LONGEST_QUERY: Final = 1000
_REFUSED: Final = frozenset({"AccessDeniedException", "ResourceNotFoundException", "ValidationException"})


class KnowledgeBase:
    """Passages by Retrieve. The client's own retries (`runtime.aws.clients`) are all there are."""

    def __init__(self, *, client: AgentsforBedrockRuntimeClient, knowledge_base_id: str) -> None:
        self._client = client
        self._id = knowledge_base_id

    def search(self, query: str, *, limit: int = 4) -> tuple[Passage, ...]:
        """See `Retrieval`."""
        if not query.strip():
            return ()
        try:
            answer = self._client.retrieve(
                knowledgeBaseId=self._id,
                retrievalQuery={"text": query[:_LONGEST_QUERY]},
                retrievalConfiguration={"vectorSearchConfiguration": {"numberOfResults": limit}},
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "an unknown error")
            if code in _REFUSED:
                raise RetrievalRejected(
                    f"the knowledge base {self._id} refused ({code}); check that it exists and that this process's "
                    "role has bedrock:Retrieve on it"
                ) from None
            raise RetrievalUnavailable(
                f"the knowledge base {self._id} answered {code}; try again later"
            ) from None
        except (BotoCoreError, HTTPError, OSError) as error:
            kind = type(error).__name__
            raise RetrievalUnavailable(
                f"the knowledge base {self._id} does not answer ({kind}); try again later"
            ) from None
        passages = (_passage(result) for result in answer["retrievalResults"])
        return tuple(passage for passage in passages if passage.text)[:limit]


def _passage(result: KnowledgeBaseRetrievalResultTypeDef) -> Passage:
    source = result.get("location", {}).get("s3Location", {}).get("uri", "")
    return Passage(
        text=result["content"].get("text", "").strip(), score=float(result.get("score", 0.0)), source=source
    )
