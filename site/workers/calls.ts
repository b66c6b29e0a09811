/// <reference lib="dom" />
/**
 * Calls between the page and a worker, by messages. A method of the worker may take functions: what they are given is told
 * to the page, and nothing comes back. What a method throws is thrown on the page, by its message.
 *
 * @module
 */
import { endAll, endOneByOne } from "./one_by_one.ts";

/** What a worker can be asked for. */
export type Methods = object;

/** The same from the page's side: everything takes its time. */
export type Called<Of extends Methods> = {
  readonly [Name in keyof Of]: Of[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

/** A worker that is connected. */
export interface Connection<Of extends Methods> {
  readonly methods: Called<Of>;
  /** Ends the worker; what is asked of it is rejected. */
  close(): void;
}

/** What a worker refused, or failed at. */
export class CallError extends Error {
  override readonly name = "CallError";
  /** Whether the message is for who gave what is wrong: an `InputError` and the like; else something has failed. */
  readonly isInput: boolean;

  /** With the message of the worker's error. */
  constructor(message: string, isInput: boolean) {
    super(message);
    this.isInput = isInput;
  }
}

/** Errors whose message is for who uses the page. */
const INPUT = ["InputError", "JsonError", "DivergedError", "DeviceError", "QuotaExceededError", "CallError"];

/** In place of a function. */
interface Told {
  readonly told: number;
}

type Call = { readonly id: number; readonly name: string; readonly args: readonly unknown[] };
/** From the page: end your workers. To the page: there are some now, and they have ended. */
const END = "end", BEGUN = "begun", ENDED = "ended";
/** Milliseconds that a worker gets to end its own. */
const ENDS = 1000;
type Answer =
  | typeof BEGUN
  | typeof ENDED
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string; readonly isInput: boolean }
  | { readonly told: number; readonly args: readonly unknown[] };

/** Whether a value stands in place of a function. */
function isTold(value: unknown): value is Told {
  return typeof value === "object" && value !== null && "told" in value && Object.keys(value).length === 1;
}

/** What of a value may be moved, not copied: the memory of a typed array that has all of it, where threads do not share it. */
function movable(value: unknown): Transferable[] {
  if (!ArrayBuffer.isView(value) || !(value.buffer instanceof ArrayBuffer)) return [];
  return value.byteLength === value.buffer.byteLength ? [value.buffer] : [];
}

/**
 * In a worker: answers calls of these methods. A typed array that is returned is moved to the page. Workers that this one
 * starts are ended one by one, before it is.
 */
export function serve<Of extends Methods>(methods: Of): void {
  const scope = globalThis as unknown as Worker,
    say = (answer: Answer, moved: Transferable[] = []) => scope.postMessage(answer, moved);
  endOneByOne(() => say(BEGUN));
  scope.onmessage = async ({ data }: MessageEvent<Call | typeof END>) => {
    if (data === END) return void endAll().then(() => say(ENDED));
    const { id, name, args } = data;
    const given = args.map((arg) => isTold(arg) ? (...args: readonly unknown[]) => say({ told: arg.told, args }) : arg);
    try {
      const method = (methods as Record<string, (...args: readonly unknown[]) => unknown>)[name];
      const value = await method.apply(methods, given);
      say({ id, value }, movable(value));
    } catch (error) {
      const known = error instanceof Error;
      say({ id, error: known ? error.message : String(error), isInput: known && INPUT.includes(error.name) });
    }
  };
}

/** A call that is not answered yet. */
interface Open {
  readonly told: readonly number[];
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** On the page: calls methods of a worker that has called {@linkcode serve}. */
export function connect<Of extends Methods>(worker: Worker): Connection<Of> {
  const open = new Map<number, Open>(), functions = new Map<number, (...args: unknown[]) => unknown>();
  let next = 0, ended: Error | undefined, hasOwn = false;
  /** Ends a call. */
  const settled = (id: number): Open | undefined => {
    const call = open.get(id);
    open.delete(id);
    call?.told.forEach((told) => functions.delete(told));
    return call;
  };
  const close = (error: Error) => {
    if (ended) return;
    ended = error;
    if (hasOwn) {
      worker.postMessage(END);
      setTimeout(() => worker.terminate(), ENDS);
    } else worker.terminate();
    for (const id of [...open.keys()]) settled(id)?.reject(ended);
  };
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    if (data === BEGUN) hasOwn = true;
    else if (data === ENDED) worker.terminate();
    else if ("told" in data) functions.get(data.told)?.(...data.args);
    else if ("error" in data) settled(data.id)?.reject(new CallError(data.error, data.isInput));
    else settled(data.id)?.resolve(data.value);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    close(
      new CallError(
        `a worker has failed: ${event.message || "its script cannot be loaded"}; load the page anew`,
        false,
      ),
    );
  };
  const call = (name: string, args: readonly unknown[]) => {
    if (ended) return Promise.reject(ended);
    const id = next++, told: number[] = [];
    const sent = args.map((arg) => {
      if (typeof arg !== "function") return arg;
      const number = next++;
      functions.set(number, arg as (...args: unknown[]) => unknown);
      told.push(number);
      return { told: number } satisfies Told;
    });
    return new Promise((resolve, reject) => {
      open.set(id, { told, resolve, reject });
      worker.postMessage({ id, name, args: sent } satisfies Call);
    });
  };
  const methods = new Proxy({}, {
    // a promise is asked for "then"
    get: (_, name) => name === "then" ? undefined : (...args: readonly unknown[]) => call(String(name), args),
  });
  return { methods: methods as Called<Of>, close: () => close(new CallError("the worker was ended", true)) };
}
