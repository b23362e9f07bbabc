import { useEffect, useRef, useState } from "preact/hooks";

import { getHealth, type Health, type Session } from "../api";
import { Microphone } from "../audio/microphone";
import type { Interview } from "../interview";
import { canTryCvAgain, getCv, tryCvAgain, uploadCv, type Cv } from "../cv";
import { CvPicker, CvProfile } from "../parts/cv";
import { CvEditor } from "../parts/cv_editor";
import { Level } from "../parts/level";
import { Notice, Screen } from "../parts/screen";
import { useView } from "../parts/view";

export function Prepare(props: { session: Session; interview: Interview; onBegin: () => void }) {
  const { session, interview } = props;
  const { microphone, connection } = useView(interview);
  const [health, setHealth] = useState<Health | null>(null);
  useEffect(() => void getHealth().then(setHealth, () => undefined), []);
  const resumed = session.status === "in_progress";
  const deaf = health !== null && health.engines.recognizer === null;

  return (
    <Screen
      title={resumed ? "Welcome back" : `Ready, ${session.candidate_name}?`}
      lead={`${session.interview_type} · ${session.duration_minutes} minutes · ${session.mode}`}
    >
      {connection === "waiting" && <Notice kind="calm">The server does not answer yet. Trying again…</Notice>}
      {(connection === "unknown" || connection === "refused") && <Notice>This interview is not open to you.</Notice>}
      <div class="prepare">
        <MicrophoneCheck interview={interview} deaf={deaf} />
        <SpeakerCheck interview={interview} mute={health !== null && health.engines.synthesizer === null} />
        {!resumed && <CvCheck session={session} />}
      </div>
      <div class="actions begin">
        <button type="button" class="primary large" onClick={props.onBegin} disabled={connection === "connecting"}>
          {_label(resumed, microphone !== "none")}
        </button>
        <span class="hint">
          {microphone === "none"
            ? "You can type every answer, and turn the microphone on later."
            : "You can type at any moment too. Take the time you need: pauses are fine."}
        </span>
      </div>
    </Screen>
  );
}

const _label = (resumed: boolean, heard: boolean): string =>
  `${resumed ? "Resume" : "Begin"}${heard ? " the interview" : " without microphone"}`;

function MicrophoneCheck({ interview, deaf }: { interview: Interview; deaf: boolean }) {
  const { microphone } = useView(interview);
  const [failed, setFailed] = useState<string | null>(null);
  const [device, setDevice] = useState("");
  const [asking, setAsking] = useState(false);

  const open = async () => {
    setFailed(null);
    setAsking(true);
    try {
      const opened = await Microphone.open();
      setDevice(opened.device);
      interview.useMicrophone(opened);
    } catch (error) {
      setFailed((error as Error).message);
    } finally {
      setAsking(false);
    }
  };

  return (
    <section class="card" aria-labelledby="microphone-title">
      <h2 id="microphone-title">Microphone</h2>
      {deaf ? (
        <p>No speech recognition runs on this server, so please type your answers.</p>
      ) : microphone === "none" ? (
        <>
          <p>The browser will ask whether this page may listen.</p>
          <button type="button" class="primary" onClick={() => void open()} disabled={asking}>
            {asking ? "Waiting for your permission…" : "Turn the microphone on"}
          </button>
        </>
      ) : (
        <>
          <p>Say something. The bar should move.</p>
          <Level interview={interview} />
          <p class="hint">{device}</p>
          <button type="button" class="quiet" onClick={() => interview.useMicrophone(null)}>
            Turn it off
          </button>
        </>
      )}
      {failed && <Notice>{failed}</Notice>}
    </section>
  );
}

function SpeakerCheck({ interview, mute }: { interview: Interview; mute: boolean }) {
  const [played, setPlayed] = useState(false);
  return (
    <section class="card" aria-labelledby="speaker-title">
      <h2 id="speaker-title">Speaker</h2>
      {mute ? (
        <p>No voice runs on this server. You will read what the interviewer says.</p>
      ) : (
        <>
          <p>{played ? "You should have heard three notes. If not, check the volume." : "Three soft notes, to set the volume by."}</p>
          <button
            type="button"
            onClick={() => {
              setPlayed(true);
              void interview.playback.resume().then(() => interview.playback.playSamples("test", _notes()));
            }}
          >
            Play the sound
          </button>
        </>
      )}
    </section>
  );
}

/** A rising triad with soft edges, 24 kHz. */
function _notes(): Float32Array<ArrayBuffer> {
  const length = 0.32;
  const samples = new Float32Array(24_000 * length * 3);
  for (const [nth, hertz] of [392, 493.88, 587.33].entries()) {
    for (let at = 0; at < 24_000 * length; at++) {
      const time = at / 24_000;
      const envelope = Math.min(1, time / 0.02) * Math.exp(-6 * time);
      samples[nth * 24_000 * length + at] = 0.3 * envelope * Math.sin(2 * Math.PI * hertz * time);
    }
  }
  return samples;
}

function CvCheck({ session }: { session: Session }) {
  const failedBefore = `cv-failed/${session.session_id}`;
  const [cv, setCv] = useState<Cv | null>(null);
  const [loading, setLoading] = useState(true);
  const [failed, setFailed] = useState(sessionStorage.getItem(failedBefore));

  useEffect(() => {
    getCv(session.session_id)
      .then(setCv, (error: unknown) => setFailed((error as Error).message))
      .finally(() => setLoading(false));
  }, [session.session_id]);

  const [sent, setSent] = useState<number | null>(null);
  const [editing, setEditing] = useState(false);
  const correct = useRef<HTMLButtonElement>(null);

  const read = async (ask: () => Promise<Cv>) => {
    setLoading(true);
    try {
      setCv(await ask());
      sessionStorage.removeItem(failedBefore);
      setFailed(null);
    } catch (error) {
      setFailed((error as Error).message);
    } finally {
      setLoading(false);
      setSent(null);
    }
  };
  const upload = (file: File | null) => file && void read(() => uploadCv(session.session_id, file, setSent));
  const close = (corrected?: Cv) => {
    if (corrected) setCv(corrected);
    setEditing(false);
    // The focus goes back to where it came from, once that is there again.
    setTimeout(() => correct.current?.focus());
  };
  const ours = cv?.versions.at(-1)?.by === "candidate";
  const nothing = !cv || cv.analysis.status === "needs_ocr" || (!ours && !cv.analysis.text?.trim());

  return (
    <section class="card across" aria-labelledby="cv-title">
      <h2 id="cv-title">{cv && cv.analysis.status === "ok" ? (ours ? "Your CV, as you corrected it" : "What we read in your CV") : "CV"}</h2>
      {failed && <Notice>The CV was not taken. {failed}</Notice>}
      {cv && !editing && <CvProfile cv={cv} />}
      {cv && editing && <CvEditor session={session.session_id} cv={cv} onSaved={close} onClose={() => close()} />}
      {cv && !editing && !loading && (
        <div class="actions">
          <button ref={correct} type="button" onClick={() => setEditing(true)}>
            {cv.analysis.status === "ok" ? "Correct it" : "Fill it in by hand"}
          </button>
          <span class="hint">The interview asks about what stands here. Both versions are kept.</span>
        </div>
      )}
      {loading ? (
        <p class="hint" role="status">
          {sent !== null && sent < 1 ? `Uploading… ${Math.round(100 * sent)} %` : "Reading…"}
        </p>
      ) : (
        !editing && nothing && <CvPicker file={null} onPick={upload} />
      )}
      {!loading && !editing && canTryCvAgain(session.session_id) && (
        <button type="button" onClick={() => void read(() => tryCvAgain(session.session_id, setSent))}>
          Try again
        </button>
      )}
    </section>
  );
}
