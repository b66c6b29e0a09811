/**
 * What a bundle does, wherever it runs: it trains for some steps, and is closed while it trains. It imports nothing but the
 * bundle, and is given to engines with its types taken out.
 *
 * @module
 */

/** What is used of a bundle's net. */
interface Net {
  readonly target: string;
  readonly threads: number;
  readonly batchSize: number;
  readonly shape: readonly number[];
  readonly outputs: number;
  train(
    data: { x: Float32Array; y: Int32Array },
    options: { epochs: number; onStep?: (step: unknown) => void },
  ): Promise<{ epochs: readonly { loss: number }[] }>;
  step(x: Float32Array, y: Int32Array): Promise<{ loss: number; correct: number }>;
  predict(x: Float32Array): Promise<readonly { label: number }[]>;
  save(): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void> | void;
}

interface Bundle {
  open(options: { threads: number; seed: number }): Promise<Net>;
}

/** How a trajectory is asked for. */
export interface TrajectoryOptions {
  readonly steps: number;
  readonly threads: number;
  /** Whether the engine is made to refuse relaxed SIMD. */
  readonly plain: boolean;
}

/** What a trajectory was. */
export interface Trajectory {
  readonly target: string;
  /** Threads that trained. */
  readonly threads: number;
  /** Losses of the steps. */
  readonly losses: readonly number[];
  /** How many samples of each step were right before it. */
  readonly correct: readonly number[];
  /** Losses of epochs that follow, at the learning rates of the net's scheduler. */
  readonly epochs: readonly number[];
  /** SHA-256 of the net as it is saved after the steps, and after the epochs. */
  readonly saved: readonly [string, string];
  /** Classes that the net takes the samples of the first batch for, after the steps. */
  readonly labels: readonly number[];
}

const SEED = 7;
/** Batches and epochs that are trained at last. */
const BATCHES = 3, EPOCHS = 4;
/** Epochs that would take longer than any test waits. */
const ENDLESS = 100_000;

/** A batch that follows from its number: spots whose place is that of their class, and noise. */
function batch({ batchSize, shape, outputs }: Net, number: number): { x: Float32Array; y: Int32Array } {
  const size = shape.reduce((a, b) => a * b, 1), x = new Float32Array(batchSize * size);
  const y = Int32Array.from(
    { length: batchSize },
    (_, sample) => (7 * sample + 3 * number + sample * number) % outputs,
  );
  let state = number + 1;
  for (let i = 0; i < x.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const [sample, at] = [Math.floor(i / size), i % size], spot = Math.floor(at * outputs / size);
    // of eighths: the sum of two is one
    x[i] = (state >>> 29) / 16 + (spot === y[sample] ? 0.5 : 0);
  }
  return { x, y };
}

/** Batches, one after the other. */
function batches(net: Net, count: number): { x: Float32Array; y: Int32Array } {
  const all = Array.from({ length: count }, (_, number) => batch(net, number));
  return {
    x: Float32Array.from(all.flatMap(({ x }) => [...x])),
    y: Int32Array.from(all.flatMap(({ y }) => [...y])),
  };
}

/** Whether a module has an instruction of relaxed SIMD. */
function isRelaxed(source: BufferSource): boolean {
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  return bytes.some((byte, i) => byte === 0xfd && (bytes[i + 1] & 0xe0) === 0x80 && bytes[i + 2] === 2);
}

/** Makes this engine one without relaxed SIMD, while something is done. */
async function without<Result>(work: () => Promise<Result>): Promise<Result> {
  const own = WebAssembly.validate;
  WebAssembly.validate = (source) => !isRelaxed(source) && own.call(WebAssembly, source);
  try {
    return await work();
  } finally {
    WebAssembly.validate = own;
  }
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function trajectory({ open }: Bundle, { steps, threads, plain }: TrajectoryOptions): Promise<Trajectory> {
  const opened = () => open({ threads, seed: SEED }), net = await (plain ? without(opened) : opened());
  const losses: number[] = [], correct: number[] = [];
  for (let number = 0; number < steps; number++) {
    const { x, y } = batch(net, number), done = await net.step(x, y);
    losses.push(done.loss);
    correct.push(done.correct);
  }
  const predictions = await net.predict(batch(net, 0).x), labels = predictions.map(({ label }) => label);
  const before = await hashOf(await net.save()),
    { epochs } = await net.train(batches(net, BATCHES), { epochs: EPOCHS });
  const saved = [before, await hashOf(await net.save())] as const;
  await net.close();
  const { target, threads: trained } = net;
  return { target, threads: trained, losses, correct, epochs: epochs.map(({ loss }) => loss), saved, labels };
}

/** Trajectories, one after the other. `bundle`: its script, beside this one. */
export async function trajectories(
  bundle: string,
  asked: readonly TrajectoryOptions[],
): Promise<readonly Trajectory[]> {
  const found: Trajectory[] = [], loaded: Bundle = await import(new URL(bundle, import.meta.url).href);
  for (const options of asked) found.push(await trajectory(loaded, options));
  return found;
}

/** What became of a net that was closed while it trained. */
export interface Closed {
  /** Steps that were told of before it was closed. */
  readonly steps: number;
  /** What its training ended with. */
  readonly error?: string;
}

/** Closes a net while it trains, or, as a negative control, leaves it at that: neither closed nor ended. */
export async function closedWhileTraining(bundle: string, threads: number, close: boolean): Promise<Closed> {
  const { open }: Bundle = await import(new URL(bundle, import.meta.url).href),
    net = await open({ threads, seed: SEED });
  let steps = 0;
  const data = batch(net, 0), { promise: told, resolve: tell } = Promise.withResolvers<void>();
  const onStep = () => {
    if (++steps === 3) tell();
  };
  const training = net.train(data, { epochs: ENDLESS, onStep }).then(() => undefined, (error: Error) => `${error}`);
  await told;
  // a browser tells of its workers when they have begun
  if (!close) return await new Promise((resolve) => setTimeout(resolve, 1000, { steps }));
  await net.close();
  return { steps, error: await training };
}
