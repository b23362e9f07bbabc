/** PCM16 little-endian mono, as the socket carries it. */

export function toBase64(samples: Int16Array): string {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8_192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  }
  return btoa(binary);
}

export function fromBase64(audio: string): Float32Array<ArrayBuffer> {
  const binary = atob(audio);
  const samples = new Float32Array(binary.length >> 1);
  for (let at = 0; at < samples.length; at++) {
    const unsigned = binary.charCodeAt(2 * at) | (binary.charCodeAt(2 * at + 1) << 8);
    samples[at] = (unsigned > 0x7fff ? unsigned - 0x10000 : unsigned) / 0x8000;
  }
  return samples;
}
