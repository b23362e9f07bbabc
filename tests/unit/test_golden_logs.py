"""Logs that earlier releases wrote fold today to what they folded to then. See `tests/logs/README.md`.

Run as a script with a version, this writes that version's logs; it never touches one that is there.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runtime.interview.events import EVENT, MAX_EVENT_BYTES, StoredEvent, TurnCommitted
from runtime.interview.interview import Interview, Move, Turn, extend, fold
from runtime.interview.plan import Plan

LOGS = Path(__file__).parents[1] / "logs"
NAMES = sorted(path.stem for path in LOGS.glob("*.jsonl"))


def read(name: str) -> list[StoredEvent]:
    lines = (LOGS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [StoredEvent.model_validate_json(line) for line in lines]


def summary(interview: Interview) -> dict[str, Any]:
    """What of an interview must stay as it was, in JSON values."""
    cv = interview.cv
    return {
        "seq": interview.seq,
        "created_at": interview.created_at.isoformat(),
        "created": interview.created.model_dump(mode="json"),
        "status": interview.status,
        "recording": interview.recording,
        "connection_id": interview.connection_id,
        "event_id": interview.event_id,
        "received": interview.received,
        "plan": interview.plan.model_dump(mode="json") if interview.plan else None,
        "cv": {"version": cv.version, "edited": cv.edited, "status": cv.status} if cv else None,
        "items": [_item(item) for item in interview.items],
        "runs": [run.event.model_dump(mode="json") for run in interview.runs],
        "saved_code": [saved.model_dump(mode="json") for saved in interview.saved_code],
        "ended": interview.ended.model_dump(mode="json") if interview.ended else None,
        "report": interview.report.model_dump(mode="json") if interview.report else None,
        "overrides": [
            made.event.model_dump(mode="json") | {"actor": made.actor} for made in interview.overrides
        ]
        or None,
    }


def _said(value: Any) -> Any:
    """`value` without the fields that are null."""
    match value:
        case dict():
            return {key: _said(part) for key, part in value.items() if part is not None}
        case list():
            return [_said(part) for part in value]
        case _:
            return value


def _item(item: Turn | Move) -> dict[str, Any]:
    common = {"seq": item.seq, "at": item.at.isoformat(), "item_id": item.item_id, "text": item.text}
    if isinstance(item, Turn):
        return common | {
            "modality": item.modality,
            "original": item.original,
            "complete": item.complete,
            "audio": item.audio.key if item.audio else None,
            "confidence": item.confidence,
        }
    return common | {
        "kind": item.kind,
        "authored": item.authored,
        "in_reply_to": item.in_reply_to,
        "question_id": item.question_id,
        "task_id": item.task_id,
        "key_point": item.key_point,
        "interrupted": item.interrupted,
    }


def test_there_are_logs_of_a_typed_a_spoken_and_a_coded_interview() -> None:
    assert {name.partition("-")[2] for name in NAMES} >= {"typed", "spoken", "cv-and-code"}


@pytest.mark.parametrize("name", NAMES)
class TestGolden:
    def test_it_folds_to_what_it_folded_to(self, name: str) -> None:
        expected = json.loads((LOGS / f"{name}.summary.json").read_text(encoding="utf-8"))
        # 0.1 folded it, and nothing ever read it.
        expected["summary"].pop("ended_at", None)

        told = summary(fold(expected["interview_id"], read(name)))
        # A field that a later release added has nothing to say of an earlier log.
        assert _said(told) == _said(expected["summary"])

    def test_it_folds_step_by_step_as_in_one_go(self, name: str) -> None:
        log = read(name)
        whole = fold("i", log)

        assert all(extend(fold("i", log[:cut]), log[cut:]) == whole for cut in range(1, len(log)))

    def test_every_event_fits_and_loses_nothing_when_written_again(self, name: str) -> None:
        for line, stored in zip(
            (LOGS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines(), read(name), strict=True
        ):
            assert len(EVENT.dump_json(stored.event)) <= MAX_EVENT_BYTES
            assert json.loads(line).items() <= stored.model_dump(mode="json", exclude_none=True).items()


@pytest.mark.parametrize("path", sorted(LOGS.glob("*.plan.json")), ids=lambda path: path.stem)
def test_a_plan_that_was_frozen_can_be_read_and_has_its_digest(path: Path) -> None:
    plan = Plan.model_validate_json(path.read_bytes())
    log = fold("i", read(path.name.removesuffix(".plan.json")))

    assert log.plan is not None
    assert plan.core_digest == log.plan.core_digest
    asked = {move.question_id or move.task_id for move in log.moves} - {None}
    assert asked <= {step.id for step in plan.steps}


# Writing: only what a release does once.


@dataclass
class _Studio:
    """The real services over a store of their own, with a clock that every look moves on."""

    folder: Path
    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)
    interview_id: str = ""
    said: int = field(default=0)

    def __post_init__(self) -> None:
        # Here, not above: a test run reads logs and needs none of these rooms.
        from runtime.cv.analysis import analyze
        from runtime.evaluation import evaluate
        from runtime.evaluation.pdf import write_pdf
        from runtime.knowledge import load_bank
        from runtime.knowledge.phrases import load_phrases
        from runtime.local.store import SqliteStore
        from runtime.local.uploads import LocalUploads
        from runtime.sandbox import EngineExecutor
        from runtime.sandbox.wasm_python import WasmPython
        from runtime.services.platform import Services, Tools

        self.store = SqliteStore(self.folder, clock=self.clock)
        self.engine = WasmPython()
        tools = Tools(code=EngineExecutor(self.engine), cv=analyze, evaluation=evaluate, pdf=write_pdf)
        services = Services.over(
            self.store,
            load_bank(),
            load_phrases(),
            tools,
            LocalUploads(self.store, path="/uploads/"),
            clock=lambda: self.now,
        )
        self.profiles, self.turns = services.profiles, services.turns
        self.interviews, self.code, self.reports = services.interviews, services.code, services.reports

    def clock(self) -> datetime:
        self.now += timedelta(seconds=7.25)
        return self.now

    @property
    def interview(self) -> Interview:
        return fold(self.interview_id, self.store.read(self.interview_id))

    def create(self, **change: object) -> None:
        from runtime.people.access import LOCAL_USER
        from runtime.services.interviews import NewInterview

        new = {
            "interview_type": "technical",
            "candidate_name": "Ada Example",
            "role": "Backend engineer",
            "level": "mid",
            "language": "en",
            "duration_minutes": 30,
            "mode": "practice",
            "job_description": None,
            "recording": False,
        }
        made = self.interviews.create(NewInterview(**new | change), LOCAL_USER, idempotency_key=None)  # type: ignore[arg-type]
        self.interview_id = made.interview_id

    def say(self, text: str) -> None:
        self.said += 1
        self.turns.say_message(self.interview_id, f"t{self.said}", text, actor="local")

    def finish(self) -> None:
        if not self.interview.ended:
            self.interviews.end(self.interview_id, actor="local")
        self.reports.report(self.interview_id, actor="local")

    def decide(self) -> None:
        from runtime.interview.events import ReportOverridden

        reason = "She drew the rest on paper, and I asked about it."
        decided = ReportOverridden(recommendation="hire", scores={"communication": 7.5}, reason=reason)
        self.reports.override(self.interview_id, decided, actor="local")


def _typed(studio: _Studio) -> None:
    studio.create(job_description="We run Postgres and Python services.")
    for text in (
        "Hello",
        "An index keeps a sorted copy of a column, so reads are fast and writes get slower.",
        'It depends: "cardinality" matters, and so does the 🦜 in the room.\n\tAnd the order of columns.',
        "Can you repeat that?",
        "Give me a minute.",
        "We measured it first. " * 300,
        "I don't know.",
        "Skip this one, please.",
        "Please end the interview.",
    ):
        studio.say(text)
    studio.finish()


def _spoken(studio: _Studio) -> None:
    studio.create(recording=True, mode="assessment")
    turns, interview_id = studio.turns, studio.interview_id
    turns.open_session(interview_id, "c1", actor="local")
    turns.greet(interview_id, connection_id="c1")
    greeting = studio.interview.moves[0]

    def speak(number: int, text: str, connection: str) -> None:
        audio = studio.store.put_blob(
            f"sessions/{interview_id}/audio/v{number}.pcm",
            bytes(320 * number),
            media_type="audio/l16;rate=16000",
        )
        turn = TurnCommitted(
            item_id=f"v{number}",
            text=text,
            modality="voice",
            utterance_id=f"u{number}",
            last_index=40 + number,
            audio=audio,
            confidence=0.8,
        )
        turns.commit(interview_id, turn, actor="local")
        turns.answer(interview_id, connection_id=connection)

    turns.truncate(interview_id, greeting.item_id, "Hello Ada, and", 900, actor="local", event_id=1)
    speak(1, "hello i am ready to begin now", "c1")
    speak(2, "an in decks is a sorted copy of a column that makes reads faster", "c1")
    turns.correct(
        interview_id,
        "v2",
        "An index is a sorted copy of a column that makes reads faster.",
        actor="local",
        event_id=2,
    )
    turns.break_silence(interview_id, after_seq=studio.interview.seq, connection_id="c1")
    turns.open_session(interview_id, "c2", actor="local")
    studio.now += timedelta(minutes=4)
    turns.welcome_back(interview_id, connection_id="c2")
    speak(3, "it costs time on every right because the copy must be kept in order", "c2")
    turns.commit(
        interview_id,
        TurnCommitted(item_id="t1", text="I typed this one.", modality="text"),
        actor="local",
        event_id=3,
    )
    turns.answer(interview_id, connection_id="c2")
    studio.finish()


_CV = """Ada Example
ada@example.org

Experience
Software engineer, Analytical Engines Ltd, London. January 2021 - December 2024
- Built the billing service in Python and moved it to Kubernetes.

Skills
Python, Kubernetes, Terraform, COBOL
"""


def _cv_and_code(studio: _Studio) -> None:
    from runtime.cv.correction import CorrectedResume
    from runtime.sandbox import CodeRequest

    studio.create(role=None, interview_type="Backend, Python")
    profile = studio.profiles.upload(studio.interview_id, _CV.encode(), "cv.txt", actor="local")
    resume = CorrectedResume.model_validate(profile.body["resume"])
    studio.profiles.edit(studio.interview_id, resume, expected=profile.version, actor="local")
    studio.say("Hello")
    while not studio.interview.task_id:
        studio.say("We used it in the billing service, where it kept the invoices in order for two years.")
    for number, code in enumerate(("def nothing():\n    pass\n", "def nothing():\n    return 1\n"), start=1):
        studio.code.save(studio.interview_id, "python", code, event_id=number, actor="local")
        studio.code.run(
            studio.interview_id, CodeRequest(code=code, language="python"), actor="local", run_id=f"r{number}"
        )
    own = {"functionName": "nothing", "testCases": [{"input": "[]", "expected": "1"}]}
    request = CodeRequest.model_validate({"code": code, "language": "python"} | own)
    studio.code.run(studio.interview_id, request, actor="local", run_id="r3")
    studio.say("I'm done.")
    studio.say("It returns one, whatever comes in, so most of the tests cannot pass.")
    while not studio.interview.ended:
        studio.say("I don't know.")
    studio.finish()
    studio.decide()


def _write(version: str, scenes: Iterable[tuple[str, Callable[[_Studio], None]]]) -> None:
    for name, scene in scenes:
        path = LOGS / f"{version}-{name}"
        if path.with_name(f"{path.name}.jsonl").exists():
            raise SystemExit(f"{path.name}.jsonl exists and must stay as it is; choose a new version")
        with tempfile.TemporaryDirectory() as folder:
            studio = _Studio(Path(folder))
            with studio.engine, closing(studio.store):
                scene(studio)
                log = studio.store.read(studio.interview_id)
                interview = studio.interview
                assert interview.plan is not None
                plan = studio.store.blob(interview.plan.plan)
        lines = (stored.model_dump_json(exclude_none=True) for stored in log)
        folded = {"interview_id": interview.interview_id, "summary": summary(interview)}
        path.with_name(f"{path.name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        path.with_name(f"{path.name}.summary.json").write_text(
            json.dumps(folded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        path.with_name(f"{path.name}.plan.json").write_bytes(plan + b"\n")


if __name__ == "__main__":
    _write(sys.argv[1], [("typed", _typed), ("spoken", _spoken), ("cv-and-code", _cv_and_code)])
