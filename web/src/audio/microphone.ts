/** The candidate's microphone as frames of 100 ms. */

import { INPUT_SAMPLE_RATE } from "../protocol";
import workletAddress from "./capture.worklet.ts?worker&url";
import type { CapturedFrame } from "./framing";

/** Why there is no microphone, in words for the candidate. */
export class MicrophoneFailed extends Error {}

export class Microphone {
  /** One opened microphone is one utterance on the wire: its frames count from 0. */
  readonly utteranceId = `u-${crypto.randomUUID()}`;
  onFrame: (frame: CapturedFrame) => void = () => undefined;
  /** The device went away, or the browser took it back. */
  onLost: () => void = () => undefined;

  readonly #stream: MediaStream;
  readonly #context: AudioContext;

  private constructor(stream: MediaStream, context: AudioContext) {
    this.#stream = stream;
    this.#context = context;
  }

  /** Ask for the microphone and listen. Raises MicrophoneFailed. */
  static async open(): Promise<Microphone> {
    if (!("mediaDevices" in navigator)) {
      throw new MicrophoneFailed("This browser gives the microphone only to pages opened by https or on localhost.");
    }
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
      });
    } catch (error) {
      throw new MicrophoneFailed(_reason(error));
    }
    try {
      const [context, source] = _listen(stream);
      await context.audioWorklet.addModule(workletAddress);
      const capture = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
      source.connect(capture);
      if (context.state === "suspended") await context.resume();
      const microphone = new Microphone(stream, context);
      capture.port.onmessage = ({ data }: MessageEvent<CapturedFrame>) => microphone.onFrame(data);
      for (const track of stream.getAudioTracks()) track.onended = () => microphone.onLost();
      return microphone;
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw new MicrophoneFailed(`The microphone opened, but its sound cannot be read here (${String(error)}).`);
    }
  }

  get device(): string {
    return this.#stream.getAudioTracks()[0]?.label || "Microphone";
  }

  /** Whether the browser's own recording light may go out: a muted track records silence. */
  set muted(muted: boolean) {
    for (const track of this.#stream.getAudioTracks()) track.enabled = !muted;
  }

  close(): void {
    this.onFrame = this.onLost = () => undefined;
    for (const track of this.#stream.getTracks()) track.stop();
    void this.#context.close();
  }
}

function _listen(stream: MediaStream): [AudioContext, MediaStreamAudioSourceNode] {
  const context = new AudioContext({ sampleRate: INPUT_SAMPLE_RATE });
  try {
    return [context, context.createMediaStreamSource(stream)];
  } catch {
    // Firefox refuses a source whose device runs at another rate (bug 1725336); the worklet then converts.
    void context.close();
    const native = new AudioContext();
    return [native, native.createMediaStreamSource(stream)];
  }
}

function _reason(error: unknown): string {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
      return "The browser was not allowed to use the microphone. Allow it in the address bar, then try again.";
    case "NotFoundError":
      return "No microphone was found. Plug one in and try again, or go on without.";
    case "NotReadableError":
      return "Another program holds the microphone. Close it and try again.";
    default:
      return `The microphone cannot be opened (${String(error)}).`;
  }
}
