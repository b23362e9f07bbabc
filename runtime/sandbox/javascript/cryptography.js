// Node's `crypto`: digests and random values.
import { hmac } from "@noble/hashes/hmac.js";
import { md5, ripemd160, sha1 } from "@noble/hashes/legacy.js";
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha224, sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { asBuffer, Buffer } from "./buffers.js";
import { host } from "./host.js";
import { nextTick } from "./loop.js";

const ALGORITHMS = { md5, ripemd160, sha1, sha224, sha256, sha384, sha512 };
const named = (name) => {
  const found = ALGORITHMS[String(name).toLowerCase().replace("-", "")];
  if (found) return found;
  throw Object.assign(new Error(`Digest method not supported; there are ${Object.keys(ALGORITHMS).join(", ")}`), {
    code: "ERR_CRYPTO_INVALID_DIGEST",
  });
};
const bytes = (data, encoding) => {
  if (typeof data === "string") return new Uint8Array(Buffer.from(data, encoding));
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw Object.assign(new TypeError('The "data" argument must be of type string or an instance of Buffer, TypedArray, or DataView.'), { code: "ERR_INVALID_ARG_TYPE" });
};
const encoded = (digest, encoding) => (encoding && encoding !== "buffer" ? asBuffer(digest).toString(encoding) : asBuffer(digest));

class Digest {
  #state;
  #done = false;
  constructor(state) {
    this.#state = state;
  }
  update(data, encoding) {
    this.#open();
    this.#state.update(bytes(data, encoding));
    return this;
  }
  digest(encoding) {
    this.#open();
    this.#done = true;
    return encoded(this.#state.digest(), encoding);
  }
  copy() {
    this.#open();
    return new this.constructor(this.#state.clone());
  }
  #open() {
    if (this.#done) throw Object.assign(new Error("Digest already called"), { code: "ERR_CRYPTO_HASH_FINALIZED" });
  }
}
class Hash extends Digest {}
class Hmac extends Digest {}

const random = (size) => {
  const made = new Uint8Array(size);
  for (let at = 0; at < size; at += 4096) made.set(Uint8Array.fromHex(host("random", String(Math.min(4096, size - at)))), at);
  return made;
};

function randomInt(low, high, done) {
  if (typeof high !== "number") [low, high, done] = [0, low, high];
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high <= low || high - low >= 2 ** 48)
    throw Object.assign(new RangeError(`The value of "max" is out of range. It must be greater than the value of "min" (${low}). Received ${high}`), { code: "ERR_OUT_OF_RANGE" });
  const range = high - low;
  const fair = 2 ** 48 - (2 ** 48 % range);
  let drawn;
  do drawn = random(6).reduce((sum, byte) => sum * 256 + byte, 0);
  while (drawn >= fair);
  const value = low + (drawn % range);
  if (typeof done === "function") nextTick(done, null, value);
  else return value;
}

function randomUUID() {
  const drawn = random(16);
  drawn[6] = (drawn[6] & 15) | 64;
  drawn[8] = (drawn[8] & 63) | 128;
  return drawn.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function randomBytes(size, done) {
  const made = asBuffer(random(size));
  if (typeof done === "function") nextTick(done, null, made);
  else return made;
}

function getRandomValues(array) {
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(random(array.byteLength));
  return array;
}

function timingSafeEqual(a, b) {
  if (a.byteLength !== b.byteLength) throw new RangeError("Input buffers must have the same byte length");
  const [left, right] = [bytes(a), bytes(b)];
  return left.reduce((differs, byte, index) => differs | (byte ^ right[index]), 0) === 0;
}

export const webcrypto = { getRandomValues, randomUUID };
export const crypto = {
  createHash: (name) => new Hash(named(name).create()),
  createHmac: (name, key) => new Hmac(hmac.create(named(name), bytes(key))),
  getHashes: () => Object.keys(ALGORITHMS),
  hash: (name, data, encoding = "hex") => encoded(named(name)(bytes(data)), encoding),
  pbkdf2Sync: (password, salt, c, dkLen, name) => asBuffer(pbkdf2(named(name), bytes(password), bytes(salt), { c, dkLen })),
  ...{ getRandomValues, randomBytes, randomInt, randomUUID, timingSafeEqual, webcrypto, Hash, Hmac },
};
