"""Events and their folds: texts in parts, corrections, interruptions, and folding in one go or step by step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.interview.events import (
    EVENT,
    MAX_EVENT_BYTES,
    MAX_REASON,
    BlobRef,
    ClientEventTaken,
    CodeRun,
    CodeSaved,
    ConsentRecorded,
    CvAnalyzed,
    CvEdited,
    CvUploaded,
    Event,
    InterviewCreated,
    InterviewEnded,
    MoveEnded,
    MoveMade,
    MoveSaid,
    PlanFrozen,
    ReportFailed,
    ReportMade,
    ReportOverridden,
    SessionOpened,
    StoredEvent,
    TurnCommitted,
    TurnCorrected,
    correction_parts,
    event_body,
    turn_parts,
)
from runtime.interview.interview import Interview, Turn, extend, fold, preview

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
CREATED = InterviewCreated(owner="ada", candidate_name="Ada", interview_type="backend")
BLOB = BlobRef(key="cvs/i/x.json", sha256="0" * 64, size=1, media_type="application/json")


def stored(events: Iterable[Event]) -> list[StoredEvent]:
    return [
        StoredEvent(seq=seq, at=START + timedelta(seconds=seq), actor="ada", event=event)
        for seq, event in enumerate(events, start=1)
    ]


def folded(*events: Event) -> Interview:
    return fold("i", stored([CREATED, *events]))


def said(item_id: str, text: str = "", **more: object) -> TurnCommitted:
    return TurnCommitted.model_validate({"item_id": item_id, "text": text, "modality": "voice"} | more)


def moved(item_id: str, text: str = "Why?", **more: object) -> MoveMade:
    return MoveMade.model_validate({"item_id": item_id, "kind": "ask", "text": text} | more)


def size(event: Event) -> int:
    return len(EVENT.dump_json(event))


# Texts as strangers send them: every script, emoji, control characters; never a lone surrogate, which JSON text
# in UTF-8 cannot carry and the API refuses.
characters = st.characters(exclude_categories=["Cs"])
texts = st.one_of(
    st.text(characters, max_size=200),
    st.builds(
        lambda piece, times: piece * times, st.text(characters, min_size=1, max_size=8), st.integers(1, 2500)
    ),
)


class TestParts:
    @given(text=texts)
    def test_any_text_splits_into_parts_that_fit_and_folds_back_to_itself(self, text: str) -> None:
        whole = said("i" * 64, text, audio=BLOB, words=BLOB, utterance_id="u" * 64, last_index=10**6)

        parts = turn_parts(whole)

        assert all(size(part) <= MAX_EVENT_BYTES for part in parts)
        turn = folded(*parts).turns[0]
        assert (turn.text, turn.original, turn.complete) == (text, text, True)
        assert (turn.audio, turn.words) == (BLOB, BLOB)

    @pytest.mark.parametrize("character", ["x", "\x00", "\x7f", '"', "\\", "\n", "é", "中", "🦜", "\u2028"])
    def test_twenty_thousand_of_any_one_character_fit(self, character: str) -> None:
        parts = turn_parts(said("t1", character * 20_000))

        assert max(map(size, parts)) <= MAX_EVENT_BYTES
        assert folded(*parts).turns[0].text == character * 20_000

    @given(before=texts, after=texts)
    def test_a_correction_in_parts_counts_and_the_original_stays(self, before: str, after: str) -> None:
        turn = folded(*turn_parts(said("t1", before)), *correction_parts("t1", after)).turns[0]

        assert (turn.text, turn.original, turn.corrected) == (after, before, after != before)

    def test_a_turn_is_complete_only_with_its_last_part(self) -> None:
        first, *rest = turn_parts(said("t1", "x" * 9000))

        assert not folded(first).turns[0].complete
        assert folded(first, *rest).turns[0].complete

    def test_a_part_that_follows_something_else_is_refused(self) -> None:
        _, second, *_ = turn_parts(said("t1", "x" * 9000))

        with pytest.raises(ValueError, match="part 2"):
            folded(said("t2"), second)
        with pytest.raises(ValueError, match="part 2"):
            folded(second)


class TestItems:
    def test_half_a_correction_changes_nothing_yet(self) -> None:
        first, *_ = correction_parts("t1", "y" * 9000)

        assert folded(said("t1", "x"), first).turns[0].text == "x"

    def test_the_newest_correction_counts(self) -> None:
        interview = folded(
            said("t1", "heard"),
            said("t2", "other"),
            *correction_parts("t1", "first"),
            *correction_parts("t1", "second"),
        )

        assert [turn.text for turn in interview.turns] == ["second", "other"]
        assert interview.turns[0].original == "heard"

    def test_an_interrupted_move_keeps_what_was_heard_and_what_was_meant(self) -> None:
        interview = folded(
            moved("m2", "What is an index, and when does it help?"),
            MoveEnded(item_id="m2", status="interrupted", text="What is", heard_ms=400),
        )

        move = interview.moves[0]
        assert move.interrupted
        assert (move.text, move.authored) == ("What is", "What is an index, and when does it help?")

    def test_what_a_model_said_stands_in_the_transcript_and_what_was_authored_is_kept(self) -> None:
        made = MoveMade(item_id="m2", kind="probe", text="I see. What is an index?", fixed_from=7)
        interview = folded(made, MoveSaid(item_id="m2", opening="You named two. ", said_by="a model"))

        move = interview.moves[0]
        assert (move.text, move.authored) == ("You named two. What is an index?", "I see. What is an index?")
        assert (move.opening, move.fixed) == ("I see. ", "What is an index?")
        assert (move.said_by, move.lapse) == ("a model", None)

    def test_of_an_interrupted_move_what_was_heard_stands_whoever_said_it(self) -> None:
        made = MoveMade(item_id="m2", kind="probe", text="I see. What is an index?", fixed_from=7)
        cut = MoveEnded(item_id="m2", status="interrupted", text="You named", heard_ms=300)
        said_so = MoveSaid(item_id="m2", opening="You named two of them. ", said_by="a model")

        orders = [folded(made, cut, said_so), folded(made, said_so, cut)]

        assert [interview.moves[0].text for interview in orders] == ["You named", "You named"]
        assert [interview.moves[0].unheard for interview in orders] == [True, True]

    def test_the_end_of_an_unknown_move_or_turn_changes_nothing(self) -> None:
        ended = MoveEnded(item_id="t1", status="interrupted", text="")

        assert folded(said("t1", "x"), ended).turns[0].text == "x"

    def test_a_turn_is_unanswered_until_a_move_follows_it(self) -> None:
        assert folded(moved("m2"), said("t1")).unanswered is not None
        assert folded(moved("m2"), said("t1"), moved("m4")).unanswered is None
        assert folded().unanswered is None

    def test_two_turns_in_a_row_share_the_move_that_follows_them(self) -> None:
        interview = folded(said("t1"), said("t2"), moved("m4"))

        assert interview.reply_to("t1") == interview.reply_to("t2") == interview.moves[0]
        assert interview.reply_to("t3") is None
        assert folded(moved("m2"), said("t1")).reply_to("t1") is None

    def test_received_sound_only_rises(self) -> None:
        interview = folded(
            said("t1", utterance_id="u1", last_index=9),
            said("t2", utterance_id="u1", last_index=4),
            said("t3", utterance_id="u2", last_index=1),
        )

        assert interview.received == {"u1": 9, "u2": 1}

    def test_client_events_only_rise(self) -> None:
        assert folded(ClientEventTaken(event_id=7), ClientEventTaken(event_id=3)).event_id == 7

    def test_the_task_that_is_open_is_the_one_named_last_and_closes_with_the_next_question(self) -> None:
        task, question = moved("m2", task_id="two-sum"), moved("m4", question_id="q")

        assert folded(task, moved("m3")).task_id == "two-sum"
        assert folded(task, question).task_id is None


class TestStates:
    def test_a_status_follows_plan_and_end(self) -> None:
        plan = PlanFrozen(plan=BLOB, core_digest="c", bank_digest="b")
        ended = InterviewEnded(reason="time")

        assert [folded(*events).status for events in ([], [plan], [plan, ended], [ended])] == [
            "created",
            "in_progress",
            "ended",
            "ended",
        ]
        assert folded(plan).header.status == "in_progress"

    def test_cv_versions_are_kept_and_the_newest_counts(self) -> None:
        interview = folded(
            CvUploaded(document=BLOB, filename="cv.pdf"),
            CvAnalyzed(analysis=BLOB, status="needs_ocr", version=1),
            CvEdited(analysis=BLOB, version=2),
        )

        assert [version.version for version in interview.cv_versions] == [1, 2]
        assert interview.cv is not None
        assert (interview.cv.edited, interview.cv.status) == (True, "ok")

    def test_a_report_made_after_a_failure_takes_its_place(self) -> None:
        failed = folded(ReportFailed(reason="no room"))
        assert failed.report_failed == "no room"

        made = folded(ReportFailed(reason="no room"), ReportMade(report=BLOB))
        assert (made.report, made.report_failed) == (BLOB, None)

    def test_an_override_stands_beside_the_report_and_says_who_and_when(self) -> None:
        hire = ReportOverridden(
            recommendation="hire", scores={"communication": 7.5}, reason="She solved it on paper."
        )
        no_hire = ReportOverridden(recommendation="no_hire", reason="I mixed up two people.")

        interview = folded(ReportMade(report=BLOB), hire, no_hire)

        assert interview.report == BLOB
        assert [override.event for override in interview.overrides] == [hire, no_hire]
        assert all(override.actor and override.at for override in interview.overrides)

    @pytest.mark.parametrize("points", [0.9, 10.1, float("inf"), float("nan")])
    def test_points_that_no_score_can_have_are_refused(self, points: float) -> None:
        with pytest.raises(ValueError, match="scores"):
            ReportOverridden(recommendation="hire", scores={"communication": points}, reason="So.")

    def test_the_longest_reason_fits_into_an_event(self) -> None:
        scores = dict.fromkeys(
            ["technical_knowledge", "problem_solving", "communication", "code_quality", "cultural_fit"], 10.0
        )
        reason = "\N{PARROT}" * MAX_REASON

        assert event_body(ReportOverridden(recommendation="strong_hire", scores=scores, reason=reason))

    def test_a_log_begins_with_its_creation_once(self) -> None:
        with pytest.raises(ValueError, match="empty"):
            fold("i", [])
        with pytest.raises(ValueError, match=r"begins with turn\.committed"):
            fold("i", stored([said("t1")]))
        with pytest.raises(ValueError, match="twice"):
            folded(CREATED)


short = st.text("abc-", min_size=1, max_size=3)
ids = st.sampled_from(["t1", "t2", "m1", "m2"])
blobs = st.builds(BlobRef, key=short, sha256=short, size=st.integers(0, 9), media_type=short)


def alone(model: type[Event]) -> st.SearchStrategy[list[Event]]:
    return st.from_type(model).map(lambda event: [event])


whole_events: dict[type, st.SearchStrategy[list[Event]]] = {
    ConsentRecorded: st.builds(ConsentRecorded).map(lambda event: [event]),
    TurnCommitted: st.builds(
        lambda item, times: list(turn_parts(said(item, "abc " * times))), ids, st.integers(0, 2000)
    ),
    TurnCorrected: st.builds(
        lambda item, times: list(correction_parts(item, "xyz " * times)), ids, st.integers(0, 2000)
    ),
    MoveMade: st.builds(MoveMade, item_id=ids, text=short).map(lambda event: [event]),
    MoveSaid: st.builds(MoveSaid, item_id=ids, opening=short).map(lambda event: [event]),
    MoveEnded: st.builds(MoveEnded, item_id=ids, text=short).map(lambda event: [event]),
    ReportOverridden: st.builds(
        ReportOverridden, scores=st.dictionaries(short, st.floats(1, 10)), reason=st.text(max_size=20)
    ).map(lambda event: [event]),
    **{
        model: alone(model)
        for model in (
            ClientEventTaken,
            CodeRun,
            CodeSaved,
            CvAnalyzed,
            CvEdited,
            CvUploaded,
            InterviewEnded,
            PlanFrozen,
            ReportFailed,
            ReportMade,
            SessionOpened,
        )
    },
}
logs = st.lists(st.one_of(*whole_events.values()), max_size=12).map(
    lambda groups: stored([CREATED, *(event for group in groups for event in group)])
)


def test_the_generated_logs_hold_every_type_of_event() -> None:
    members = get_args(get_args(Event)[0])

    assert set(members) == {InterviewCreated, *whole_events}
    assert len(members) <= 20


@given(log=logs, data=st.data())
def test_folding_in_one_go_is_folding_step_by_step(log: list[StoredEvent], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(log)))

    assert extend(fold("i", log[:cut]), log[cut:]) == fold("i", log)


@given(log=logs)
def test_a_log_that_was_written_and_read_folds_to_the_same(log: list[StoredEvent]) -> None:
    read = [StoredEvent.model_validate_json(item.model_dump_json()) for item in log]

    assert fold("i", read) == fold("i", log)


@given(log=logs)
def test_a_preview_is_what_the_fold_will_be(log: list[StoredEvent]) -> None:
    begun = fold("i", log[:1])

    seen = preview(begun, [item.event for item in log[1:]], at=START)

    assert seen.header == fold("i", log).header
    assert seen.seq == len(log)
    assert [item.item_id for item in seen.items] == [item.item_id for item in fold("i", log).items]


def test_unknown_fields_of_a_later_release_are_ignored() -> None:
    raw = said("t1", "hello").model_dump() | {"mood": "unknown"}

    turn = folded(EVENT.validate_python(raw)).items[0]
    assert isinstance(turn, Turn)
    assert turn.text == "hello"
