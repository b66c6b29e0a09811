/**
 * A net in memory, opened for a target: all that one can ask of it, in Deno and in a page.
 *
 * @module
 */
import { open, parseSpec } from "../mod.ts";
import { uniform } from "../runtime/run/random.ts";

/** What a net came to, as JSON can have it. */
export interface Outcome {
  readonly target: string;
  readonly losses: readonly number[];
  /** Of a test, and of it after all was saved, and restored into another net. */
  readonly tests: readonly { readonly loss: number; readonly correct: number }[];
  /** Of single steps. */
  readonly steps: readonly number[];
  /** Steps that were told of. */
  readonly told: number;
  readonly labels: readonly number[];
  /** Milliseconds of a single step: half of them took less. */
  readonly milliseconds: number;
}

/** What two outcomes differ by, beyond rounding; nothing where they do not. */
export function otherwise(own: Outcome, expected: Outcome): string[] {
  const found: string[] = [];
  const near = (what: string, a: readonly number[], b: readonly number[]) => {
    for (const [i, value] of b.entries()) {
      if (!(Math.abs(a[i] - value) < 1e-4 * Math.abs(value))) found.push(`${what} ${i}: ${a[i]}, not ${value}`);
    }
  };
  near("epoch", own.losses, expected.losses);
  near("step", own.steps, expected.steps);
  const losses = ({ tests }: Outcome) => tests.map(({ loss }) => loss);
  near("test", losses(own), losses(expected));
  for (const [i, { correct }] of expected.tests.entries()) {
    if (!(Math.abs(own.tests[i].correct - correct) <= 1)) {
      found.push(`test ${i}: ${own.tests[i].correct} right, not ${correct}`);
    }
  }
  const wrong = expected.labels.filter((label, i) => label !== own.labels[i]).length;
  if (wrong > 1) found.push(`${wrong} labels`);
  if (own.told !== expected.told) found.push(`${own.told} steps told, not ${expected.told}`);
  return found;
}

const SEED = 7, EPOCHS = 3, STEPS = 15;

/** Trains, steps, tests, asks, saves and restores a net of images of three classes. */
export async function netOutcome(given: unknown, target: string): Promise<Outcome> {
  const spec = parseSpec(given),
    { input, batchSize } = spec,
    size = input.reduce((a, b) => a * b),
    count = 6 * batchSize + 3;
  const y = Array.from({ length: count }, (_, i) => i % 3);
  const x = Uint8Array.from(
    { length: size * count },
    (_, i) => 120 * uniform(1, i) + (Math.floor(i % size / 8) === 2 * y[Math.floor(i / size)] + 1 ? 120 : 0),
  );
  const net = await open(spec, { target, seed: SEED }), other = await open(spec, { target });
  try {
    let told = 0;
    const { epochs } = await net.train({ x, y }, { epochs: EPOCHS, onStep: () => void told++ });
    const tests = [await net.evaluate({ x, y })], steps: number[] = [], times: number[] = [];
    for (let i = 0; i < STEPS; i++) {
      // the last one is a short one
      const samples = i === STEPS - 1 ? batchSize - 1 : batchSize, begin = performance.now();
      const { loss } = await net.step(x.subarray(0, size * samples), y.slice(0, samples));
      times.push(performance.now() - begin);
      steps.push(loss);
    }
    tests.push(await net.evaluate({ x, y }));
    await other.restore(await net.save());
    tests.push(await other.evaluate({ x, y }));
    return {
      ...{ target: net.target, losses: epochs.map(({ loss }) => loss), steps, told },
      tests: tests.map(({ loss, correct }) => ({ loss, correct: correct! })),
      labels: (await other.predict(x)).map(({ label }) => label!),
      milliseconds: times.sort((a, b) => a - b)[STEPS >> 1],
    };
  } finally {
    net.close();
    other.close();
  }
}
