import { expect, test } from "vitest";

import { FRAME_SAMPLES, Framing } from "../src/audio/framing";
import { fromBase64, toBase64 } from "../src/audio/pcm";

function captured(rate: number, hertz: number, seconds = 1): Float32Array {
  const framing = new Framing(rate);
  const sound = Float32Array.from({ length: rate * seconds }, (_, at) => 0.5 * Math.sin((2 * Math.PI * hertz * at) / rate));
  const frames = [];
  // 128 samples at a time, as an AudioWorklet gets them.
  for (let at = 0; at < sound.length; at += 128) frames.push(...framing.push(sound.subarray(at, at + 128)));
  return Float32Array.from(frames.flatMap(({ pcm }) => Array.from(pcm, (sample) => sample / 0x8000)));
}

const strength = (samples: Float32Array) => Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);

test.each([16_000, 44_100, 48_000])("a second at %i Hz becomes frames of 100 ms at 16 kHz", (rate) => {
  const samples = captured(rate, 440);

  expect(samples.length % FRAME_SAMPLES).toBe(0);
  expect(samples.length).toBeGreaterThanOrEqual(9 * FRAME_SAMPLES);
  expect(strength(samples)).toBeCloseTo(0.5 / Math.SQRT2, 2);
});

test("what lies above 8 kHz does not fold into the speech", () => {
  expect(strength(captured(48_000, 11_000).subarray(FRAME_SAMPLES))).toBeLessThan(0.005);
});

test("PCM comes back from base64 as it went in", () => {
  const samples = Int16Array.of(0, 1, -1, 32_767, -32_768);

  expect(Array.from(fromBase64(toBase64(samples)), (sample) => sample * 0x8000)).toEqual([...samples]);
});
