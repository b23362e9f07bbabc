/** Cuts the microphone's samples into 100 ms frames of PCM16 at 16 kHz, whatever rate the browser records at. */

export const FRAME_SAMPLES = 1_600;
const OUTPUT_RATE = 16_000;
const TAPS_EACH_SIDE = 16;

export interface CapturedFrame {
  pcm: Int16Array<ArrayBuffer>;
  /** Root mean square, 0 to 1. */
  level: number;
}

export class Framing {
  readonly #step: number;
  readonly #reach: number;
  readonly #cutoff: number;
  #input = new Float32Array(0);
  /** Where the next output sample lies in `#input`. */
  #position: number;
  #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;
  #energy = 0;

  /** `inputRate`: samples per second of what `push` gets; at least 16,000. */
  constructor(inputRate: number) {
    this.#step = inputRate / OUTPUT_RATE;
    this.#reach = Math.ceil(TAPS_EACH_SIDE * this.#step);
    this.#cutoff = 1 / this.#step;
    this.#position = this.#step === 1 ? 0 : this.#reach;
    if (this.#step !== 1) this.#input = new Float32Array(this.#reach);
  }

  /** Take samples; give the frames that became whole. */
  push(samples: Float32Array): CapturedFrame[] {
    const frames: CapturedFrame[] = [];
    if (this.#step === 1) {
      for (const sample of samples) this.#put(sample, frames);
      return frames;
    }
    const input = new Float32Array(this.#input.length + samples.length);
    input.set(this.#input);
    input.set(samples, this.#input.length);
    while (this.#position + this.#reach < input.length) {
      this.#put(this.#interpolate(input), frames);
      this.#position += this.#step;
    }
    const done = Math.max(0, Math.floor(this.#position) - this.#reach);
    this.#input = input.slice(done);
    this.#position -= done;
    return frames;
  }

  /** A Hann-windowed sinc: without its low pass, what lies above 8 kHz would fold into the speech. */
  #interpolate(input: Float32Array): number {
    let sum = 0;
    let weights = 0;
    const first = Math.ceil(this.#position - this.#reach);
    for (let at = first; at <= this.#position + this.#reach; at++) {
      const distance = at - this.#position;
      const x = Math.PI * distance * this.#cutoff;
      const sinc = x === 0 ? 1 : Math.sin(x) / x;
      const weight = sinc * (0.5 + 0.5 * Math.cos((Math.PI * distance) / (this.#reach + 1)));
      sum += weight * (input[at] ?? 0);
      weights += weight;
    }
    return sum / weights;
  }

  #put(sample: number, frames: CapturedFrame[]): void {
    const clipped = Math.max(-1, Math.min(1, sample));
    this.#frame[this.#filled++] = clipped < 0 ? clipped * 0x8000 : clipped * 0x7fff;
    this.#energy += clipped * clipped;
    if (this.#filled < FRAME_SAMPLES) return;
    frames.push({ pcm: this.#frame, level: Math.sqrt(this.#energy / FRAME_SAMPLES) });
    this.#frame = new Int16Array(FRAME_SAMPLES);
    this.#filled = 0;
    this.#energy = 0;
  }
}
