"""Freezing an interview's plan and reading it back."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Sequence
from typing import Final

from runtime.cv import Claim
from runtime.evaluation import AnswerTurn, LexicalExtractor, Rubric
from runtime.interview.conductor import Conductor
from runtime.interview.events import BlobRef, PlanFrozen
from runtime.interview.interview import Interview
from runtime.interview.plan import PersonalStep, Plan, TaskStep, make_plan
from runtime.interview.store import Store
from runtime.knowledge.bank import Bank, CodingTask, Question
from runtime.knowledge.phrases import Phrases
from runtime.services.cv import CvProfiles

_LONGEST_CLAIM: Final = 90


class Plans:
    """Plans of one bank. The plan of an interview never changes once its event is in the log."""

    def __init__(self, store: Store, bank: Bank, phrases: Phrases, profiles: CvProfiles) -> None:
        self._store = store
        self._bank = bank
        self._phrases = phrases
        self._profiles = profiles
        # A plan is read at every turn and named by its digest, so a small cache saves parsing it.
        self._read = functools.lru_cache(maxsize=256)(self._read_plan)

    def plan(self, interview: Interview) -> Plan:
        """The frozen plan, or the one that would be frozen now."""
        return self._read(interview.plan.plan) if interview.plan else self._make(interview)

    def open_task(self, interview: Interview) -> CodingTask | None:
        """The coding task the candidate is on now, if there is one."""
        if interview.ended or not interview.task_id:
            return None
        step = self.plan(interview).step(interview.task_id)
        return step.task if isinstance(step, TaskStep) else None

    def freeze(self, interview: Interview, plan: Plan) -> PlanFrozen:
        """Store the plan's body; the event to append makes it the interview's."""
        body = plan.model_dump_json().encode()
        # Named by its digest: of two that freeze at once, each event names the body it means.
        digest = hashlib.sha256(body).hexdigest()[:16]
        ref = self._store.put_blob(
            f"sessions/{interview.interview_id}/plan-{digest}.json", body, media_type="application/json"
        )
        return PlanFrozen(plan=ref, core_digest=plan.core_digest, bank_digest=plan.bank_digest)

    def conductor(self, plan: Plan) -> Conductor:
        """The conductor of this plan."""
        return Conductor(
            plan=plan, phrases=self._phrases, vocabulary=self._bank.vocabulary, open_points=open_points
        )

    def _make(self, interview: Interview) -> Plan:
        created = interview.created
        description = self._store.blob(created.job_description).decode() if created.job_description else ""
        return make_plan(
            self._bank,
            interview_type=created.interview_type,
            role=created.role,
            level=created.level,
            minutes=created.duration_minutes,
            job_description=description,
            seed=created.seed,
            personal=self._personal(interview),
        )

    def _personal(self, interview: Interview) -> tuple[PersonalStep, ...]:
        steps: list[PersonalStep] = []
        for number, claim in enumerate(self._profiles.claims(interview), start=1):
            words = {"claim": _claimed(claim)}
            text = self._phrases.say(claim.kind, seed=interview.interview_id, **words)
            rephrased = self._phrases.say(claim.kind, seed=interview.interview_id, said=[text], **words)
            steps.append(PersonalStep(id=f"personal-{number}", text=text, rephrased=rephrased))
        return tuple(steps)

    def _read_plan(self, ref: BlobRef) -> Plan:
        return Plan.model_validate_json(self._store.blob(ref))


def open_points(question: Question, said: Sequence[str]) -> frozenset[str]:
    """The question's key points that `said` has not shown: what the evaluator would still miss, too."""
    turns = [AnswerTurn(turn_id=str(number), text=text) for number, text in enumerate(said) if text.strip()]
    evidence = LexicalExtractor().extract(Rubric.of(question), turns)
    return frozenset(point.key_point_id for point in evidence.key_points if point.status != "shown")


def _claimed(claim: Claim) -> str:
    """What the CV claims; of a job with its position and employer, since "Analyst." alone reminds nobody of it."""
    text = _speakable(claim.text)
    if claim.kind not in {"newest_work", "senior_title"} or not claim.context:
        return text
    context = _speakable(claim.context)
    return context if text in context else f"{context}. {text}"


def _speakable(text: str) -> str:
    """Words of a CV as they can be said: one line, no markup, not too long. They stay data: nobody obeys them."""
    plain = " ".join(re.sub(r"[^\w\s.,&+#%'()/-]", " ", text).split())
    plain = plain.rstrip(" .,")  # the phrase around it brings its own full stop
    return plain if len(plain) <= _LONGEST_CLAIM else plain[:_LONGEST_CLAIM].rsplit(" ", 1)[0]
