"""The socket's contract as AsyncAPI 3, made from the protocol's models."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from runtime.voice import protocol as p

_REF = "#/components/schemas/{model}"


def asyncapi(version: str) -> dict[str, Any]:
    """The document served at `/api/asyncapi.json` and committed as `docs/asyncapi.json`."""
    client = _models(p.ClientMessage)
    server = _models(p.ServerMessage)
    _, schemas = models_json_schema(
        [(model, "validation") for model in (*client, *server)], ref_template=_REF
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "PrepAI interview socket",
            "version": version,
            "description": (p.__doc__ or "").strip(),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "interview": {
                "address": "/ws/interview/{interview_id}",
                "description": "The address, with its ticket, is what POST /api/interviews/{id}/ticket returns.",
                "parameters": {"interview_id": {"description": "The interview's id."}},
                "messages": {model.__name__: _ref("messages", model) for model in (*client, *server)},
                "bindings": {
                    "ws": {
                        "query": {
                            "type": "object",
                            "properties": {
                                "ticket": {"type": "string", "description": "Single use, 60 seconds."}
                            },
                        }
                    }
                },
            }
        },
        "operations": {
            "receiveFromClient": _operation("receive", client),
            "sendToClient": _operation("send", server),
        },
        "components": {
            "messages": {model.__name__: _message(model) for model in (*client, *server)},
            "schemas": {name: _tagged(schema) for name, schema in schemas["$defs"].items()},
        },
    }


def _models(union: Any) -> tuple[type[BaseModel], ...]:
    """The members of an annotated union of models."""
    models: tuple[type[BaseModel], ...] = get_args(get_args(union)[0])
    return models


def _tagged(schema: dict[str, Any]) -> dict[str, Any]:
    """Each message says its type, also where the model has it as a default."""
    if "const" not in schema.get("properties", {}).get("type", {}):
        return schema
    return schema | {"required": sorted({"type", *schema.get("required", [])})}


def _ref(kind: str, model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{model.__name__}"}


def _message(model: type[BaseModel]) -> dict[str, Any]:
    name = get_args(model.model_fields["type"].annotation)[0]
    return {"name": name, "summary": (model.__doc__ or "").strip(), "payload": _ref("schemas", model)}


def _operation(action: str, models: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    channel = "#/channels/interview"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{model.__name__}"} for model in models],
    }
