/**
 * What is kept and also handed out: nobody may change it.
 *
 * @module
 */

/**
 * Freezes objects and lists, all the way down, and returns them. Maps, typed arrays and objects of classes stay as they are,
 * and what is frozen already is taken to be so to the bottom: once is enough.
 */
export function freeze<Value>(value: Value): Value {
  // expressions may lie deeper in each other than calls can
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null || Object.isFrozen(next) || !isPlain(next)) continue;
    Object.freeze(next);
    for (const inner of Object.values(next)) if (typeof inner === "object") left.push(inner);
  }
  return value;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}
