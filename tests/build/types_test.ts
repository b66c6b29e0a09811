/** What a bundle declares: shapes, labels and class names are types, which programs that use it are checked against. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { declarations, type Declared } from "../../build/bundle/declarations.ts";
import { parseSpec } from "../../mod.ts";
import { engine, tool } from "../engines.ts";
import { built } from "./drive.ts";

const CLASSES = ["zero", 'a "quoted" one', "zwei"];
const DECLARED: Declared = {
  ...{ name: "small", version: "1.2.3", shape: [1, 4, 5], outputs: 3, classes: CLASSES, batchSize: 8, epochs: 2 },
  ...{ data: "f32", probabilities: true, predict: false, weights: true, seed: 0 },
};

/** A program that uses all of it, and is right. */
const RIGHT = `
import { classes, type ClassName, type EpochReport, type Label, name, type Net, open, type Prediction, shape } from "./small.js";
const [channels, height, width]: readonly [1, 4, 5] = shape;
const first: "zero" = classes[0], all: readonly ClassName[] = classes, title: "small" = name;
const net: Net = await open({ threads: 2, seed: 1, weights: new Uint8Array(), signal: AbortSignal.timeout(1) });
const { epochs } = await net.train({ x: new Float32Array(20), y: [1] }, {
  epochs: 3,
  onStep: ({ epoch, step, steps, loss }) => console.log(epoch + step + steps + loss),
  onEpoch: async ({ accuracy }: EpochReport) => console.log(accuracy.toFixed(2)),
});
const { loss, correct } = await net.step([[1, 2], [3, 4]], Uint8Array.of(1));
const { total }: { total: number } = await net.evaluate({ x: new Uint8Array(20), y: new Int32Array(1) });
const answers: Prediction[] = await net.predict([new Float32Array(20)]);
for (const { label, className, probabilities, outputs } of answers) {
  const chosen: Label = label, called: "zero" | "zwei" | ${JSON.stringify(CLASSES[1])} = className;
  console.log(chosen, called, probabilities.length, outputs.length, [channels, height, width], first, all, title);
}
switch (answers[0].label) {
  case 0: case 1: case 2: break;
  default: answers[0].label satisfies never;
}
const bytes: Uint8Array = await net.save();
await net.restore(bytes);
await net.copyFrom(await open());
await net.selfTest();
const target: "wasm" | "wasm_relaxed" = net.target, size: 8 = net.batchSize, outputs: 3 = net.outputs;
console.log(epochs.length, loss, correct, total, target, size, outputs, net.classes[2] satisfies "zwei");
net.close();
`;

/** Lines that each are wrong, in a program that has the rest of what they need. */
const WRONG: readonly string[] = [
  "open({ treads: 1 });",
  'open({ weights: "a" });',
  "const three: 3 = shape[0];",
  "shape[0] = 2;",
  'const none: typeof classes[number] = "one";',
  "net.train({ x: new Float32Array(20) });",
  "net.train({ x: new Float32Array(20), y: [0] }, { onEpoch: ({ los }) => los });",
  "net.predict(1);",
  "net.predict(new Float32Array(20)).then(([{ label }]) => label === 3);",
  'net.predict(new Float32Array(20)).then(([{ className }]) => className === "one");',
  'net.restore("text");',
  "net.save().length;",
  "const nine: 9 = net.batchSize;",
  'net.target === "webgpu";',
];
const AROUND =
  'import { classes, open, shape } from "./small.js";\nconst net = await open();\nconsole.log(classes, shape, net);\n';

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** What a compiler complains of a program beside the declarations. */
type Check = (file: string) => Promise<string>;

const deno: Check = (file) => run(Deno.execPath(), ["check", "--quiet", "--no-config", file]);

async function run(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd: folder, env: { NO_COLOR: "1" } })
    .output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  assert.equal(success, text === "", text);
  return text;
}

const node = engine("node26"), typescript = tool("tsc");
const tsc: Check = (file) =>
  run(node!, [
    typescript!,
    ...["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext"],
    "--types",
    "",
    file,
  ]);

async function check(compiler: Check, declared: Declared): Promise<void> {
  await Deno.writeTextFile(join(folder, "package.json"), '{ "type": "module" }');
  await Deno.writeTextFile(join(folder, "small.d.ts"), declarations(declared));
  await Deno.writeTextFile(join(folder, "small.js"), '// @ts-self-types="./small.d.ts"\nexport const open = 0;\n');
  await Deno.writeTextFile(join(folder, "right.ts"), RIGHT);
  assert.equal(await compiler("right.ts"), "");
  await Deno.writeTextFile(join(folder, "wrong.ts"), AROUND + WRONG.join("\n") + "\n");
  const said = await compiler("wrong.ts"), first = AROUND.split("\n").length;
  for (const [i, line] of WRONG.entries()) {
    assert(new RegExp(`wrong\\.ts[:(]${first + i}[:,]`).test(said), `nothing is wrong with: ${line}\n${said}`);
  }
}

Deno.test("a program that uses a bundle is checked against the net's own types", () => check(deno, DECLARED));

Deno.test({
  name: "by TypeScript's own compiler, too",
  ignore: !node || !typescript,
  fn: () => check(tsc, DECLARED),
});

Deno.test("nets without class names, without probabilities, that take bytes or only predict, have no such types", async () => {
  const without = declarations({ ...DECLARED, classes: undefined, probabilities: false, data: "u8" });
  assert(!/ClassName|classes|probabilities/.test(without), without);
  const predicts = declarations({ ...DECLARED, predict: true });
  assert(!/train\(|step\(|save\(|evaluate|threads\?/.test(predicts), predicts);
  for (const text of [without, predicts, declarations({ ...DECLARED, outputs: 5000 })]) {
    const file = join(folder, `${crypto.randomUUID()}.ts`);
    await Deno.writeTextFile(file, text.replaceAll("export declare", "declare"));
    assert.equal(await deno(file), "");
  }
});

Deno.test("what is declared is there", async () => {
  const place = join(folder, "built"), layers = [{ type: "linear", outFeatures: 3 }];
  const training = { epochs: 1, optimizer: { type: "adam" } }, loss = { type: "softmaxCrossEntropy" };
  for (const predict of [false, true]) {
    await built(parseSpec({ name: "small", input: [2], batchSize: 4, layers, loss, training }), place, { predict });
    const text = await Deno.readTextFile(join(place, "small.d.ts"));
    const bundle = await import(`file://${place}/small.js?${predict}`), net = await bundle.open({ threads: 1 });
    const [, members] = /export interface Net \{\n(.*?)^\}/ms.exec(text)!;
    const names = [...members.matchAll(/^ {2}(?:readonly )?(\w+)(?=[:(])/gm)].map(([, name]) => name);
    for (const name of names) assert(name in net, name);
    // and nothing beside it
    const own = [...Object.keys(net), ...methodsOf(net)].filter((name) => net[name] !== undefined);
    assert.deepEqual(own.filter((name) => !names.includes(name)), []);
    const constants = [...text.matchAll(/^export declare (?:const|function) (\w+)/gm)].map(([, name]) => name);
    assert.deepEqual(Object.keys(bundle).sort(), constants.sort());
    net.close();
  }
});

/** What a net's loss is, beside samples of three numbers what its README gives it, and what it says of it. */
const READMES: readonly (readonly [loss: object, given: readonly string[], says: RegExp])[] = [
  [{ type: "softmaxCrossEntropy" }, ["y"], /`y` has the class of each, 0 to 2\. \[/],
  [{ type: "softmaxCrossEntropy", weighted: true }, ["y", "weights"], /`weights`, .+ a number for each/],
  [{ type: "mae" }, ["y"], /`y` has 3 numbers for each/],
  [{ type: "huber", weighted: true }, ["y", "weights"], /`weights`, .+ 3 numbers for each/],
  [{ type: "binaryCrossEntropy" }, ["y"], /`y` has 3 numbers for each/],
  [{ type: "mse", target: "input" }, [], /compares its outputs with its input: there is no `y`/],
];

Deno.test("the program of a README is right by the types, and prints what there is", async () => {
  for (const [i, [loss, given, says]] of READMES.entries()) {
    for (const predict of [false, true]) {
      const place = join(folder, `readme${i}${predict}`), name = "small", layers = [{ type: "linear", outFeatures: 3 }];
      const training = { epochs: 1, optimizer: { type: "adam" } };
      await built(parseSpec({ name, input: [3], batchSize: 4, layers, loss, training }), place, { predict });
      const text = await Deno.readTextFile(join(place, "README.md")), [, program] = /```js\n(.*?)\n```/s.exec(text)!;
      const isClass = "type" in loss && loss.type === "softmaxCrossEntropy";
      const beside: Record<string, string> = {
        x: "new Float32Array(6)",
        oneSample: "new Float32Array(3)",
        testX: "new Float32Array(6)",
        y: isClass ? "[0, 1]" : "[[0, 1, 1], [1, 0, 0]]",
        testY: isClass ? "[0, 1]" : "new Float32Array(6)",
        weights: isClass ? "[1, 2]" : "new Float32Array(6)",
      };
      const used = Object.keys(beside).filter((name) => new RegExp(`\\b${name}\\b`).test(program));
      if (!predict) {
        assert.match(text, says);
        const data = ["x", ...given].join(", ");
        assert(program.includes(`net.train({ ${data} },`), program);
      }
      assert.equal(/\blabel\b/.test(program), isClass, program);
      const lines = used.map((name) => `const ${name} = ${beside[name]};`).join("\n");
      await Deno.writeTextFile(join(place, "program.ts"), program.replace("\n\n", `\n${lines}\n`));
      assert.equal(await deno(join(place, "program.ts")), "", program);
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-config", "--no-check", "--allow-read", join(place, "program.ts")],
        env: { NO_COLOR: "1" },
      }).output();
      const said = new TextDecoder().decode(stdout);
      assert(success, new TextDecoder().decode(stderr));
      assert(!said.includes("undefined"), said);
      if (predict) continue;
      // what it says that a test tells, a test tells
      const [, told] = /\}\)\); \/\/ \{ (.+) \}$/m.exec(program)!;
      const [, found] = /^\{(.+)\}$/ms.exec(said)!;
      const names = [...found.matchAll(/(\w+): /g)].map(([, name]) => name);
      assert.deepEqual(told.split(", ").sort(), names.sort(), said);
    }
  }
});

/** Names of an object's methods, of all its classes. */
function methodsOf(object: object): string[] {
  const prototype = Object.getPrototypeOf(object);
  if (prototype === Object.prototype) return [];
  return [...Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor"), ...methodsOf(prototype)];
}
