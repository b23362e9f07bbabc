import { useEffect, useRef, useState } from "preact/hooks";

import { getTranscript, type Session } from "../api";
import { Microphone } from "../audio/microphone";
import type { Interview, Phase, Turn, View } from "../interview";
import { CodingTask } from "../parts/coding_task";
import { Confirm } from "../parts/confirm";
import { Level } from "../parts/level";
import { Mark, Notice } from "../parts/screen";
import { useView } from "../parts/view";

const PHASES: Record<Phase, string> = {
  connecting: "Connecting",
  listening: "Listening",
  hearing: "You are speaking",
  thinking: "Thinking",
  speaking: "Interviewer is speaking",
  reconnecting: "Reconnecting, nothing is lost",
  stopped: "Stopped",
};

export function Conversation({ session, interview }: { session: Session; interview: Interview }) {
  const view = useView(interview);
  const [ending, setEnding] = useState(false);
  const [shown, setShown] = useState<"talk" | "code">("talk");
  const taskId = view.task?.task_id;

  useEffect(() => {
    document.title = `${session.interview_type} · PrepAI`;
  }, [session]);
  useEffect(() => {
    if (taskId) setShown("code");
  }, [taskId]);
  useEffect(() => {
    if (view.ended) {
      const leave = setTimeout(() => (location.hash = `#/report/${encodeURIComponent(interview.id)}`), 2_500);
      return () => clearTimeout(leave);
    }
    return undefined;
  }, [view.ended, interview]);

  return (
    <div class={view.task ? "live with-code" : "live"} data-shown={shown}>
      <header class="live-bar">
        <span class="brand">
          <Mark /> <span class="kind">{session.interview_type}</span>
        </span>
        <Presence phase={view.phase} hears={view.microphone === "on"} />
        <Timer session={session} running={!view.ended} />
        {view.engines?.synthesizer != null && (
          <button
            type="button"
            class="icon"
            aria-pressed={view.voice}
            aria-label="Interviewer's voice"
            title={view.voice ? "Turn the interviewer's voice off" : "Turn the interviewer's voice on"}
            onClick={() => interview.useVoice(!view.voice)}
          >
            <SpeakerIcon />
          </button>
        )}
        <button type="button" class="end" onClick={() => setEnding(true)} disabled={view.ended !== null}>
          End
        </button>
      </header>

      <Interruption view={view} interview={interview} />

      {view.task && (
        <div class="tabs" role="group" aria-label="What to show">
          <button type="button" aria-pressed={shown === "talk"} onClick={() => setShown("talk")}>
            Conversation
          </button>
          <button type="button" aria-pressed={shown === "code"} onClick={() => setShown("code")}>
            Code
          </button>
        </div>
      )}

      <main class="talk" aria-label="Conversation">
        <Turns view={view} interview={interview} />
        <Composer view={view} interview={interview} />
      </main>
      {view.task && <CodingTask key={view.task.task_id} task={view.task} interview={interview} />}
      <Announcements view={view} />

      {ending && (
        <Confirm
          title="End the interview?"
          action="End and see the report"
          danger
          onCancel={() => setEnding(false)}
          onConfirm={() => {
            setEnding(false);
            interview.end();
          }}
        >
          <p>You cannot come back to it afterwards. The report is made from what you have said and coded so far.</p>
        </Confirm>
      )}
    </div>
  );
}

function Presence({ phase, hears }: { phase: Phase; hears: boolean }) {
  // Without an open microphone nobody listens, and nothing here may say so.
  const label = phase === "listening" && !hears ? "Your turn" : PHASES[phase];
  return (
    <div class="presence" data-phase={phase} role="status">
      <span class="waves" aria-hidden="true">
        <i />
        <i />
        <i />
        <i />
      </span>
      <span class="phase">{label}</span>
    </div>
  );
}

function Timer({ session, running }: { session: Session; running: boolean }) {
  const [begun, setBegun] = useState(Date.now);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (session.status !== "in_progress") return;
    // Somebody who comes back goes on in the same half hour.
    getTranscript(session.session_id).then(
      ({ items }) => items[0] && setBegun(Date.parse(items[0].at)),
      () => undefined,
    );
  }, [session]);
  useEffect(() => {
    if (!running) return undefined;
    const tick = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(tick);
  }, [running]);
  const seconds = Math.max(0, Math.floor((now - begun) / 1_000));
  const over = seconds > session.duration_minutes * 60;
  return (
    <div class={over ? "timer over" : "timer"} role="timer" aria-label="Time so far">
      {_clock(seconds)} <span>/ {session.duration_minutes}:00</span>
    </div>
  );
}

const _clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function Interruption({ view, interview }: { view: View; interview: Interview }) {
  if (view.connection === "taken_over") {
    return (
      <Notice>
        This interview goes on in another tab or on another device.{" "}
        <button type="button" class="link" onClick={() => location.reload()}>
          Take it back to this one
        </button>
      </Notice>
    );
  }
  if (view.connection === "unknown") return <Notice>This interview does not exist any more.</Notice>;
  if (view.connection === "refused") return <Notice>You may not open this interview any more. Sign in again, then resume it.</Notice>;
  if (view.connection === "ended" || view.ended) {
    return (
      <Notice kind="calm">
        The interview has ended. <a href={`#/report/${encodeURIComponent(interview.id)}`}>To the report</a>
      </Notice>
    );
  }
  if (view.connection === "waiting") {
    return (
      <Notice kind="calm">
        The line is down. What you say and write is kept and sent as soon as it is back.{" "}
        <button type="button" class="link" onClick={() => interview.retryNow()}>
          Try now
        </button>
      </Notice>
    );
  }
  if (view.notice) return <Notice onClose={() => interview.putNoticeAway()}>{view.notice}</Notice>;
  return null;
}

function Turns({ view, interview }: { view: View; interview: Interview }) {
  const list = useRef<HTMLOListElement>(null);
  const last = view.turns.at(-1);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    // Whoever scrolled up to read stays there.
    const near = element.scrollHeight - element.scrollTop - element.clientHeight < 240;
    if (near) element.scrollTop = element.scrollHeight;
  }, [view.turns.length, last?.text, last?.state]);
  return (
    <ol class="turns" ref={list} tabIndex={0} aria-label="What was said">
      {view.turns.length === 0 && <li class="hint waiting">The interviewer is about to say hello.</li>}
      {view.turns.map((turn) => (
        <TurnItem key={turn.id} turn={turn} interview={interview} editable={!view.ended} />
      ))}
    </ol>
  );
}

function TurnItem({ turn, interview, editable }: { turn: Turn; interview: Interview; editable: boolean }) {
  const [draft, setDraft] = useState<string | null>(null);
  const edit = useRef<HTMLButtonElement>(null);
  const spoken = turn.role === "candidate" && turn.modality === "voice";
  const close = () => {
    setDraft(null);
    requestAnimationFrame(() => edit.current?.focus());
  };
  const save = () => {
    if (draft !== null && (draft.trim() === turn.text || interview.correct(turn.id, draft))) close();
  };
  return (
    <li class={`turn ${turn.role}`} data-state={turn.state} data-item={turn.id}>
      <span class="who">{turn.role === "interviewer" ? "Interviewer" : "You"}</span>
      {draft === null ? (
        <p class="said">{turn.text || (turn.state === "done" ? <em>Nothing was understood. You can write what you said.</em> : <span class="dots" aria-label="working" />)}</p>
      ) : (
        <Correction draft={draft} onDraft={setDraft} onSave={save} onCancel={close} />
      )}
      {draft === null && (
        <span class="meta">
          {turn.role === "candidate" && turn.state === "pending" && (spoken ? "being written down…" : "sending…")}
          {turn.role === "candidate" && turn.state === "open" && "live caption"}
          {turn.interrupted && "interrupted by you"}
          {turn.corrected && "corrected by you"}
          {spoken && turn.state === "done" && editable && (
            <button type="button" class="link" ref={edit} onClick={() => setDraft(turn.text)}>
              Edit transcript
            </button>
          )}
        </span>
      )}
    </li>
  );
}

function Correction(props: { draft: string; onDraft: (text: string) => void; onSave: () => void; onCancel: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <div class="edit">
      <textarea
        ref={field}
        aria-label="What you said"
        value={props.draft}
        rows={3}
        maxLength={7_000}
        onInput={(event) => props.onDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") props.onCancel();
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            props.onSave();
          }
        }}
      />
      <div class="actions">
        <button type="button" class="primary" onClick={props.onSave}>
          Save
        </button>
        <button type="button" onClick={props.onCancel}>
          Cancel
        </button>
      </div>
    </div>
  );
}

function Composer({ view, interview }: { view: View; interview: Interview }) {
  const [text, setText] = useState("");
  const [failed, setFailed] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const stopped = view.phase === "stopped";
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [text]);

  const send = () => {
    if (interview.say(text)) setText("");
    field.current?.focus();
  };
  const openMicrophone = async () => {
    try {
      setFailed(null);
      interview.useMicrophone(await Microphone.open());
    } catch (error) {
      setFailed((error as Error).message);
    }
  };
  const deaf = view.engines !== null && view.engines.recognizer == null;

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {failed && <Notice onClose={() => setFailed(null)}>{failed}</Notice>}
      <div class="quick" role="group" aria-label="Quick answers">
        <button type="button" disabled={stopped} onClick={() => interview.say("Can you repeat the question?")}>
          Repeat
        </button>
        <button type="button" disabled={stopped} onClick={() => interview.say("Give me a minute please.")}>
          Give me a minute
        </button>
        <button type="button" disabled={stopped} onClick={() => interview.say("Skip this question.")}>
          Skip
        </button>
        {view.microphone === "on" && !deaf && (
          <button type="button" class="done" disabled={stopped} onClick={() => interview.finishTurn()}>
            I'm done
          </button>
        )}
      </div>
      <div class="write">
        {!deaf && (
          <div class="mic" data-state={view.microphone}>
            <Level interview={interview} />
            <button
              type="button"
              disabled={stopped}
              aria-pressed={view.microphone === "on"}
              aria-label={view.microphone === "none" ? "Turn the microphone on" : view.microphone === "on" ? "Mute the microphone" : "Unmute the microphone"}
              title={view.microphone === "none" ? "Turn the microphone on" : view.microphone === "on" ? "Mute" : "Unmute"}
              onClick={() => (view.microphone === "none" ? void openMicrophone() : interview.mute(view.microphone === "on"))}
            >
              <MicrophoneIcon />
            </button>
          </div>
        )}
        <textarea
          ref={field}
          rows={1}
          value={text}
          maxLength={7_000}
          disabled={stopped}
          aria-label="Type an answer"
          placeholder={view.microphone === "on" ? "Speak, or type here" : "Type your answer"}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
              event.preventDefault();
              send();
            }
          }}
        />
        <button type="submit" class="primary" disabled={stopped || !text.trim()}>
          Send
        </button>
      </div>
    </form>
  );
}

function SpeakerIcon() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z" />
      <path class="sound" d="M15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11" />
      <path class="slash" d="M15.5 9.5l5 5M20.5 9.5l-5 5" />
    </svg>
  );
}

function MicrophoneIcon() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <rect x="9" y="3" width="6" height="11" rx="3" />
      <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
      <path class="slash" d="M4 4l16 16" />
    </svg>
  );
}

/** Whole turns for a screen reader: words that are still changing would be read over and over. */
function Announcements({ view }: { view: View }) {
  const last = view.turns.findLast((turn) => turn.state === "done");
  if (!last) return <div class="unseen" aria-live="polite" />;
  return (
    <div class="unseen" aria-live="polite">
      {last.role === "interviewer" ? "Interviewer" : "You"}: {last.text}
    </div>
  );
}
