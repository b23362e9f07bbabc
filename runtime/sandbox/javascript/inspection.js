// `util.inspect` and `util.format` as Node's: they are Node's. And what kind of value a value is.
import inspection from "node-inspect-extracted";

export const { inspect, format, formatWithOptions, stripVTControlCharacters } = inspection;

const { toString } = Object.prototype;
const tagged = (tag) => (value) => toString.call(value) === `[object ${tag}]`;
const instance = (kind) => (value) => value instanceof kind;
const boxed = (kind) => (value) => typeof value === "object" && value instanceof kind;

export const types = {
  isAnyArrayBuffer: (value) => value instanceof ArrayBuffer || value instanceof SharedArrayBuffer,
  isArgumentsObject: tagged("Arguments"),
  isArrayBuffer: instance(ArrayBuffer),
  isArrayBufferView: ArrayBuffer.isView,
  isAsyncFunction: (value) => typeof value === "function" && /^async\b/.test(Function.prototype.toString.call(value)),
  isBigInt64Array: instance(BigInt64Array),
  isBigIntObject: boxed(BigInt),
  isBigUint64Array: instance(BigUint64Array),
  isBooleanObject: boxed(Boolean),
  isBoxedPrimitive: (value) => [Number, String, Boolean, BigInt, Symbol].some((kind) => boxed(kind)(value)),
  isDataView: instance(DataView),
  isDate: instance(Date),
  isFloat32Array: instance(Float32Array),
  isFloat64Array: instance(Float64Array),
  isGeneratorFunction: (value) => typeof value === "function" && /^(async\s+)?function\s*\*/.test(Function.prototype.toString.call(value)),
  isGeneratorObject: tagged("Generator"),
  isInt16Array: instance(Int16Array),
  isInt32Array: instance(Int32Array),
  isInt8Array: instance(Int8Array),
  isMap: instance(Map),
  isMapIterator: tagged("Map Iterator"),
  isNativeError: instance(Error),
  isNumberObject: boxed(Number),
  isPromise: instance(Promise),
  isRegExp: instance(RegExp),
  isSet: instance(Set),
  isSetIterator: tagged("Set Iterator"),
  isSharedArrayBuffer: instance(SharedArrayBuffer),
  isStringObject: boxed(String),
  isSymbolObject: boxed(Symbol),
  isTypedArray: (value) => ArrayBuffer.isView(value) && !(value instanceof DataView),
  isUint16Array: instance(Uint16Array),
  isUint32Array: instance(Uint32Array),
  isUint8Array: instance(Uint8Array),
  isUint8ClampedArray: instance(Uint8ClampedArray),
  isWeakMap: instance(WeakMap),
  isWeakSet: instance(WeakSet),
};
