/**
 * What a device says is wrong: errors that somebody waits for, those that nobody does, and that it was lost.
 *
 * @module
 */
import { DeviceError } from "../device_error.ts";

/** What went wrong, in one line, and what to do. */
interface Failure {
  readonly text: string;
  readonly lost: boolean;
}

/** How a device failed, if it did, and who is to be told. */
interface Watch {
  failure?: Failure;
  readonly waiting: Set<(failure: Failure) => void>;
}
const watches = new WeakMap<GPUDevice, Watch>();

/** What to do when a device is lost: nobody knows why, but too little memory and too long steps are often the cause. */
const LOST = "resume from the last checkpoint, or start again with a smaller batch or another target, such as wasm";
/** What to do, by the scope of an error. */
const REMEDIES = {
  "out-of-memory": "use fewer samples, a smaller batch or smaller layers, or another target, such as wasm",
  internal: "use another target, such as wasm",
  validation: "use another target, such as wasm",
} as const satisfies Record<GPUErrorFilter, string>;

/** Notes when a device is lost, or finds an error that nobody waits for: it is of no use then, and no other net gets it. */
export function watch(device: GPUDevice, name: string, forget: () => void): void {
  const state: Watch = { waiting: new Set() };
  watches.set(device, state);
  const fail = (failure: Failure) => {
    forget();
    // that it was lost is nearer to the cause than what failed for it
    if (!state.failure || failure.lost && !state.failure.lost) state.failure = failure;
    for (const tell of state.waiting) tell(state.failure);
  };
  device.lost.then(({ message, reason }) => {
    const why = [reason === "destroyed" ? reason : "", oneLine(message)].filter((word) => word).join(": ") || "unknown";
    fail({ text: `${name} was lost (${why}); ${LOST}`, lost: true });
  });
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    const { error } = event as GPUUncapturedErrorEvent;
    fail({ text: `${oneLine(error)}; ${REMEDIES[scopeOf(error)]}`, lost: false });
  });
}

/** What kind of error it is. */
function scopeOf(error: GPUError): GPUErrorFilter {
  const name = error.constructor.name;
  return name === "GPUOutOfMemoryError" ? "out-of-memory" : name === "GPUInternalError" ? "internal" : "validation";
}

/** What an error says; several lines of a driver's become one. */
export function oneLine(error: unknown): string {
  const message = typeof error === "string" ? error : (error as Partial<Error>)?.message ?? String(error);
  return message.replaceAll(/\s+/g, " ").trim();
}

/**
 * Does something with a device, and waits for what the device says to it.
 *
 * @throws {DeviceError} what the device finds wrong, or that it was lost meanwhile, in one line that begins with `what`.
 */
export async function checked<Result>(device: GPUDevice, what: string, body: () => Result): Promise<Awaited<Result>> {
  const state = watches.get(device) ?? { waiting: new Set() };
  const failed = Promise.withResolvers<never>(), tell = () => failed.reject(undefined);
  state.waiting.add(tell);
  if (state.failure) tell();
  try {
    // what waits for a lost device may get no answer
    return await Promise.race([scoped(device, body), failed.promise]);
  } catch (error) {
    // that it was lost may be told a moment later than what failed for it
    if (!state.failure) await new Promise((resolve) => setTimeout(resolve, 0));
    const { text, lost } = state.failure ?? failureOf(error);
    throw new DeviceError(`${what}: ${text}`, lost);
  } finally {
    state.waiting.delete(tell);
  }
}

/** An error that a scope found. */
class Refused {
  readonly failure: Failure;

  constructor(scope: GPUErrorFilter, error: GPUError) {
    this.failure = { text: `${oneLine(error)}; ${REMEDIES[scope]}`, lost: false };
  }
}

function failureOf(error: unknown): Failure {
  return error instanceof Refused ? error.failure : { text: oneLine(error), lost: false };
}

/** What `body` gives. Throws what the device says of it, or else what it throws. */
async function scoped<Result>(device: GPUDevice, body: () => Result): Promise<Awaited<Result>> {
  const scopes = ["out-of-memory", "internal", "validation"] as const;
  for (const scope of scopes) device.pushErrorScope(scope);
  const [outcome] = await Promise.allSettled([(async () => await body())()]);
  const found: Refused[] = [];
  for (const scope of scopes.toReversed()) {
    const error = await device.popErrorScope();
    if (error) found.push(new Refused(scope, error));
  }
  // what the device says is nearer to the cause than what was thrown after it
  if (found.length > 0) throw found[0];
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}
