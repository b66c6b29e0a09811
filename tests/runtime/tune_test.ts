/** Tuned schedules: the file they are in, how they reach generated code, and what is never chosen. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { kernelsOf, plan } from "../../codegen/compile.ts";
import type { Kernel } from "../../codegen/ir/ir.ts";
import { nestText } from "../../codegen/ir/text.ts";
import { lower } from "../../codegen/lower/lower.ts";
import { STATEMENT_BUDGET } from "../../codegen/lower/scope.ts";
import { neighbours } from "../../codegen/schedule/neighbours.ts";
import { type Schedule, scheduleText } from "../../codegen/schedule/schedule.ts";
import type { Target } from "../../codegen/targets/target.ts";
import { formulaHash, normalized, parseTuning, tuningText, withKernels } from "../../codegen/schedule/tuning.ts";
import { isStorable, type TunedKernel } from "../../codegen/schedule/tuning_schema.ts";
import {
  compareGenerated,
  findTarget,
  generatedFiles,
  InputError,
  kernelStages,
  loadTuning,
  parseSpec,
  processorTargets as targets,
  registry,
  repairGenerated,
  saveTuning,
  timeKernels,
  tune,
  type Tuning,
  verifyNet,
} from "../../mod.ts";
import { tuneNet } from "../../runtime/measure/tune/tune.ts";
import { ignore, withGpu } from "../adapter.ts";
import { randomSpec } from "../random_spec.ts";
import { QUICK, width } from "../width.ts";

const SPEC = parseSpec({
  name: "tuned",
  input: [40],
  // so few that they make no block: tensors lie in rows for every target, and kernels are the same
  batchSize: 2,
  layers: [{ type: "linear", outFeatures: 24 }, { type: "tanh" }, { type: "linear", outFeatures: 10 }],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "adam" } },
});
const KERNEL = "linear2_forward";
const kernelOf = (name: string): Kernel => kernelsOf(plan(SPEC, registry).plan).find((kernel) => kernel.name === name)!;
const kernel = kernelOf(KERNEL);
/** A schedule that no target takes by itself. */
const ODD: Schedule = { order: ["o"], parallel: "n", tile: { o: 3 }, unroll: { i: 3 } };
const tuningOf = (target: string, entry: TunedKernel, net = SPEC.name): Tuning => ({
  origin: "tuning.json",
  nets: { [net]: { [target]: { [KERNEL]: entry } } },
});

/** What stands in a file, and what is said of it. */
const BROKEN: readonly [text: string, message: string][] = [
  ["", "not JSON: Unexpected end of JSON input"],
  ["[]", "expected an object of nets"],
  ["null", "expected an object of nets"],
  ['{"Net":{}}', "Net: expected a name of a-z, 0-9 and _ that begins with a letter"],
  ['{"a b\\u001b":{}}', "a b\\u{1b}: expected a name of a-z, 0-9 and _ that begins with a letter"],
  [`{"${"n".repeat(257)}":{}}`, `${"n".repeat(60)}...: expected a name of a-z, 0-9 and _ that begins with a letter`],
  ['{"net":7}', "net: expected an object of targets"],
  ['{"net":{"wasm":[]}}', "net: wasm: expected an object of kernels"],
  ['{"net":{"wasm":{"k":"fast"}}}', "net: wasm: k: expected an object with hash and schedule"],
  ['{"net":{"wasm":{"k":{"schedule":{}}}}}', "net: wasm: k: hash: expected 8 hexadecimal digits"],
  ['{"net":{"wasm":{"k":{"hash":"12345","schedule":{}}}}}', "net: wasm: k: hash: expected 8 hexadecimal digits"],
  ['{"net":{"wasm":{"k":{"hash":"01234567"}}}}', "net: wasm: k: schedule: expected an object of directives"],
  ['{"net":{"wasm":{"k":{"hash":"01234567","schedule":{},"ms":1}}}}', 'net: wasm: k: unknown key "ms"'],
  ...([
    ['{"tiles":{}}', 'unknown key "tiles"'],
    ['{"tile":{"n":0}}', "tile: n: expected a whole number from 1 to 4096"],
    ['{"tile":{"n":1.5}}', "tile: n: expected a whole number from 1 to 4096"],
    ['{"tile":{"n":1e9}}', "tile: n: expected a whole number from 1 to 4096"],
    ['{"tile":{"n":"4"}}', "tile: n: expected a whole number from 1 to 4096"],
    ['{"unroll":[]}', "unroll: expected an object of copies by axis"],
    ['{"tile":{"n":4096,"o":4096}}', "expected at most 262144 copies of all axes together"],
    ['{"order":"n"}', "order: expected a list of axes"],
    ['{"order":[1]}', "order: 0: expected a name of a-z, 0-9 and _ that begins with a letter"],
    ['{"parallel":""}', "parallel: expected a name of a-z, 0-9 and _ that begins with a letter"],
    ['{"workgroup":{"n":0}}', "workgroup: n: expected a whole number from 1 to 4096"],
    ['{"stage":8}', "stage: expected an object of terms by axis"],
    ['{"vectorize":null}', "vectorize: expected a name of a-z, 0-9 and _ that begins with a letter"],
  ] as const).map(([schedule, message]): [string, string] => [
    `{"net":{"wasm":{"k":{"hash":"01234567","schedule":${schedule}}}}}`,
    `net: wasm: k: schedule: ${message}`,
  ]),
  [" ".repeat(2 ** 26 + 1), "has 67108865 characters, at most 67108864 are read"],
  [
    `{${Array.from({ length: 4097 }, (_, i) => `"n${i}":{}`)}}`,
    "expected at most 4096 entries",
  ],
];

Deno.test("a broken file of schedules: one line each", () => {
  for (const [text, message] of BROKEN) {
    assert.throws(() => parseTuning(text, "generated/tuning.json"), {
      name: "InputError",
      message: `generated/tuning.json: ${message}; correct it, or delete the file and run "deno task tune" again`,
    });
  }
  assert.equal(BROKEN.length, 28);
});

Deno.test("the text of a file: sorted, a line for each kernel, and read as it was written", () => {
  const entry = { hash: "01234567", schedule: ODD };
  const nets = { b: { wasm: { y: entry, x: { hash: "abcdef00", schedule: {} } } }, a: { wasm: { z: entry } } };
  const text = tuningText(nets);
  const line = '{ "hash": "01234567", "schedule": { "order": ["o"], "parallel": "n", "tile": { "o": 3 }, ' +
    '"unroll": { "i": 3 } } }';
  assert.equal(
    text,
    `{
  "a": {
    "wasm": {
      "z": ${line}
    }
  },
  "b": {
    "wasm": {
      "x": { "hash": "abcdef00", "schedule": {} },
      "y": ${line}
    }
  }
}
`,
  );
  assert.deepEqual(parseTuning(text, "f").nets, nets);
  assert.equal(tuningText(parseTuning(text, "f").nets), text);
  assert.equal(tuningText({}), "{}\n");
  // entries of one net and target are replaced, what is empty goes
  assert.deepEqual(withKernels(nets, "a", "wasm", {}), { b: nets.b });
  assert.deepEqual(withKernels(nets, "a", "typescript", { k: entry }).a, { ...nets.a, typescript: { k: entry } });
});

Deno.test("schedules of the deepest nets are read as they are written: many kernels, long names", async () => {
  // seven kernels a layer, and one with the longest name that fusion makes, with schedules of many directives on many axes
  const axes = Array.from({ length: 12 }, (_, i) => `axis_${i}`),
    sizes = Object.fromEntries(axes.map((axis) => [axis, 2]));
  const entry = { hash: "01234567", schedule: { order: axes, tile: sizes, unroll: {}, split: sizes, stage: sizes } };
  const longest = `${"sigmoid_".repeat(24)}_forward`;
  assert.equal(longest.length, 200);
  const names = [longest, ...Array.from({ length: 256 * 7 }, (_, i) => `kernel_${i}`)];
  const kernels = Object.fromEntries(names.map((name) => [name, entry]));
  const nets = { deep: { wasm: kernels, wasm_relaxed: kernels, webgpu: kernels } };
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "tuning.json");
    await saveTuning(path, { origin: "", nets });
    assert((await Deno.stat(path)).size > 1_000_000);
    assert.deepEqual((await loadTuning(path)).nets, nets);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a file that is not there says nothing; one that is written is read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "deep", "tuning.json");
    assert.deepEqual(await loadTuning(path, "there"), { origin: "there", nets: {} });
    const tuning = tuningOf("wasm", { hash: "01234567", schedule: ODD });
    await saveTuning(path, tuning);
    assert.deepEqual(await loadTuning(path), { origin: path, nets: tuning.nets });
    const { mtime } = await Deno.stat(path);
    await saveTuning(path, tuning);
    assert.deepEqual((await Deno.stat(path)).mtime, mtime, "what is there already is not written");
    await saveTuning(join(folder, "none", "tuning.json"), { origin: "", nets: {} });
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["deep"]);
    assert.deepEqual([...Deno.readDirSync(join(folder, "deep"))].map(({ name }) => name), ["tuning.json"]);
    await assert.rejects(loadTuning(folder), { name: "InputError", message: /it is a folder/ });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (const { name: target } of targets) {
  Deno.test(`${target}: a tuned schedule reaches the code, which is still right`, async () => {
    const tuning = tuningOf(target, { hash: formulaHash(kernel), schedule: ODD });
    const shown = (options: { tuning?: Tuning }) => kernelStages(SPEC, { target, ...options }).get(KERNEL)!;
    assert.equal(shown({ tuning }).schedule, `${scheduleText(ODD)}\n`);
    assert.notEqual(shown({}).schedule, shown({ tuning }).schedule);
    assert.notEqual(shown({}).source, shown({ tuning }).source);
    assert(shown({ tuning }).source.includes(scheduleText(ODD)));
    const [tuned, guessed] = [generatedFiles(SPEC, { tuning }), generatedFiles(SPEC)];
    for (const path of Object.keys(guessed)) {
      const own = path.startsWith(`${SPEC.name}/${target}/`);
      if (!own) assert.equal(tuned[path], guessed[path], `${path} is another target's`);
    }
    assert.notDeepEqual(tuned, guessed);
    const rows = await verifyNet(SPEC, { target, tuning });
    assert.deepEqual(rows.filter(({ ok }) => !ok), []);
    assert(rows.some(({ check }) => check === KERNEL));
  });
}

Deno.test("what is stored for another kernel of that name is ignored", () => {
  const guessed = generatedFiles(SPEC), hash = formulaHash(kernel);
  const same = (tuning: Tuning, spec = SPEC) =>
    assert.deepEqual(generatedFiles(spec, { tuning }), generatedFiles(spec));
  same(tuningOf("wasm", { hash: "00000000", schedule: ODD }));
  same(tuningOf("wasm", { hash, schedule: ODD }, "another_net"));
  same(tuningOf("gpu", { hash, schedule: ODD }));
  // the same net with other shapes: even a schedule that would fit
  const wider = parseSpec({ ...SPEC, layers: [{ type: "linear", outFeatures: 25 }, ...SPEC.layers.slice(1)] });
  assert.notEqual(
    formulaHash(kernelsOf(plan(wider, registry).plan).find(({ name }) => name === KERNEL)!),
    hash,
  );
  same(tuningOf("wasm", { hash, schedule: ODD }), wider);
  // a name that every object has
  same({ origin: "f", nets: {} }, { ...SPEC, name: "constructor" });
  // negative control: the right hash
  assert.notDeepEqual(generatedFiles(SPEC, { tuning: tuningOf("wasm", { hash, schedule: ODD }) }), guessed);
});

Deno.test("a schedule that does not fit its kernel is one clear error", () => {
  const hash = formulaHash(kernel);
  for (
    const [schedule, reason] of [
      [{ parallel: "z" }, /linear2_forward cannot be shared along z: .+/],
      [{ tile: { z: 2 } }, /linear2_forward has no axis z/],
      [{ grid: ["n", "o"] }, /linear2_forward can have a grid only on a GPU/],
    ] as const
  ) {
    const tuning = tuningOf("wasm", { hash, schedule });
    assert(isStorable(schedule));
    assert.throws(() => generatedFiles(SPEC, { tuning, target: "wasm" }), (error: Error) => {
      assert(error instanceof InputError);
      assert.match(error.message, new RegExp(`^tuning\\.json: tuned: wasm: .*${reason.source}; run "deno task tune" `));
      return !error.message.includes("\n");
    });
  }
  const wide = { ...SPEC, input: [2000] }, LONG = "linear1_tanh1_forward";
  const first = kernelsOf(plan(wide, registry).plan).find(({ name }) => name === LONG)!;
  const long = { hash: formulaHash(first), schedule: { tile: { n: 2 }, unroll: { i: 2000 } } };
  const nets = { [SPEC.name]: { wasm: { [LONG]: long } } };
  assert.throws(() => generatedFiles(wide, { tuning: { origin: "tuning.json", nets }, target: "wasm" }), {
    name: "InputError",
    message: new RegExp(
      `^tuning\\.json: tuned: wasm: .*more than ${STATEMENT_BUDGET} statements; .+; run "deno task tune" `,
    ),
  });
  const tuning = tuningOf("webgpu", { hash, schedule: { tile: { o: 2 } } });
  assert.throws(() => generatedFiles(SPEC, { tuning, target: "webgpu" }), {
    name: "InputError",
    message: /^tuning\.json: tuned: webgpu: linear2_forward needs a grid on a GPU; run "deno task tune" /,
  });
});

Deno.test("generated files follow from the spec and the file alone", async () => {
  const root = await Deno.makeTempDir();
  try {
    const tuning = tuningOf("wasm", { hash: formulaHash(kernel), schedule: ODD });
    await saveTuning(join(root, "tuning.json"), tuning);
    const read = async () => generatedFiles(SPEC, { tuning: await loadTuning(join(root, "tuning.json")) });
    const files = await read();
    assert.deepEqual(files, generatedFiles(SPEC, { tuning }));
    for (const difference of await compareGenerated(root, files)) await repairGenerated(root, files, difference);
    assert.deepEqual(await compareGenerated(root, await read()), []);
    // negative control: without the file the module differs, and nothing else
    assert.deepEqual(await compareGenerated(root, generatedFiles(SPEC)), [
      { path: "tuned/wasm/module.wat", state: "differs" },
    ]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("neighbours can be lowered, differ, and leave threads enough to share", () => {
  const words = new Set<string>();
  let count = 0;
  for (let seed = 1; seed <= width(2, 4); seed++) {
    for (const kernel of kernelsOf(plan(parseSpec(randomSpec(seed)), registry).plan)) {
      for (const target of [findTarget("wasm"), findTarget("typescript")]) {
        const [start] = target.candidates(kernel), before = lower(kernel, start);
        const nests = new Set([nestText(before)]);
        const found = neighbours(kernel, start);
        for (const schedule of found) {
          assert(isStorable(schedule));
          assert.deepEqual(schedule, normalized(schedule));
          const nest = lower(kernel, schedule);
          assert(!nests.has(nestText(nest)), `${kernel.name}: ${scheduleText(schedule)}`);
          nests.add(nestText(nest));
          assert((nest.parallel?.iterations ?? 0) >= Math.min(8, before.parallel?.iterations ?? 0));
          for (const word of scheduleText(schedule).match(/order|tile|unroll|vectorize|parallel/g) ?? []) {
            words.add(word);
          }
        }
        count += found.length;
      }
    }
  }
  assert(count > width(50, 500), `${count} neighbours`);
  assert.deepEqual([...words].sort(), ["order", "parallel", "tile", "unroll", "vectorize"]);
});

Deno.test("neighbours of a schedule, by hand", () => {
  const start = { tile: { n: 4, o: 2 }, vectorize: "i", parallel: "n" };
  const large = kernelsOf(plan({ ...SPEC, batchSize: 18 }, registry).plan).find(({ name }) => name === KERNEL)!;
  const texts = neighbours(large, start).map(scheduleText);
  assert.deepEqual(neighbours(large, start).map(scheduleText), texts, "the same for the same");
  for (
    const text of [
      "tile n 3, o 2 · vectorize i · parallel n", // fewer samples
      "tile n 4 · vectorize i · parallel n", // fewer outputs
      "tile n 4, o 5 · vectorize i · parallel n", // more, without a rest
      "tile n 3, o 3 · vectorize i · parallel n", // more of these for fewer of those
      "tile n 4, o 2 · unroll i 2 · vectorize i · parallel n",
      "tile n 4, o 2 · parallel n",
    ]
  ) {
    // at 4 samples threads have 4 groups to share: no fewer
    assert(texts.includes(text), `${text} is not among\n${texts.join("\n")}`);
  }
  for (const text of texts) assert(!/n (5|6|7|8|16)/.test(text), text);
});

Deno.test("neighbours on a grid leave no rest, and more or fewer invocations share a sum", () => {
  const texts = (schedule: Schedule) => neighbours(kernel, schedule, webgpu.spread).map(scheduleText);
  const start = { grid: ["n", "o"], tile: { o: 2 }, split: { i: 4 } };
  for (const members of [2, 8]) assert(texts(start).includes(`tile o 2 · grid n, o · split i ${members}`));
  for (const text of ["tile o 5 · grid n, o · split i 4", "tile n 2, o 2 · grid n, o · split i 4"]) {
    assert(texts(start).includes(text), `${text} is not among\n${texts(start).join("\n")}`);
  }
  // 10 outputs, 24 terms, and threads do not come into it
  for (const text of texts(start)) assert(!/o [346789]|split i (16|[3567])|parallel/.test(text), text);
  assert(texts({ grid: ["n", "o"] }).includes("grid n, o · split i 2"));
  for (const text of texts(start)) assert(!/workgroup|stage/.test(text), text);
  // negative control: without a grid nothing is shared
  for (const text of texts({ parallel: "n" })) assert(!text.includes("split"), text);
});

const wasm = findTarget("wasm");
const FIRST: Schedule = { parallel: "n" }, OTHER: Schedule = { parallel: "n", tile: { o: 2 } };

/** What is done to a kernel's code: instructions that come first, and whether it stores nothing. */
interface Tampering {
  readonly first?: string;
  readonly storesNothing?: boolean;
}

/** The target wasm, but the code of one schedule does something else, which the check of its bytes has nothing against. */
function tampered(marked: Schedule, { first = "", storesNothing }: Tampering, candidates: readonly Schedule[]): Target {
  return {
    ...wasm,
    candidates: () => candidates,
    files(plan, kernels, texts) {
      const files = wasm.files(plan, kernels, texts), [[name, { schedule }]] = kernels, text = files["module.wat"];
      if (scheduleText(schedule) !== scheduleText(marked)) return files;
      const from = text.indexOf(`(func $${name} `), to = text.indexOf("\n  )\n", from);
      const [head, ...lines] = text.slice(from, to).split("\n");
      const body = lines.findIndex((line) => !line.includes("(local $"));
      const rest = lines.slice(body).filter((line) => !storesNothing || !/^ *\(\w+\.store /.test(line));
      const own = [`${head} (local $spin i32) (local $again i32)`, ...lines.slice(0, body), first, ...rest];
      return { "module.wat": text.slice(0, from) + own.join("\n") + text.slice(to) };
    },
  };
}

/** Tunes one kernel in one heat. */
async function tuned(target: Target, stored?: Schedule, patience = 30) {
  const rows = await tuneNet(SPEC, registry, target, () => stored, { kernel: KERNEL, budget: 0, patience });
  assert.equal(rows.length, 1);
  const { kernel, schedule, changed, tried, refused, entry } = rows[0];
  assert.equal(kernel, KERNEL);
  return { schedule, changed, tried, refused, entry };
}
/** A loop of so many turns. */
const turns = (name: string, count: number, body = "") =>
  `(local.set $${name} (i32.const 0)) (loop $${name} ${body} (local.set $${name} (i32.add (local.get $${name}) ` +
  `(i32.const 1))) (br_if $${name} (i32.lt_s (local.get $${name}) (i32.const ${count}))))`;
/** By 0, which traps. */
const DIVIDES = "(local.set $spin (i32.wrap_i64 (i64.div_u (i64.extend_i32_u (i32.const 1)) " +
  "(i64.extend_i32_u (i32.const 0)))))";
/** So long that no noise hides it, and right in the end. */
const SLOWLY: Tampering = { first: turns("spin", 20_000_000) };

Deno.test("a candidate that hangs is given up, and said so", async () => {
  const hang = { first: turns("spin", 2e9, turns("again", 2e9)) };
  assert.deepEqual(await tuned(tampered(OTHER, hang, [FIRST, OTHER]), undefined, 5), {
    schedule: scheduleText(FIRST),
    changed: false,
    tried: 0,
    refused: [{ schedule: scheduleText(OTHER), reason: "no answer in 5 s", wrong: false }],
    entry: undefined,
  });
  if (QUICK) return;
  await assert.rejects(tuned(tampered(FIRST, hang, [FIRST, OTHER]), undefined, 5), {
    message: "linear2_forward: parallel n: no answer in 5 s",
  });
});

Deno.test("a candidate that is wrong is never chosen, however fast; nor one that fails", async () => {
  const { refused, ...rest } = await tuned(tampered(OTHER, { storesNothing: true }, [FIRST, OTHER]));
  assert.deepEqual(rest, { schedule: scheduleText(FIRST), changed: false, tried: 0, entry: undefined });
  assert.deepEqual(refused.map(({ schedule, wrong }) => [schedule, wrong]), [[scheduleText(OTHER), true]]);
  assert.match(refused[0].reason, /^it is wrong: its error is \S+, at most \S+ is rounding$/);

  const fails = await tuned(
    tampered(OTHER, { first: DIVIDES }, [FIRST, OTHER]),
  );
  assert.deepEqual([fails.changed, fails.refused], [false, [
    { schedule: scheduleText(OTHER), reason: "divide by zero", wrong: false },
  ]]);
  const text = await tuned(tampered(OTHER, { first: "(no such instruction)" }, [FIRST, OTHER]));
  assert.deepEqual([text.changed, text.refused.length], [false, 1]);
  const outside = await tuned(tampered(OTHER, { first: "(f32.store (i32.const -4) (f32.const 0))" }, [FIRST, OTHER]));
  assert.match(
    outside.refused[0].reason,
    /a f32\.store touches bytes \S+ to \S+, of no tensor that it writes; it is not run$/,
  );
});

Deno.test("negative control: the same candidate, right, is timed, and chosen where the first guess is slow", async () => {
  const right = await tuned(tampered(OTHER, {}, [FIRST, OTHER]));
  assert.deepEqual([right.tried, right.refused], [1, []]);
  assert.deepEqual(await tuned(tampered(FIRST, SLOWLY, [FIRST, OTHER])), {
    schedule: scheduleText(OTHER),
    changed: true,
    tried: 1,
    refused: [],
    entry: { hash: formulaHash(kernel), schedule: OTHER },
  });
});

Deno.test("what is stored is what must be beaten", async () => {
  // the first guess is slower: it does not come back
  const kept = await tuned(tampered(FIRST, SLOWLY, [FIRST]), OTHER);
  assert.deepEqual([kept.schedule, kept.changed, kept.entry?.schedule], [scheduleText(OTHER), false, OTHER]);
  // the first guess is faster: nothing is stored any more
  const back = await tuned(tampered(OTHER, SLOWLY, [FIRST]), OTHER);
  assert.deepEqual([back.schedule, back.changed, back.entry], [scheduleText(FIRST), true, undefined]);
  // what does not fit any more, or cannot be stored, is no candidate
  const unfit = await tuned({ ...wasm, candidates: () => [FIRST, { tile: { n: 5000 } }] }, { parallel: "z" });
  assert.deepEqual([unfit.tried, unfit.changed, unfit.entry], [0, true, undefined]);
  assert.deepEqual(unfit.refused.map(({ schedule }) => schedule), ["parallel z"]);
});

for (const target of targets) {
  Deno.test(`${target.name}: tuning keeps what it should, drops what is stale, and its result is right`, async () => {
    const name = "loss_forward_backward", stale = { hash: "00000000", schedule: ODD };
    const nets = {
      other: { wasm: { k: stale } },
      [SPEC.name]: {
        [target.name]: {
          gone: stale,
          batch_gather: stale,
          [KERNEL]: { hash: formulaHash(kernel), schedule: ODD },
          loss_forward: { hash: formulaHash(kernelOf("loss_forward")), schedule: { parallel: "z" } },
        },
      },
    };
    const steps: string[] = [];
    const { nets: after, origin } = await tune(SPEC, {
      target: target.name,
      tuning: { origin: "f", nets },
      kernel: name,
      budget: 0,
      onKernel: ({ kernel, refused }, { origin }) => {
        assert.deepEqual([origin, refused], ["f", []]);
        steps.push(kernel);
      },
    });
    assert.deepEqual([origin, steps], ["f", [name]]);
    assert.deepEqual(after.other, nets.other);
    const { [name]: own, ...rest } = after[SPEC.name][target.name];
    assert.deepEqual(rest, { [KERNEL]: { hash: formulaHash(kernel), schedule: ODD } });
    if (own) assert.equal(own.hash, formulaHash(kernelOf(name)));
    const rows = await verifyNet(SPEC, { target: target.name, tuning: { origin, nets: after } });
    assert.deepEqual(rows.filter(({ ok }) => !ok), []);
  });
}

const webgpu = findTarget("webgpu");
const GRID: Schedule = { grid: ["n", "o"] }, PAIRS: Schedule = { ...GRID, tile: { o: 2 } };

/** The target webgpu, but the shader of one schedule begins with a statement of ours. */
function tamperedShader(marked: Schedule, statement: string): Target {
  const { invocations } = lower(kernel, marked, webgpu.spread);
  return {
    ...webgpu,
    candidates: () => [GRID, PAIRS],
    syntax(nest, places) {
      const syntax = webgpu.syntax(nest, places);
      return {
        ...syntax,
        kernel() {
          const [open, close, ...first] = syntax.kernel();
          return [open, close, ...first, ...nest.invocations === invocations ? [statement] : []];
        },
      };
    },
  };
}

Deno.test({
  name: "webgpu: tuning times shaders on the adapter; one that is wrong or refused is never chosen",
  ignore,
  async fn() {
    const kept = { schedule: scheduleText(GRID), changed: false, tried: 0, entry: undefined };
    const { refused: [wrong, ...others], ...rest } = await tuned(tamperedShader(PAIRS, "if (point >= 0) { return; }"));
    assert.deepEqual([rest, others], [kept, []]);
    assert.deepEqual([wrong.schedule, wrong.wrong], [scheduleText(PAIRS), true]);
    assert.match(wrong.reason, /^it is wrong: its error is \S+, at most \S+ is rounding$/);
    const { refused: [broken], ...same } = await tuned(tamperedShader(PAIRS, "no such statement;"));
    assert.deepEqual([same, broken.schedule, broken.wrong], [kept, scheduleText(PAIRS), false]);
    assert.match(broken.reason, new RegExp(`^kernel ${KERNEL} is refused by WebGPU: .+$`));
    await assert.rejects(
      tuned(tamperedShader(GRID, "no such statement;")),
      new RegExp(`^Error: ${KERNEL}: .+: kernel ${KERNEL} is refused by WebGPU: .+$`),
    );
    // negative control: the same candidate is chosen where the first guess is slow
    const spin =
      "var spin = 1f; for (var i = 0; i < 60000; i++) { spin = spin * 0.999f + 1f; } if (spin < 0f) { return; }";
    assert.deepEqual(await tuned(tamperedShader(GRID, spin)), {
      schedule: scheduleText(PAIRS),
      changed: true,
      tried: 1,
      refused: [],
      entry: { hash: formulaHash(kernel), schedule: PAIRS },
    });
  },
});

Deno.test({
  name: "webgpu: what is tuned is stored, reaches the code, and is right; what is stale goes",
  ignore: QUICK || ignore,
  async fn() {
    const hash = formulaHash(kernel), stored = { hash, schedule: PAIRS }, name = "linear1_tanh1_forward";
    const nets = {
      [SPEC.name]: { wasm: { [KERNEL]: { hash, schedule: ODD } }, webgpu: { [KERNEL]: stored, gone: stored } },
    };
    const steps: [kernel: string, tried: number, refused: number][] = [];
    const after = await tune(SPEC, {
      target: "webgpu",
      tuning: { origin: "f", nets },
      kernel: name,
      budget: 0,
      onKernel: ({ kernel, tried, refused }) => {
        steps.push([kernel, tried, refused.length]);
      },
    });
    assert.deepEqual(steps.map(([kernel, , refused]) => [kernel, refused]), [[name, 0]]);
    assert.ok(steps[0][1] > 1, `${steps[0][1]} tried`);
    assert.deepEqual(after.nets[SPEC.name].wasm, nets[SPEC.name].wasm);
    const { [name]: own, ...rest } = after.nets[SPEC.name].webgpu;
    assert.deepEqual(rest, { [KERNEL]: stored });
    if (own) assert.ok(own.schedule.grid);
    assert.equal(
      kernelStages(SPEC, { target: "webgpu", tuning: after }).get(KERNEL)!.schedule,
      `${scheduleText(PAIRS)}\n`,
    );
    const rows = await verifyNet(SPEC, { target: "webgpu", tuning: after });
    assert.deepEqual(rows.filter(({ ok }) => !ok), []);
  },
});

Deno.test("webgpu: tuning and timing say what is missing where there is no adapter", async () => {
  const none = { requestAdapter: () => Promise.resolve(null) };
  for (const body of [() => tune(SPEC, { target: "webgpu" }), () => timeKernels(SPEC, { target: "webgpu" })]) {
    await assert.rejects(withGpu(none, body as () => Promise<unknown>), {
      name: "InputError",
      message: /^target webgpu needs a WebGPU adapter, and .+$/,
    });
  }
});

Deno.test("a whole net: every noticeable kernel, and shares that are parts of one", { ignore: QUICK }, async () => {
  const rows = await tuneNet(
    SPEC,
    registry,
    { ...wasm, candidates: (kernel) => [...wasm.candidates(kernel)].slice(0, 1) },
    () => undefined,
    { budget: 0 },
  );
  assert(rows.length > 1 && rows.length <= kernelsOf(plan(SPEC, registry).plan).length);
  assert(rows.reduce((sum, { share }) => sum + share!, 0) <= 1 + 1e-9);
  for (const { share, refused } of rows) assert(share! >= 0.02 && refused.length === 0);
});

Deno.test("tuning refuses a kernel that is not there", async () => {
  await assert.rejects(tune(SPEC, { kernel: "linear9" }), {
    name: "InputError",
    message: 'net tuned has no kernel "linear9"',
  });
});
