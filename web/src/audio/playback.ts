/** The interviewer's voice: pieces queued back to back, and how much of each item was heard. */

import { OUTPUT_SAMPLE_RATE } from "../protocol";
import { fromBase64 } from "./pcm";

interface Piece {
  itemId: string;
  /** Seconds on the context's clock. */
  start: number;
  end: number;
  source: AudioBufferSourceNode;
}

const LEAD_S = 0.04;
const DUCKED = 0.25;

export class Playback {
  /** Called when sound begins and when it has all been heard or was stopped. */
  onPlaying: (itemId: string | null) => void = () => undefined;

  readonly #context: AudioContext;
  readonly #gain: GainNode;
  #pieces: Piece[] = [];
  /** Milliseconds per item whose pieces have been played to their end. */
  #heard = new Map<string, number>();
  #playing: string | null = null;

  /** To be made in answer to a press or a key: browsers keep a context silent otherwise. */
  constructor() {
    // The pieces' own rate, so that the seams between them are not resampled one by one.
    this.#context = new AudioContext({ sampleRate: OUTPUT_SAMPLE_RATE });
    this.#gain = this.#context.createGain();
    this.#gain.connect(this.#context.destination);
  }

  get playing(): string | null {
    return this.#playing;
  }

  /** The browser keeps the sound back until the candidate presses something. */
  get blocked(): boolean {
    return this.#context.state === "suspended";
  }

  async resume(): Promise<void> {
    if (this.#context.state !== "running") await this.#context.resume();
  }

  /** Queue a piece (base64 PCM16, 24 kHz) of an item. */
  play(itemId: string, audio: string): void {
    this.playSamples(itemId, fromBase64(audio));
  }

  playSamples(itemId: string, samples: Float32Array<ArrayBuffer>): void {
    if (samples.length === 0) return;
    const buffer = this.#context.createBuffer(1, samples.length, OUTPUT_SAMPLE_RATE);
    buffer.copyToChannel(samples, 0);
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#gain);
    const last = this.#pieces.at(-1)?.end ?? 0;
    const start = Math.max(last, this.#context.currentTime + LEAD_S);
    const piece = { itemId, start, end: start + buffer.duration, source };
    this.#pieces.push(piece);
    source.onended = () => this.#ended(piece);
    source.start(start);
    this.#say(this.#playing ?? itemId);
  }

  /** Milliseconds of an item that have left the loudspeaker. */
  heardMs(itemId: string): number {
    const now = this.#context.currentTime - (this.#context.outputLatency || 0);
    const under = this.#pieces.filter((piece) => piece.itemId === itemId);
    const partly = under.reduce((sum, { start, end }) => sum + Math.max(0, Math.min(now, end) - start), 0);
    return Math.round((this.#heard.get(itemId) ?? 0) + partly * 1_000);
  }

  /** Quieter while the candidate may be beginning to speak. */
  duck(ducked: boolean): void {
    this.#gain.gain.setTargetAtTime(ducked ? DUCKED : 1, this.#context.currentTime, 0.03);
  }

  /** Silence at once. What was being said and how much of it was heard; null when nothing was. */
  stop(): { itemId: string; heardMs: number } | null {
    const itemId = this.#playing;
    const stopped = itemId === null ? null : { itemId, heardMs: this.heardMs(itemId) };
    const pieces = this.#pieces;
    this.#pieces = [];
    for (const { source } of pieces) {
      source.onended = null;
      source.stop();
    }
    this.duck(false);
    this.#say(null);
    return stopped;
  }

  /** Forget what was heard of an item that is being said again from its start. */
  restart(itemId: string): void {
    if (this.#playing === itemId) this.stop();
    this.#heard.delete(itemId);
  }

  close(): void {
    this.onPlaying = () => undefined;
    this.stop();
    void this.#context.close();
  }

  #ended(piece: Piece): void {
    this.#heard.set(piece.itemId, (this.#heard.get(piece.itemId) ?? 0) + (piece.end - piece.start) * 1_000);
    this.#pieces = this.#pieces.filter((each) => each !== piece);
    this.#say(this.#pieces[0]?.itemId ?? null);
  }

  #say(itemId: string | null): void {
    if (itemId === this.#playing) return;
    this.#playing = itemId;
    this.onPlaying(itemId);
  }
}
