// Read before everything else: names that libraries ask for while they start.
const lacking = globalThis.Atomics === undefined;
if (lacking) globalThis.Atomics = {};

/** Take away again what is not there in truth. */
export const settle = () => {
  if (lacking) delete globalThis.Atomics;
};
