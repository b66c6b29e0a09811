/** A team whose threads fail ends with an error and does not hang; wrong run options are refused. */
import assert from "node:assert/strict";
import { fromArrays, parseSpec, train } from "../../mod.ts";
import { Team } from "../../runtime/backends/threads/team.ts";

const memory = () => new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
const module = (body: string) =>
  `data:text/javascript,export function bind(memory, rows, { thread, wait }) { return { train(step) { ${body} } }; }`;
const work = { set: 0, mode: "train", from: 0, to: 3 } as const;

Deno.test("a thread that fails takes the others, which wait for it, with it", async () => {
  for (const failing of [0, 1, 2]) {
    const code = module(`if (thread === ${failing} && step === 1) throw new Error("kernel boom"); wait(); wait();`);
    const team = new Team({ code, memory: memory(), rows: [{}] }, 3);
    await assert.rejects(team.run(work), /kernel boom|another thread failed/);
    team.stop();
  }
});

Deno.test("threads meet at every barrier", async () => {
  // each adds 1 and waits: after the barrier all have added
  const code = module(`const n = new Int32Array(memory.buffer ?? memory); Atomics.add(n, step, 1); wait();
    if (Atomics.load(n, step) !== 3) throw new Error("passed too early"); wait();`);
  const shared = memory(), team = new Team({ code, memory: shared, rows: [{}] }, 3);
  await team.run({ ...work, to: 1000 });
  assert.equal(team.progress, 1000);
  team.stop();
  assert.deepEqual([...new Int32Array(shared.buffer, 0, 1000)], Array(1000).fill(3));
});

Deno.test("a module that cannot be loaded is an error", async () => {
  const team = new Team({ code: "data:text/javascript,export const", memory: memory(), rows: [{}] }, 2);
  await assert.rejects(team.run(work));
  await assert.rejects(team.ready);
});

Deno.test("run options that make no sense are refused", async () => {
  const spec = parseSpec({
    name: "tiny",
    input: [2],
    batchSize: 2,
    layers: [{ type: "linear", outFeatures: 2 }],
    loss: { type: "softmaxCrossEntropy" },
    training: { epochs: 1, optimizer: { type: "adam" } },
  });
  const data = fromArrays(new Float32Array(4), [0, 1], [2]), split = { train: data, test: data };
  const rows: [Record<string, number>, string][] = [
    [{ threads: 0 }, "threads is 0; expected a whole number from 1 to 256"],
    [{ threads: 1.5 }, "threads is 1.5; expected a whole number from 1 to 256"],
    [{ threads: NaN }, "threads is NaN; expected a whole number from 1 to 256"],
    [{ epochs: 0 }, "epochs is 0; expected a whole number from 1 to 1000000"],
    [{ epochs: 1_000_001 }, "epochs is 1000001; expected a whole number from 1 to 1000000"],
    [{ seed: -1 }, "seed is -1; expected a whole number from 0 to 9007199254740991"],
  ];
  for (const [options, message] of rows) {
    await assert.rejects(train(spec, split, options), { name: "InputError", message });
  }
});
