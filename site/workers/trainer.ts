/// <reference lib="dom" />
/**
 * A worker that trains mnist_cnn by its bundle, whose threads are workers of this one: the page itself computes nothing.
 *
 * @module
 */
import { serve } from "./calls.ts";
import { type DigitSet, IMAGES, loadTest, loadTraining, PIXELS } from "./digits.ts";
import type { OpenChoice, Opened, Tested, TrainerMethods, TrainerProgress } from "./trainer_methods.ts";

/** What is used of the bundle. */
interface Net {
  readonly target: string;
  readonly threads: number;
  train(data: Learned, options: TrainOptions): Promise<unknown>;
  predict(x: Uint8Array): Promise<readonly { readonly probabilities: Float64Array }[]>;
  evaluate(data: Learned): Promise<{ readonly loss: number; readonly correct: number; readonly total: number }>;
  save(): Promise<Uint8Array>;
  restore(bytes: Uint8Array): Promise<void>;
  close(): void;
}

interface Learned {
  readonly x: Uint8Array;
  readonly y: Uint8Array;
}

interface TrainOptions {
  readonly epochs: number;
  readonly signal: AbortSignal;
  onStep(step: { readonly step: number; readonly steps: number; readonly loss: number }): unknown;
  onEpoch(): unknown;
}

/** Images of a step. */
const BATCH = 64;
/** Most images of the page's own, and how often each is seen in a pass. */
const OWN = 200, OFTEN = 20;
/** Images after which it is tested on some, sooner at first, and how many these are: that takes an eightieth of the time. */
const BETWEEN = 16_384, SOONER = [1024, 2048, 4096], SOME = 1000;
/** Milliseconds between two reports, and of those that the rate is taken from. */
const REPORT = 200, WINDOW = 2000;
/** Images of a part of the first pass where WebGPU is software, which tells nothing before a part is done. */
const FEW = 2 * BATCH;
/** More passes than anybody waits for. */
const EVER = 100_000;

/** Why training ends although nobody paused it: there are other images to learn from. */
const OTHERS = new Error("other images");

/** Room for all images, and behind them for those of the page's own. */
const digits: DigitSet = {
  images: new Uint8Array((IMAGES + OWN * OFTEN) * PIXELS),
  labels: new Uint8Array(IMAGES + OWN * OFTEN),
};
let loaded = 0, own: DigitSet = { images: new Uint8Array(0), labels: new Uint8Array(0) }, ownChanged = false;
/** Told of images that have come; rejected where they cannot be loaded. */
let whenLoaded = willLoad(),
  loading: Promise<void> | undefined,
  tested: Promise<DigitSet> | undefined;

let net: Net | undefined;
/** What ends the work with the net that was asked for last; that work, and all before it: it is never rejected. */
let stop: AbortController | undefined, last: Promise<unknown> = Promise.resolve();
/** Images seen since the net was opened; those of the first pass that were given to it; passes that are done. */
let seen = 0, given = 0, passes = 0;
/** Most images of a part of the first pass. */
let most = Infinity;
/** What an epoch that was stopped inside goes on with. */
let current: Learned | undefined;

const bundle = () => import(new URL("./mnist_cnn/mnist_cnn.js", import.meta.url).href);

/** Loads what is learned from, if nobody does. */
function load(tell: (progress: TrainerProgress) => void): void {
  const come = (images: number) => {
    loaded = images;
    tell({ kind: "data", loaded, all: IMAGES });
    whenLoaded.resolve();
    whenLoaded = willLoad();
  };
  loading ??= loadTraining(digits, come, loaded).catch((error) => {
    // what is there stays; the next one who waits tries again
    loading = undefined;
    whenLoaded.reject(error);
    whenLoaded = willLoad();
  });
}

/** Whoever waits for it is told; nobody has to. */
function willLoad(): PromiseWithResolvers<void> {
  const will = Promise.withResolvers<void>();
  will.promise.catch(() => {});
  return will;
}

const testSet = () =>
  tested ??= loadTest().catch((error) => {
    tested = undefined;
    throw error;
  });

/**
 * What is learned from next: at first what of the images has come since, then all of them and those of the page's own.
 *
 * @throws the signal's reason, where that is given before any image has come.
 */
async function nextData(tell: (progress: TrainerProgress) => void, signal: AbortSignal): Promise<Learned> {
  const paused = new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  paused.catch(() => {});
  while (loaded < IMAGES && loaded - given < BATCH) {
    load(tell);
    await Promise.race([whenLoaded.promise, paused]);
  }
  const from = given < IMAGES ? given : 0;
  let to = given < IMAGES ? Math.min(loaded, from + most) : IMAGES;
  // a step that is not full would take as much time for fewer images: the last ones wait
  if (to < IMAGES) to -= (to - from) % BATCH;
  given = to;
  if (to === IMAGES) to += placeOwn();
  return { x: digits.images.subarray(from * PIXELS, to * PIXELS), y: digits.labels.subarray(from, to) };
}

/** Puts the page's own images behind the others; how many there are then. */
function placeOwn(): number {
  ownChanged = false;
  const count = own.labels.length;
  for (let i = 0; i < OFTEN; i++) {
    digits.images.set(own.images, (IMAGES + i * count) * PIXELS);
    digits.labels.set(own.labels, IMAGES + i * count);
  }
  return count * OFTEN;
}

/** Tests the net on some images, or on all. */
async function test(count: number, images: number): Promise<Tested> {
  const { images: x, labels: y } = await testSet();
  const found = await net!.evaluate({ x: x.subarray(0, count * PIXELS), y: y.subarray(0, count) });
  return { images, right: found.correct, total: found.total, loss: found.loss };
}

/** How many images are to be seen until the next test on some. */
const testAfter = (images: number): number => SOONER.find((at) => at > images) ?? images + BETWEEN;

/** Tells of steps, now and then, and tests on some images in between. */
class Reporter {
  readonly #tell: (progress: TrainerProgress) => void;
  #sum = 0;
  #steps = 0;
  #last = -Infinity;
  #testing = false;
  #testAt = testAfter(seen);
  /** Images seen at some times, for the rate. */
  readonly #times: [time: number, images: number][] = [[performance.now(), seen]];

  constructor(tell: (progress: TrainerProgress) => void) {
    this.#tell = tell;
  }

  /** A step of so many images is done. */
  step(loss: number, images: number): void {
    seen += images;
    this.#sum += loss;
    this.#steps++;
    const now = performance.now();
    if (now - this.#last >= REPORT) this.flush(now);
    // later, a test after each pass tells enough
    if (passes === 0 && seen >= this.#testAt && !this.#testing) void this.#test();
  }

  /** Tells of what is not told yet. */
  flush(now = performance.now()): void {
    if (this.#steps === 0) return;
    this.#times.push([now, seen]);
    while (this.#times.length > 2 && now - this.#times[0][0] > WINDOW) this.#times.shift();
    const [time, images] = this.#times[0];
    const rate = now - time > 200 ? 1000 * (seen - images) / (now - time) : undefined;
    this.#tell({ kind: "steps", images: seen, loss: this.#sum / this.#steps, rate });
    [this.#sum, this.#steps, this.#last] = [0, 0, now];
  }

  async #test(): Promise<void> {
    this.#testing = true;
    this.#testAt = testAfter(seen);
    try {
      this.#tell({ kind: "test", test: await test(SOME, seen) });
    } catch {
      // the net was closed, or the images cannot be loaded: then a whole test says so
    } finally {
      this.#testing = false;
    }
  }
}

/** Trains pass by pass, until the signal is given. */
async function trainOn(tell: (progress: TrainerProgress) => void, signal: AbortSignal): Promise<void> {
  load(tell);
  testSet().catch(() => {});
  const reporter = new Reporter(tell);
  for (;;) {
    signal.throwIfAborted();
    const data = current ??= await nextData(tell, signal), count = data.y.length, others = new AbortController();
    const ended = async () => {
      reporter.flush();
      current = undefined;
      if (given === IMAGES) {
        passes++;
        tell({ kind: "pass", pass: passes });
        tell({ kind: "test", test: await test((await testSet()).labels.length, seen) });
      }
      // a part of the first pass is done, or there are other images of the page's own
      if (signal.aborted || ownChanged || count < IMAGES) others.abort(OTHERS);
      else current = data;
    };
    try {
      await net!.train(data, {
        epochs: EVER,
        signal: AbortSignal.any([signal, others.signal]),
        onStep: ({ step, steps, loss }) => reporter.step(loss, step < steps ? BATCH : count - (steps - 1) * BATCH),
        onEpoch: ended,
      });
    } catch (error) {
      if (error !== OTHERS) throw error;
    } finally {
      reporter.flush();
    }
  }
}

/** Does something with the net when all that was asked for before is done: training ends after a step. */
function inTurn<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  stop?.abort();
  stop = new AbortController();
  const { signal } = stop, own = last.then(() => work(signal));
  last = own.catch(() => {});
  return own;
}

/** Ends training after a step, and waits for that. */
async function pause(): Promise<void> {
  stop?.abort();
  await last;
}

async function gpu(): Promise<"none" | "software" | "a GPU"> {
  const adapter = await navigator.gpu?.requestAdapter();
  return !adapter ? "none" : adapter.info.isFallbackAdapter ? "software" : "a GPU";
}

async function open({ target, threads, seed }: OpenChoice): Promise<Opened> {
  net?.close();
  net = undefined;
  const { open } = await bundle();
  net = await open({ target, seed, ...threads !== undefined && { threads } }) as Net;
  most = net.target === "webgpu" && await gpu() === "software" ? FEW : Infinity;
  [seen, given, passes, current] = [0, 0, 0, undefined];
  return { target: net.target, threads: net.threads };
}

/** The net. @throws {Error} when none is open. */
function opened(): Net {
  if (net) return net;
  throw new Error("no net is open");
}

serve<TrainerMethods>({
  open: (choice) => inTurn(() => open(choice)),
  train: (tell) =>
    inTurn(async (signal) => {
      opened();
      try {
        await trainOn(tell, signal);
      } catch (error) {
        if (error !== signal.reason) throw error;
      }
    }),
  gpu,
  pause,
  async predict(image) {
    const [{ probabilities }] = await opened().predict(image);
    return [...probabilities];
  },
  async test() {
    opened();
    return await test((await testSet()).labels.length, seen);
  },
  own(images, labels) {
    own = { images: images.subarray(0, OWN * PIXELS), labels: labels.subarray(0, OWN) };
    ownChanged = true;
  },
  save: () => opened().save(),
  restore: (file) =>
    inTurn(async () => {
      await opened().restore(file);
      // what was not given yet in a first pass is given in one that begins anew
      [seen, given, passes, current] = [0, 0, 0, undefined];
      return await test((await testSet()).labels.length, seen);
    }),
});
