"""From log to wire: the server events that stored events mean, the same live and after a drop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runtime.interview.events import InterviewEnded, MoveMade, StoredEvent, TurnCommitted, TurnCorrected
from runtime.interview.interview import Interview, Move, Turn
from runtime.interview.plan import Plan, TaskStep
from runtime.voice.protocol import (
    CodingTaskGiven,
    ItemAdded,
    ResponseDone,
    ServerEvent,
    SessionEnded,
    TranscriptionCompleted,
)


def wire(events: Iterable[StoredEvent], interview: Interview, plan: Plan | None) -> Iterator[ServerEvent]:
    """The server events of `events`, in order. `interview` is folded at least as far as they go."""
    for stored in events:
        match stored.event:
            case TurnCommitted(item_id=item_id, part=part, parts=parts) if part == parts:
                yield from _turn(stored.seq, interview, item_id)
            case TurnCorrected(item_id=item_id, part=part, parts=parts) if part == parts:
                turn = interview.item(item_id)
                if isinstance(turn, Turn):
                    yield TranscriptionCompleted(
                        seq=stored.seq, item_id=item_id, text=turn.text, corrected=True
                    )
            case MoveMade(item_id=item_id) as move:
                if move.kind == "coding_task" and (task := coding_task(stored.seq, move.task_id, plan)):
                    yield task
                made = interview.item(item_id)
                if isinstance(made, Move):
                    yield done(stored.seq, made)
            case InterviewEnded(reason=reason):
                yield SessionEnded(
                    seq=stored.seq,
                    reason=reason,
                    report_url=f"/api/interviews/{interview.interview_id}/performance-report",
                )
            case _:
                pass


def done(seq: int, move: Move) -> ResponseDone:
    """The complete move as one event."""
    status = "cancelled" if move.interrupted else "completed"
    return ResponseDone(seq=seq, item_id=move.item_id, status=status, text=move.text, move=move.kind)


def coding_task(seq: int, task_id: str | None, plan: Plan | None) -> CodingTaskGiven | None:
    """The coding task as the candidate may see it: no hidden tests."""
    step = plan.step(task_id) if plan and task_id else None
    if not isinstance(step, TaskStep):
        return None
    task = step.task
    return CodingTaskGiven(
        seq=seq,
        task_id=task.id,
        title=task.title,
        statement=task.statement,
        function_name=task.function_name,
        starter=task.starter,
        examples=task.examples,
    )


def _turn(seq: int, interview: Interview, item_id: str) -> Iterator[ServerEvent]:
    turn = interview.item(item_id)
    if not isinstance(turn, Turn):
        return
    if turn.modality == "voice":
        yield TranscriptionCompleted(seq=seq, item_id=item_id, text=turn.original)
    else:
        yield ItemAdded(seq=seq, item_id=item_id, text=turn.original)
