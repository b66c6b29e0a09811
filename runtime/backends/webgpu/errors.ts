/**
 * What a device says is wrong: errors that somebody waits for, those that nobody does, and that it was lost.
 *
 * @module
 */

/** How a device failed, if it did, and who is to be told. */
interface Watch {
  failure?: Error;
  readonly waiting: Set<(failure: Error) => void>;
}
const watches = new WeakMap<GPUDevice, Watch>();

/** Notes when a device is lost, or finds an error that nobody waits for: it is of no use then, and no other net gets it. */
export function watch(device: GPUDevice, name: string, forget: () => void): void {
  const state: Watch = { waiting: new Set() };
  watches.set(device, state);
  const fail = (what: string) => {
    forget();
    state.failure ??= new Error(what);
    for (const tell of state.waiting) tell(state.failure);
  };
  device.lost.then(({ message, reason }) =>
    fail(`${name} was lost (${message || reason}); start again, or use another target`)
  );
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    fail((event as GPUUncapturedErrorEvent).error.message);
  });
}

/** What an error says; several lines of a driver's become one. */
export function oneLine(error: unknown): string {
  const { message = String(error) } = error as Partial<Error>;
  return message.replaceAll(/\s+/g, " ").trim();
}

/**
 * Does something with a device, and waits for what the device says to it.
 *
 * @throws {Error} what the device finds wrong, or that it was lost meanwhile, in one line that begins with `what`.
 */
export async function checked<Result>(device: GPUDevice, what: string, body: () => Result): Promise<Awaited<Result>> {
  const state = watches.get(device) ?? { waiting: new Set() }, failed = Promise.withResolvers<never>();
  state.waiting.add(failed.reject);
  if (state.failure) failed.reject(state.failure);
  try {
    // what waits for a lost device may get no answer
    return await Promise.race([scoped(device, body), failed.promise]);
  } catch (error) {
    // that it was lost is nearer to the cause than what failed for it, and may be told a moment later
    if (!state.failure) await new Promise((resolve) => setTimeout(resolve, 0));
    throw new Error(`${what}: ${oneLine(state.failure ?? error)}`);
  } finally {
    state.waiting.delete(failed.reject);
  }
}

/** What `body` gives. Throws what the device says of it, or else what it throws. */
async function scoped<Result>(device: GPUDevice, body: () => Result): Promise<Awaited<Result>> {
  const scopes = ["out-of-memory", "internal", "validation"] as const;
  for (const scope of scopes) device.pushErrorScope(scope);
  const [outcome] = await Promise.allSettled([(async () => await body())()]);
  const errors: (GPUError | null)[] = [];
  for (const _ of scopes) errors.push(await device.popErrorScope());
  // what the device says is nearer to the cause than what was thrown after it
  const error = errors.find((error) => error !== null);
  if (error) throw error;
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}
