/** Runs on the browser's audio thread: samples in, frames to the page. */

import { Framing } from "./framing";

declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

class Capture extends AudioWorkletProcessor {
  readonly #framing = new Framing(sampleRate);

  process(inputs: Float32Array[][]): boolean {
    const channel = inputs[0]?.[0];
    if (!channel) return true;
    for (const frame of this.#framing.push(channel)) this.port.postMessage(frame, [frame.pcm.buffer]);
    return true;
  }
}

registerProcessor("capture", Capture);
