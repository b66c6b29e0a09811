/** What the proofs take as given is checked where it enters: data sets made by hand, steps, options. */
import assert from "node:assert/strict";
import { compileTarget, kernelsOf, plan } from "../../codegen/compile.ts";
import { lower } from "../../codegen/lower/lower.ts";
import { printNest } from "../../codegen/print/print.ts";
import { proveNest } from "../../codegen/prove/kernel/nest.ts";
import { Writer } from "../../codegen/print/writer.ts";
import type { LoopNest, Statement } from "../../codegen/ir/ir.ts";
import {
  compile,
  type Dataset,
  evaluate,
  fromArrays,
  InputError,
  loadCheckpoint,
  loadIdxDirectory,
  loadPredictor,
  loadReport,
  loadSpec,
  loadTuning,
  loadWeights,
  type Optimization,
  parseReport,
  parseSpec,
  registry,
  reportHtml,
  runStart,
  saveCheckpoint,
  targets,
  train,
  tune,
  verifyNet,
} from "../../mod.ts";
import { BEGINNING } from "../../runtime/backends/epoch.ts";
import { Watch } from "../../runtime/run/watch.ts";
import { openSession } from "../open_session.ts";

const json = {
  name: "misused",
  input: [6],
  batchSize: 16,
  layers: [{ type: "linear", outFeatures: 5 }, { type: "relu" }, { type: "linear", outFeatures: 3 }],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "adam" } },
};
const SPEC = parseSpec(json);
const SAMPLES = 40;
const numbers = Float32Array.from({ length: SAMPLES * 6 }, (_, i) => (i % 7) / 7);
const DATA = fromArrays(numbers, Array.from({ length: SAMPLES }, (_, i) => i % 3), [6]);
const splitOf = (change: Partial<Record<keyof Dataset, unknown>>) => ({
  train: { ...DATA, ...change } as Dataset,
  test: DATA,
});

Deno.test("a data set made by hand must be what it says", async () => {
  const wrong: readonly [Partial<Record<keyof Dataset, unknown>>, RegExp][] = [
    [{ samples: 1.01 }, /it has 1\.01 samples/],
    [{ samples: 0 }, /it has 0 samples/],
    [{ samples: -1 }, /it has -1 samples/],
    [{ samples: NaN }, /it has NaN samples/],
    [{ samples: 50 }, /inputs must be a Uint8Array or Float32Array of 300 numbers/],
    [{ samples: 200 }, /of 1200 numbers/],
    [{ inputs: numbers.subarray(1) }, /of 240 numbers/],
    [{ inputs: [...numbers] }, /inputs must be a Uint8Array or Float32Array/],
    [{ inputs: new Int8Array(240) }, /inputs must be/],
    [{ inputs: undefined }, /inputs must be/],
    [{ labels: [0, 1] }, /there are 2 labels for 40 samples/],
    [{ labels: undefined }, /its samples have no labels/],
    [{ labels: Array(SAMPLES).fill(1.5) }, /has label 1\.5/],
    [{ labels: Array(SAMPLES).fill(NaN) }, /has label NaN/],
    [{ labels: Array(SAMPLES).fill(3) }, /has label 3/],
    [{ labels: Array(SAMPLES).fill(-1) }, /has label -1/],
  ];
  let started = 0;
  const options = { threads: 1, onStart: () => void started++ };
  for (const [change, message] of wrong) {
    await assert.rejects(train(SPEC, splitOf(change), options), (error: Error) => {
      assert(error instanceof InputError, `${JSON.stringify(change)}: ${error}`);
      assert.match(error.message, message);
      return true;
    });
  }
  assert.equal(started, 0, "nothing that is refused has been begun");
  const { report } = await train(SPEC, splitOf({}), options);
  assert.deepEqual([report.training.images, started], [SAMPLES, 1]);
});

Deno.test("no step is run that the tables have no row for", async () => {
  const [target] = targets;
  const net = compileTarget(plan(SPEC, registry, { layout: target.layout, data: "f32" }), target);
  const session = await openSession(net, [DATA], { threads: 1 });
  try {
    session.initialize(0);
    const epoch = { seed: 0, epoch: 0, params: () => ({}) };
    for (const steps of [0, -1, 1.5, 4, 100_000, NaN]) {
      await assert.rejects(async () => await session.train(0, epoch, steps), /steps of 3/);
    }
    for (const from of [-1, 0.5, 3, 100_000, NaN]) {
      await assert.rejects(
        async () => await session.train(0, epoch, 3, { ...BEGINNING, steps: from }),
        /from step \S+ of 3/,
      );
    }
    assert.throws(() => session.write("linear1.bias", new Float32Array(99)), /99 for linear1\.bias/);
    await session.train(0, epoch, 3);
  } finally {
    session.close();
  }
});

Deno.test("options that do not fit each other are refused", async () => {
  const data = splitOf({});
  await assert.rejects(
    train(SPEC, data, { module: "data:text/javascript," }),
    /module is of use only with target typescript/,
  );
  const floats = fromArrays(new Float32Array(6 * 8), new Uint8Array(8), [6]);
  await assert.rejects(
    train(SPEC, { train: floats, test: floats }, { target: "typescript", module: "data:text/javascript," }),
    /^InputError: module is the code of a net that takes bytes, and the samples are floats; leave module out$/,
  );
  await assert.rejects(
    train(SPEC, data, { without: ["bogus" as Optimization] }),
    /without: there is no "bogus"; choose from layout, /,
  );
  let signless = 0;
  for (const { name, entry } of targets) {
    if (entry === "step.ts") continue;
    await assert.rejects(
      train(SPEC, data, { target: name, without: ["hoist"] }),
      /hoist cannot be left out for target/,
    );
    signless++;
  }
  assert.equal(signless, 3);
  const broken = { ...SPEC, layers: [{ type: "linaer" }] } as unknown as typeof SPEC;
  await assert.rejects(train(broken, data), InputError);
});

Deno.test("a seed is a whole number wherever it is given", async () => {
  let refused = 0;
  for (const seed of [NaN, -1, 1.5, 2 ** 53]) {
    const asked = [
      () => train(SPEC, splitOf({}), { seed }),
      () => verifyNet(SPEC, { seed }),
      () => Promise.resolve(runStart(SPEC, seed)),
    ];
    for (const ask of asked) {
      await assert.rejects(async () => await ask(), (error) => {
        assert(error instanceof InputError, String(error));
        assert.equal(error.message, `seed is ${seed}; expected a whole number from 0 to ${2 ** 53 - 1}`);
        return true;
      });
      refused++;
    }
  }
  assert.equal(refused, 12);
  assert(runStart(SPEC, 7).parameters.size > 0);
});

Deno.test("from code without types: what is no spec and no data sets is refused with what is expected", async () => {
  const data = splitOf({}), pair = "is missing; expected { train, test }, two data sets such as fromArrays makes them";
  const cases: readonly [message: string, spec: unknown, data?: unknown][] = [
    [`data.test ${pair}`, SPEC, { train: DATA }],
    [`data.train ${pair}`, SPEC, DATA],
    [`data.train ${pair}`, SPEC, Promise.resolve(data)],
    [`data.train ${pair}`, SPEC],
    [`data.test ${pair}`, SPEC, { train: DATA, test: null }],
    ["spec is not what parseSpec returns: layers.0.init differs; give parseSpec(spec)", json, data],
    ["spec is not what parseSpec returns; give parseSpec(spec)", JSON.stringify(json), data],
    ["spec: ", undefined, data],
    ["spec: ", { ...json, layers: "many" }, data],
  ];
  for (const [message, ...values] of cases) {
    await assert.rejects(untyped(train)(...values), (error) => {
      assert(error instanceof InputError && error.message.startsWith(message), `${error}, not ${message}`);
      return true;
    });
  }
  // negative control: what parseSpec returns, in another order
  const turned = Object.fromEntries(Object.entries(SPEC).toReversed());
  await untyped(train)(turned, data, { threads: 1 });
});

Deno.test("a spec that was changed is compiled anew, and a listener that throws ends the run as an error", async () => {
  const own = parseSpec(json), data = splitOf({});
  const loss = async (spec: typeof own) => (await train(spec, data, { threads: 1 })).report.epochs[0].loss;
  const before = await loss(own);
  (own.layers[0] as { outFeatures?: number }).outFeatures = 9;
  const after = await loss(own);
  assert.notEqual(after, before);
  assert.equal(after, await loss(structuredClone(own)));
  const long = { ...own, training: { ...own.training, epochs: 2000 } };
  await assert.rejects(
    train(long, data, {
      threads: 1,
      onProgress: () => {
        throw new Error("no more");
      },
    }).then((trained) => {
      // short epochs may end before the first look at the progress
      assert(trained.report.epochs.length === 2000);
      throw new Error("no more");
    }),
    /no more/,
  );
});

const untyped = <Result>(ask: (...values: never[]) => Result) => ask as (...values: unknown[]) => Result;

Deno.test("options of the wrong kind are refused by name before anything starts, wherever they are given", async () => {
  const data = splitOf({}), weights = { spec: SPEC, parameters: runStart(SPEC).parameters };
  let started = 0;
  const trained = (options: object | null) =>
    untyped(train)(SPEC, data, options && { onStart: () => void started++, ...options });
  const tuned = "expected schedules, as loadTuning reads them";
  const cases: readonly [() => unknown, message: string][] = [
    [() => trained({ threads: 1e9 }), "threads is 1000000000; expected a whole number from 1 to 256"],
    [() => untyped(evaluate)(weights, DATA, { threads: 257 }), "threads is 257; expected a whole number from 1 to 256"],
    [() => trained(null), 'options is null; expected an object, such as { target: "auto" }, or nothing'],
    [() => trained({ epochs: "3" }), 'epochs is the text "3"; expected a whole number from 1 to 1000000'],
    [() => trained({ signal: {} }), "signal is an Object; expected an AbortSignal"],
    ...["onStart", "onEpoch", "onProgress", "onCheckpoint"].map((name): [() => unknown, string] => [
      () => trained({ [name]: 5 }),
      `${name} is 5; expected a function`,
    ]),
    [() => trained({ without: "layout" }), 'without is the text "layout"; expected a list of layout, '],
    [() => trained({ without: 5 }), "without is 5; expected a list of layout, "],
    [() => trained({ without: [Symbol()] }), "without: there is no Symbol(); choose from layout, "],
    [() => trained({ probes: "gpu" }), 'probes is the text "gpu"; expected a list of mode, '],
    [() => trained({ probes: ["cpu"] }), 'probes: there is no "cpu"; choose from mode, '],
    [() => trained({ profile: "yes" }), 'profile is the text "yes"; expected true or false'],
    [() => trained({ module: 5 }), "module is 5; expected the URL of a module, as a text"],
    [() => trained({ target: Symbol() }), "target is Symbol(); expected the name of a target"],
    [() => trained({ tuning: 5 }), `tuning is 5; ${tuned}`],
    [() => trained({ resume: {} }), "resume.spec is undefined; expected a checkpoint, as loadCheckpoint reads it"],
    [() => trained({ resume: [] }), "resume is a list; expected a checkpoint, as loadCheckpoint reads it"],
    [() => untyped(compile)(SPEC, { data: "f64" }), 'data is the text "f64"; expected "u8" or "f32"'],
    [() => untyped(compile)(SPEC, null), "options is null; "],
    [() => untyped(loadPredictor)(weights, null), "options is null; "],
    [() => untyped(verifyNet)(SPEC, { onRow: 5 }), "onRow is 5; expected a function"],
    [
      () => untyped(verifyNet)(SPEC, { only: "all" }),
      'only is the text "all"; expected "kernels" or "steps"',
    ],
    [() => untyped(tune)(SPEC, { tuning: 5 }), `tuning is 5; ${tuned}`],
    [() => untyped(tune)(SPEC, { budget: "9" }), 'budget is the text "9"; expected seconds, at least 0'],
    [() => untyped(train)(SPEC, { train: [], test: DATA }), "data.train is a list; expected { train, test }"],
    [
      () => untyped(train)(SPEC, splitOf({ inputs: new Uint8Array(SAMPLES * 6) })),
      "the samples of data.train are bytes, which are scaled by 1/255, those of data.test floats; give both in one kind",
    ],
    [() => untyped(fromArrays)([0n, 1n], [0], [2]), "inputs[0] is the BigInt 0: give a number."],
    [() => untyped(loadSpec)(undefined), "path is undefined; expected a text, or the URL of a file"],
    [() => untyped(loadCheckpoint)(5), "path is 5; expected a text, or the URL of a file"],
    [() => untyped(loadIdxDirectory)(undefined), "path is undefined; expected a text, or the URL of a file"],
    [() => untyped(loadIdxDirectory)("runs", null), "options is null; "],
    [() => untyped(loadReport)({}), "path is an Object; expected a text, or the URL of a file"],
    [() => untyped(loadTuning)(null), "path is null; expected a text, or the URL of a file"],
    [() => untyped(loadWeights)(5), "path is 5; expected a text, or the URL of a file"],
    [() => untyped(saveCheckpoint)("runs/no.safetensors", {}), "checkpoint.spec is undefined; expected a checkpoint"],
    [() => untyped(parseReport)("{}"), "report: "],
    [() => untyped(reportHtml)({}), "report: "],
    [() => untyped(reportHtml)(undefined), "report: "],
  ];
  for (const [ask, message] of cases) {
    await assert.rejects(async () => await ask(), (error) => {
      assert(error instanceof InputError && error.message.startsWith(message), `${error}, not ${message}`);
      return true;
    });
  }
  assert.equal(started, 0, "nothing that is refused has been begun");
  // negative control: what has no prototype is an object, too, and null is an option that is left out
  const bare = Object.assign(Object.create(null), DATA);
  await trained({ threads: 1, signal: null, onEpoch: null, probes: undefined });
  await untyped(train)(SPEC, { train: bare, test: bare }, { threads: 1 });
  assert.equal((await untyped(loadSpec)(new URL("../../specs/lenet5.json", import.meta.url))).name, "lenet5");
});

Deno.test("a listener's promise that is rejected ends the run with its error; one that is kept is waited for", async () => {
  const long = parseSpec({ ...json, training: { ...json.training, epochs: 3 } }), calls: number[] = [];
  const refuse = () => Promise.reject(new Error("no more"));
  await assert.rejects(train(long, splitOf({}), { threads: 1, onEpoch: refuse }), /^Error: no more$/);
  await train(long, splitOf({}), {
    threads: 1,
    onEpoch: async ({ epoch }) => {
      calls.push(epoch);
      await new Promise((done) => setTimeout(done, 5));
      calls.push(-epoch);
    },
  });
  assert.deepEqual(calls, [1, -1, 2, -2, 3, -3]);
  const watch = new Watch(refuse);
  await new Promise((done) => setTimeout(done, 250));
  watch.stop();
  await assert.rejects(watch.end(), /^Error: no more$/);
});

Deno.test("a listener may do what it likes with its checkpoint: the run's result is the same", async () => {
  const calm = await train(SPEC, splitOf({}), { threads: 1 });
  const { checkpoint, report } = await train(SPEC, splitOf({}), {
    threads: 1,
    onCheckpoint({ parameters, training }) {
      for (const { values } of parameters.values()) values.fill(0);
      (parameters as Map<string, unknown>).clear();
      (training!.optimizer as Map<string, unknown>).clear();
      (training!.history as unknown[]).length = 0;
    },
  });
  assert.deepEqual(checkpoint.parameters, calm.checkpoint.parameters);
  assert.deepEqual(checkpoint.training!.optimizer, calm.checkpoint.training!.optimizer);
  assert.equal(report.epochs.length, 1);
});

/** Types of the scalars that a nest declares, by name. */
function scalarTypes({ body }: LoopNest): Map<string, Set<string>> {
  const types = new Map<string, Set<string>>();
  const add = (name: string, type: string) => types.set(name, (types.get(name) ?? new Set()).add(type));
  const visit = (body: readonly Statement[]): void =>
    body.forEach((s) => {
      if (s.kind === "loop") add(s.variable, "i32");
      if (s.kind === "loop" || s.kind === "block") visit(s.body);
      if ((s.kind === "let" || s.kind === "variable") && !s.type.endsWith("x4")) {
        add(s.name, s.type === "f32" ? "f32" : "i32");
      }
    });
  visit(body);
  return types;
}

Deno.test("a scalar's name has one type in all of a nest: WebAssembly declares locals once for a function", () => {
  const spec = parseSpec({ ...json, batchSize: 64, loss: { type: "mse" } });
  const kernel = kernelsOf(plan(spec, registry, { layout: "lanes" }).plan)
    .find(({ name }) => name === "loss_forward_backward")!;
  let names = 0;
  const tiles: readonly Record<string, number>[] = [{ n: 5, nb: 2 }, { n: 3 }, { n: 7, nb: 4 }, { n: 16 }];
  for (const tile of tiles) {
    for (const [name, types] of scalarTypes(lower(kernel, { tile }))) {
      assert.equal(types.size, 1, `${name} is ${[...types].join(" and ")}`);
      names++;
    }
  }
  assert(names > 100, `${names} names`);
});

Deno.test("a thread's share of many iterations is computed in 64 bits", () => {
  for (const target of targets.filter(({ entry }) => entry.endsWith(".wat"))) {
    const { files } = compileTarget(plan(SPEC, registry, { layout: target.layout }), target);
    assert.match(files[target.entry], /\(func \$share [^\n]+\n\s+\(i32\.wrap_i64 \(i64\.div_u \(i64\.mul /);
    assert(!/i32\.div_u/.test(files[target.entry]));
  }
});

Deno.test("an address in bytes is never taken for an index, whatever blocks beside each other call it", () => {
  const [wasm] = targets.filter(({ entry }) => entry.endsWith(".wat"));
  const tensor = (shape: number[], dtype: "f32" | "u8") => ({ dtype, shape, halo: shape.map(() => [0, 0] as const) });
  const at = (constant: number, variable: string) => ({ constant, terms: [{ variable, coefficient: 1 }] });
  const index = (name: string, of: string): Statement => ({
    kind: "let",
    name,
    type: "i32",
    value: { kind: "offset", offset: at(0, of) },
  });
  const store = (base: string, first: number): Statement => ({
    kind: "store",
    tensor: "z",
    offset: at(first, base),
    value: {
      kind: "apply",
      op: "float",
      operands: [{ kind: "element", tensor: "c", offset: at(0, "c_at"), type: "i32" }],
    },
  });
  const block = (variable: string, base: string, to: number, first: number): Statement => ({
    kind: "block",
    last: false,
    body: [{
      kind: "loop",
      variable,
      from: 0,
      to,
      step: 1,
      parallel: false,
      body: [index(base, variable), index("c_at", base), store(base, first)],
    }],
  });
  const nest: LoopNest = {
    name: "siblings",
    tensors: { z: tensor([4, 5], "f32"), c: tensor([4, 100], "u8") },
    outputs: ["z"],
    body: [block("n", "z_at", 4, 0), block("m", "y_at", 16, 4)],
  };
  proveNest(nest);
  const writer = new Writer();
  const bytes = wasm.inUnits!(nest);
  printNest(bytes, wasm.syntax(bytes, { z: { address: 4096 }, c: { address: 8192 } }), writer);
  const text = writer.toString();
  // elements of bytes and of floats share these bases, so both count elements
  assert.match(text, /\(local\.set \$z_at \(local\.get \$n\)\)/, text);
  assert.equal(text.match(/f32\.store[^\n]*\(i32\.shl /g)?.length, 2, text);
});
