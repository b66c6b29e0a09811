/** What the compiler's screen is made of, without a browser: places of mistakes, help from the schema, links, colours, data. */
import assert from "node:assert/strict";
import { jsonLanguage } from "@codemirror/lang-json";
import { JsonError, jsonSchema, parseJson, parseSpec, SpecError } from "../../mod.ts";
import { type Language, piecesOf } from "../../site/page/compiler/colors.ts";
import { Compiling } from "../../site/page/compiler/compiling.ts";
import { lineOf, placeOf } from "../../site/page/compiler/places.ts";
import { packed, unpacked } from "../../site/page/compiler/share.ts";
import { helpAt, offersAt, type Rules } from "../../site/page/compiler/spec_help.ts";
import { setsFor } from "../../site/workers/compiler_training.ts";
import { learnableData } from "../../site/workers/learnable_data.ts";
import type { Mistake } from "../../site/workers/compiler_methods.ts";

const schema = jsonSchema() as Rules;
const good = await Deno.readTextFile(new URL("../../specs/mnist_cnn.json", import.meta.url));

/** What the worker says of a text. */
function mistakesIn(text: string): readonly Mistake[] {
  try {
    parseSpec(parseJson(text));
  } catch (error) {
    if (error instanceof SpecError) return error.mistakes;
    if (error instanceof JsonError) return [{ message: error.message, path: [], unreadable: true }];
    throw error;
  }
  return [];
}

/** The marked characters of a text, of each mistake. */
function marked(text: string): string[] {
  const tree = jsonLanguage.parser.parse(text);
  return mistakesIn(text).map((mistake) => {
    const { from, to } = placeOf(tree, text, mistake);
    assert(from >= 0 && to > from && to <= text.length, `${from} to ${to} of ${text.length}`);
    return text.slice(from, to);
  });
}

Deno.test("a mistake is marked at its place", () => {
  const cases: readonly (readonly [what: string, instead: string, marked: string[]])[] = [
    ['"batchSize": 64', '"batchSize": 0', ['"batchSize": 0']],
    ['"batchSize": 64,', "", ["{"]],
    ['"type": "relu"', '"type": "relux"', ['"type": "relux"']],
    ['"kernel": 5', '"kernal": 5', ['"kernal": 5', '"type": "conv2d"']],
    ['"input": [1, 28, 28]', '"input": [1, 0, 28]', ["0"]],
    ['"beta1": 0.9', '"beta1": 1.5', ['"beta1": 1.5']],
    ['"type": "softmaxCrossEntropy"', '"type": 3', ['"type": 3']],
    // no JSON
    ['"batchSize": 64,', '"batchSize": 64', ["4"]],
    ['"batchSize": 64', '"batchSize": ', [":"]],
    ['"batchSize": 64', '"batchSize": sixty', ["sixty"]],
    ['"batchSize": 64', '"name": "b", "batchSize": 64', ['"name"']],
  ];
  assert.deepEqual(marked(good), []);
  let ran = 0;
  for (const [what, instead, expected] of cases) {
    const text = good.replace(what, instead);
    assert.notEqual(text, good);
    assert.deepEqual(marked(text), expected, instead);
    ran++;
  }
  assert.equal(ran, 11);
  // of nothing, there is nothing to mark; elsewhere something is
  for (const text of ["{", "[", "{}", '{"name": "a"', "null", "}", '"']) {
    assert.equal(marked(text).every((each) => each.length > 0), true, text);
  }
});

Deno.test("a text that is damaged anywhere has a mark inside of it", () => {
  let ran = 0;
  for (let at = 0; at < good.length; at += 7) {
    for (
      const text of [
        good.slice(0, at) + good.slice(at + 1),
        good.slice(0, at + 1),
        good.slice(0, at) + '"' + good.slice(at),
      ]
    ) {
      marked(text);
      ran++;
    }
  }
  assert(ran > 300, `${ran}`);
});

Deno.test("lines and columns count from 1", () => {
  assert.deepEqual(
    [lineOf("ab\ncd", 0), lineOf("ab\ncd", 3), lineOf("ab\ncd", 4)].map(({ line, column }) => [line, column]),
    [
      [1, 1],
      [2, 1],
      [2, 2],
    ],
  );
});

/** What is offered at the place of a bar. */
function offered(text: string): string[] {
  const at = text.indexOf("|"), whole = text.replace("|", "");
  return (offersAt(whole, at, schema)?.offers ?? []).map(({ label }) => label);
}

Deno.test("help follows from the schema: keys that are not there yet, kinds, values", () => {
  const top = offered("{ | }");
  assert.deepEqual(top.slice(0, 6), ["name", "input", "batchSize", "layers", "loss", "training"]);
  assert(!offered('{ "name": "a", | }').includes("name"));
  // a key behind the place counts, too
  assert(!offered('{ |, "loss": {} }').includes("loss"));
  assert(offered('{ "layers": [|] }').length >= 25);
  assert(offered('{ "layers": [{ "type": "re|" }] }').includes("relu"));
  assert.deepEqual(offered('{ "layers": [{ "type": "conv2d", | }] }').slice(0, 2), ["outChannels", "kernel"]);
  assert(offered('{ "layers": [{ "type": "conv2d", "init": "|" }] }').includes("heNormal"));
  assert.deepEqual(offered('{ "layers": [{ | }] }'), ["type"]);
  assert.deepEqual(offered('{ "training": { "groups": [{ "frozen": | }] } }'), ["true", "false"]);
  assert(offered('{ "training": { "optimizer": { "type": "').length === 0);
  assert(offered('{ "training": { "optimizer": { "type": "|').includes("adam"));
  assert.deepEqual(offered("|"), []);

  const help = (text: string) => helpAt(text.replace("|", ""), text.indexOf("|"), schema);
  assert.deepEqual(help('{ "batch|Size": 3 }')?.lines, ["Samples per step.", "May be a whole number from 1 to 65536."]);
  assert.equal(help('{ "layers": [{ "type": "con|v2d" }] }')?.title, "conv2d");
  assert.equal(help('{ "unkn|own": 3 }'), undefined);
});

Deno.test("what is offered for a whole layer, a loss or an optimizer is valid where it stands", () => {
  let ran = 0;
  for (
    const before of ['{ "layers": [', '{ "loss": ', '{ "training": { "optimizer": ', '{ "training": { "scheduler": ']
  ) {
    for (const { text, label } of offersAt(before, before.length, schema)!.offers) {
      const made = JSON.parse(text) as { type: string };
      assert.equal(made.type, label);
      ran++;
    }
  }
  assert(ran > 40, `${ran}`);
});

Deno.test("a spec survives its link, and a link that is damaged is refused in one line", async () => {
  for (const text of [good, "{}", "ä € 𝕏 " + "x".repeat(5000)]) {
    const code = await packed(text);
    assert.match(code, /^[\w-]+$/);
    assert.equal(await unpacked(code), text);
  }
  const code = await packed(good);
  let refused = 0, other = 0;
  for (let at = 0; at < code.length; at += 5) {
    for (
      const damaged of [
        code.slice(0, at),
        code.slice(0, at) + "-" + code.slice(at + 1),
        code.slice(0, at) + "%" + code.slice(at),
      ]
    ) {
      try {
        if (await unpacked(damaged) !== good) other++;
      } catch (error) {
        assert.equal((error as Error).name, "LinkError");
        assert(!(error as Error).message.includes("\n"));
        refused++;
      }
    }
  }
  assert(refused > 100 && refused > other, `${refused} refused, ${other} other`);
  const bomb = await packed(" ".repeat(99_999)).then((code) => unpacked(code)).catch(({ name }) => name);
  assert.equal(bomb, "LinkError");
  await assert.rejects(packed("x".repeat(100_001)), /a link takes up to 100000/);
});

/** A worker in place of the browser's: it answers each call by what `answers` says, or fails. */
class FakeWorker {
  static answers: (name: string) => unknown;
  static started = 0;
  onmessage: ((event: { readonly data: unknown }) => void) | undefined;
  onerror: ((event: { preventDefault(): void; readonly message: string }) => void) | undefined;
  constructor() {
    FakeWorker.started++;
  }
  postMessage({ id, name }: { readonly id: number; readonly name: string }): void {
    queueMicrotask(() => {
      const value = FakeWorker.answers(name);
      if (value === undefined) this.onerror!({ preventDefault() {}, message: "killed" });
      else this.onmessage!({ data: { id, value } });
    });
  }
  terminate(): void {}
}

/** Does something while workers are fake, and timers of a minute go off at once where they are wanted. */
async function withFakes(work: (late: () => void) => Promise<void>): Promise<void> {
  const real = { Worker, setTimeout, clearTimeout }, minutes = new Map<number, () => void>();
  let next = -1;
  const faked = (run: () => void, milliseconds: number) =>
    milliseconds < 60_000 ? real.setTimeout(run, milliseconds) : (minutes.set(next, run), next--);
  const clear = (id: number) => minutes.delete(id) || real.clearTimeout(id);
  Object.assign(globalThis, { Worker: FakeWorker, setTimeout: faked, clearTimeout: clear });
  try {
    await work(() => minutes.forEach((run) => run()));
  } finally {
    Object.assign(globalThis, real);
  }
}

Deno.test("a worker that has failed is followed by another one", () =>
  withFakes(async () => {
    const compiling = new Compiling(), check = () => compiling.instead((compiler) => compiler.check(""));
    FakeWorker.answers = () => undefined;
    await assert.rejects(check(), /^CallError: a worker has failed: killed/);
    FakeWorker.answers = () => ({ mistakes: [] });
    FakeWorker.started = 0;
    assert.deepEqual(await check(), { mistakes: [] });
    assert(FakeWorker.started > 0);
  }));

Deno.test("only what compiles is ended after a minute, not what prints code", () =>
  withFakes(async (late) => {
    FakeWorker.answers = () => ({});
    const code = { target: "wasm", name: "" };
    const result = await new Compiling().instead(async (compiler) => {
      await compiler.compile("", { target: "wasm" });
      late();
      await compiler.code("", code, "wasm");
      return "code";
    });
    assert.equal(result, "code");
    // negative control
    const slow = new Compiling().instead(async (compiler) => {
      await compiler.check("");
      late();
      await compiler.compile("", { target: "wasm" });
    });
    await assert.rejects(slow, /this net was not compiled in 60 s/);
  }));

Deno.test("colours leave a text as it is", () => {
  const code: Readonly<Record<Language, string>> = {
    typescript: "// sum 1\nexport function f(x1: number) { let y = 0.5e-3 * x1[12]; return y; }\n",
    wat: ";; kernel\n(func $f.4 (param $x i32) (local.get $x) (i32.const -12) (f32x4.add))\n",
    wgsl: "@compute fn main() { var t = 1.5f; // two\n let k = 3u; }\n",
  };
  for (const [language, text] of Object.entries(code)) {
    const pieces = piecesOf(text, language as Language);
    assert.equal(pieces.map(({ text }) => text).join(""), text);
    const kinds = new Set(pieces.map(({ kind }) => kind));
    assert.deepEqual(["comment", "word", "number"].filter((kind) => !kinds.has(kind as "word")), [], language);
  }
  // names with numbers in them are names
  assert(!piecesOf(code.typescript, "typescript").some(({ text, kind }) => kind === "number" && text === "1"));
});

Deno.test("data that is made fits what a net takes, and tells the same patterns from any seed", () => {
  const shape = [2, 6, 6],
    a = learnableData({ shape, classes: 3 }, 300, 1),
    b = learnableData({ shape, classes: 3 }, 300, 2);
  assert.equal(a.x.length, 300 * 72);
  assert([...a.y!].every((label) => label >= 0 && label < 3));
  assert.notDeepEqual(a.x, b.x);
  // the nearest mean of the other set's samples tells the class
  const means = [0, 1, 2].map((label) => meanOf(a, label, 72));
  const right = [...b.y!].filter((label, n) => nearest(b.x.subarray(n * 72, (n + 1) * 72), means) === label).length;
  assert(right > 240, `${right} of 300`);
  const numbers = learnableData({ shape: [5], range: [0, 1], targets: 4, targetRange: [0, 1] }, 50, 1);
  assert.equal(numbers.y!.length, 200);
  for (const value of [...numbers.x, ...numbers.y!]) assert(value === 0 || value === 1, `${value}`);
  assert.equal(learnableData({ shape: [5] }, 50, 1).y, undefined);
});

Deno.test("a net that takes more memory than a page may is refused in one line", () => {
  const layers = [{ type: "linear", outFeatures: 40_000 }, { type: "linear", outFeatures: 2 }];
  const training = { epochs: 1, optimizer: { type: "adam" } };
  const net = (input: number) =>
    parseSpec({ name: "wide", input: [input], batchSize: 4, layers, loss: { type: "softmaxCrossEntropy" }, training });
  assert.throws(() => setsFor(net(2500), { target: "wasm" }), {
    name: "InputError",
    message:
      /^a step of this net takes 1\.\d GB of memory; here it may take 1\.1 GB: make the batch or the layers smaller$/,
  });
  assert.equal(setsFor(net(10), { target: "wasm" }).samples, 4096);
});

function meanOf({ x, y }: ReturnType<typeof learnableData>, label: number, size: number): number[] {
  const rows = [...y!].flatMap((each, n) => each === label ? [x.subarray(n * size, (n + 1) * size)] : []);
  return Array.from({ length: size }, (_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
}

function nearest(row: Float32Array, means: readonly number[][]): number {
  const far = means.map((mean) => mean.reduce((sum, value, i) => sum + (value - row[i]) ** 2, 0));
  return far.indexOf(Math.min(...far));
}
