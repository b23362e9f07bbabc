/** A live interview as the page sees it: what was said, who speaks, and what the candidate can do about it. */

import { makeTicket } from "./api";
import type { Microphone } from "./audio/microphone";
import { toBase64 } from "./audio/pcm";
import { Playback } from "./audio/playback";
import { InterviewClient, MessageTooLong, type Connection } from "./client";
import type { CodingTaskGiven, Engines, ServerMessage } from "./protocol";

export interface Turn {
  id: string;
  role: "interviewer" | "candidate";
  text: string;
  modality: "voice" | "text";
  /** `open`: still being said; `pending`: not yet in the log, or its words are still being worked out. */
  state: "open" | "pending" | "done";
  corrected: boolean;
  interrupted: boolean;
}

export type Phase = "connecting" | "listening" | "hearing" | "thinking" | "speaking" | "reconnecting" | "stopped";

export interface View {
  connection: Connection;
  phase: Phase;
  engines: Engines | null;
  turns: readonly Turn[];
  task: CodingTaskGiven | null;
  /** What the candidate should know now; it stays until the next one or until it is put away. */
  notice: string | null;
  microphone: "none" | "on" | "muted";
  voice: boolean;
  ended: { reason: string } | null;
}

/** Shorter sounds are coughs and "mm-hm": the interviewer goes on. */
const BARGE_IN_MS = 300;
const CODE_UPDATE_EVERY_MS = 5_000;

export class Interview {
  readonly id: string;
  readonly playback: Playback;
  /** The microphone's level, 0 to 1, ten times a second. Apart from `view`, because it changes all the time. */
  onLevel: (level: number) => void = () => undefined;

  #view: View = {
    connection: "closed",
    phase: "connecting",
    engines: null,
    turns: [],
    task: null,
    notice: null,
    microphone: "none",
    voice: true,
    ended: null,
  };
  readonly #watchers = new Set<() => void>();
  readonly #client: InterviewClient;
  #microphone: Microphone | null = null;
  #frameIndex = 0;
  #started = false;

  #speechHeard = false;
  #answerDue = false;
  #responding: string | null = null;
  /** The item whose remaining sound nobody wants to hear any more. */
  #silenced: string | null = null;
  #bargeIn: ReturnType<typeof setTimeout> | undefined;

  #code: { language: string; code: string } | null = null;
  readonly #codeTimer: ReturnType<typeof setInterval>;

  constructor(id: string) {
    this.id = id;
    this.playback = new Playback();
    this.playback.onPlaying = () => this.#settle();
    this.#client = new InterviewClient({
      ticket: () => makeTicket(id),
      onEvent: (event) => this.#take(event),
      onConnection: (connection) => {
        if (connection !== "live") this.#answerDue = false;
        this.#settle({ connection });
      },
    });
    this.#codeTimer = setInterval(() => this.#sendCode(), CODE_UPDATE_EVERY_MS);
    addEventListener("online", this.#online);
    this.#client.connect();
  }

  get view(): View {
    return this.#view;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  // What the candidate does

  begin(): void {
    this.#started = true;
    void this.playback.resume();
    this.#client.start();
  }

  useMicrophone(microphone: Microphone | null): void {
    this.#microphone?.close();
    this.#microphone = microphone;
    this.#frameIndex = 0;
    if (microphone) {
      microphone.onFrame = ({ pcm, level }) => {
        this.onLevel(level);
        this.#hear(microphone, pcm);
      };
      microphone.onLost = () => {
        this.useMicrophone(null);
        this.#settle({ notice: "The microphone went away. You can go on typing, or turn it on again." });
      };
    } else this.onLevel(0);
    this.#settle({ microphone: microphone ? "on" : "none" });
  }

  mute(muted: boolean): void {
    if (!this.#microphone) return;
    this.#microphone.muted = muted;
    if (muted) this.onLevel(0);
    this.#settle({ microphone: muted ? "muted" : "on" });
  }

  /** Turn the interviewer's voice on or off; its words stay on the page. */
  useVoice(voice: boolean): void {
    if (!voice) this.playback.stop();
    this.#settle({ voice });
  }

  /** A typed turn. False: too long for one message. */
  say(text: string): boolean {
    const words = text.trim();
    if (!words) return false;
    const item_id = `t-${crypto.randomUUID()}`;
    if (!this.#trySend(() => this.#client.send({ type: "conversation.item.create", item_id, text: words }))) return false;
    this.#hush();
    this.#answerDue = true;
    this.#put({ id: item_id, role: "candidate", text: words, modality: "text", state: "pending" });
    return true;
  }

  /** Replace what a spoken turn counts as. False: too long for one message. */
  correct(item_id: string, text: string): boolean {
    const words = text.trim();
    if (!words) return false;
    if (!this.#trySend(() => this.#client.send({ type: "conversation.item.create", item_id, text: words }))) return false;
    this.#put({ id: item_id, text: words, corrected: true });
    return true;
  }

  /** "I'm done": the spoken turn ends now. */
  finishTurn(): void {
    if (this.#microphone) {
      this.#client.send({ type: "input_audio_buffer.commit", utterance_id: this.#microphone.utteranceId });
    }
  }

  codeChanged(language: string, code: string): void {
    this.#code = { language, code };
  }

  end(): void {
    this.#sendCode();
    this.#hush();
    this.#client.send({ type: "session.end" });
  }

  putNoticeAway(): void {
    this.#settle({ notice: null });
  }

  retryNow(): void {
    this.#client.retryNow();
  }

  /** Leave the page's interview; the interview itself goes on when somebody comes back. */
  close(): void {
    this.#watchers.clear();
    clearInterval(this.#codeTimer);
    clearTimeout(this.#bargeIn);
    removeEventListener("online", this.#online);
    this.#sendCode();
    this.#microphone?.close();
    this.playback.close();
    this.#client.close();
  }

  readonly #online = (): void => this.#client.retryNow();

  #hear(microphone: Microphone, pcm: Int16Array): void {
    if (!this.#started || this.#view.microphone !== "on" || !this.#view.engines?.recognizer) return;
    if (this.#client.appendAudio(microphone.utteranceId, this.#frameIndex, toBase64(pcm))) this.#frameIndex++;
  }

  #sendCode(): void {
    const code = this.#code;
    if (!code || this.#view.ended) return;
    this.#code = null;
    this.#trySend(() => this.#client.send({ type: "code.update", ...code }));
  }

  #trySend(send: () => void): boolean {
    try {
      send();
      return true;
    } catch (error) {
      if (!(error instanceof MessageTooLong)) throw error;
      this.#settle({ notice: "This is too long to be sent at once. Please shorten it." });
      return false;
    }
  }

  /** Stop the voice. Who writes has read the words, so nothing of them is taken back. */
  #hush(): { itemId: string; heardMs: number } | null {
    clearTimeout(this.#bargeIn);
    const stopped = this.playback.stop();
    if (this.#responding !== null) {
      this.#silenced = this.#responding;
      this.#client.send({ type: "response.cancel" });
    }
    return stopped;
  }

  /** The candidate speaks over the interviewer, who said only what was heard. */
  #interrupt(): void {
    // Cancelled first: the server cuts only an item that it has stopped saying.
    const stopped = this.#hush();
    if (!stopped) return;
    const { itemId: item_id, heardMs: audio_end_ms } = stopped;
    this.#client.send({ type: "conversation.item.truncate", item_id, audio_end_ms });
    this.#put({ id: item_id, interrupted: true });
  }

  // What the server says

  #take(event: ServerMessage): void {
    switch (event.type) {
      case "session.created":
      case "session.resumed":
        this.#settle({ engines: event.engines });
        break;
      case "input_audio_buffer.speech_started":
        this.#speechStarted();
        break;
      case "input_audio_buffer.speech_stopped":
        this.#speechStopped();
        break;
      case "input_audio_buffer.committed":
        this.#speechStopped();
        this.#answerDue = true;
        this.#put({ id: event.item_id, role: "candidate", modality: "voice", state: "pending" });
        break;
      case "input_audio_transcription.delta":
        if (this.#find(event.item_id)?.state !== "done") {
          const state = this.#find(event.item_id)?.state ?? "open";
          this.#put({ id: event.item_id, role: "candidate", modality: "voice", state, text: event.text });
        }
        break;
      case "input_audio_transcription.completed": {
        const { item_id: id, text, corrected } = event;
        const turn = { id, text, role: "candidate", modality: "voice", state: "done" } as const;
        this.#put(corrected ? { ...turn, corrected } : turn);
        break;
      }
      case "conversation.item.added":
        this.#put({ id: event.item_id, role: "candidate", modality: "text", state: "done", text: event.text });
        break;
      case "response.created":
        this.#answerDue = false;
        this.#responding = event.item_id;
        this.#silenced = null;
        this.playback.restart(event.item_id);
        this.#put({ id: event.item_id, role: "interviewer", modality: "voice", state: "open", text: "" });
        break;
      case "response.output_text.delta":
        this.#put({ id: event.item_id, text: _joined(this.#find(event.item_id)?.text ?? "", event.delta) });
        break;
      case "response.output_audio.delta":
        if (this.#view.voice && this.#silenced !== event.item_id) this.playback.play(event.item_id, event.delta);
        break;
      case "response.output_audio.done":
        if (event.failed) this.#settle({ notice: `The interviewer's voice failed, so please read along. ${event.failed}` });
        break;
      case "response.done":
        if (this.#responding === event.item_id) this.#responding = null;
        this.#answerDue = false;
        this.#put({ id: event.item_id, role: "interviewer", modality: "voice", state: "done", text: event.text });
        break;
      case "coding.task":
        this.#settle({ task: event });
        break;
      case "session.ended":
        this.#sayGoodbye(event.reason);
        break;
      case "error":
        this.#answerDue = false;
        this.#settle({ notice: event.detail });
        break;
    }
  }

  #speechStarted(): void {
    this.#speechHeard = true;
    if (this.playback.playing !== null) {
      this.playback.duck(true);
      clearTimeout(this.#bargeIn);
      this.#bargeIn = setTimeout(() => this.#interrupt(), BARGE_IN_MS);
    }
    this.#settle();
  }

  #speechStopped(): void {
    this.#speechHeard = false;
    clearTimeout(this.#bargeIn);
    this.playback.duck(false);
    this.#settle();
  }

  #sayGoodbye(reason: string): void {
    this.#microphone?.close();
    this.#microphone = null;
    this.#code = null;
    this.#settle({ ended: { reason }, microphone: "none" });
  }

  #find(id: string): Turn | undefined {
    return this.#view.turns.find((turn) => turn.id === id);
  }

  #put(change: Partial<Turn> & { id: string }): void {
    const turns = [...this.#view.turns];
    const at = turns.findIndex((turn) => turn.id === change.id);
    const blank: Turn = {
      id: change.id,
      role: "interviewer",
      text: "",
      modality: "voice",
      state: "open",
      corrected: false,
      interrupted: false,
    };
    if (at < 0) turns.push({ ...blank, ...change });
    else turns[at] = { ...(turns[at] ?? blank), ...change };
    this.#settle({ turns });
  }

  #settle(change: Partial<View> = {}): void {
    this.#view = { ...this.#view, ...change };
    this.#view.phase = this.#phase();
    for (const watcher of this.#watchers) watcher();
  }

  #phase(): Phase {
    const { connection, ended, engines } = this.#view;
    if (ended || ["taken_over", "unknown", "refused", "ended", "closed"].includes(connection)) return "stopped";
    if (connection !== "live") return engines ? "reconnecting" : "connecting";
    if (this.#speechHeard) return "hearing";
    if (this.#responding !== null || this.playback.playing !== null) return "speaking";
    return this.#answerDue ? "thinking" : "listening";
  }
}

function _joined(text: string, delta: string): string {
  return text && !/\s$/.test(text) && !/^\s/.test(delta) ? `${text} ${delta}` : text + delta;
}
