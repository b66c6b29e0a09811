/** The command makes bundles with the permissions of its task, loses nothing, and says in one line what is wrong. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fromArrays, loadPredictor, parseSpec, saveCheckpoint, train } from "../../mod.ts";
import { PROJECT, taskArguments } from "../command_line.ts";
import { driven, RUNNERS } from "./drive.ts";
import { samplesOf } from "./driver.js";

const spec = parseSpec({
  name: "small",
  input: [6],
  batchSize: 8,
  layers: [{ type: "linear", outFeatures: 5 }, { type: "relu" }, { type: "linear", outFeatures: 3 }],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 2, optimizer: { type: "adam" } },
});

// a task may write there only
await Deno.mkdir(join(PROJECT, "runs"), { recursive: true });
const folder = await Deno.makeTempDir({ dir: join(PROJECT, "runs"), prefix: "build test " });
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));
const file = join(folder, "small.json"), out = join(folder, "out"), weights = join(folder, "small.safetensors");
await Deno.writeTextFile(file, JSON.stringify(spec));

/** What the task says, with other words behind it. */
async function build(...words: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments("build"), ...words],
    cwd: PROJECT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, said: text(stdout), complaint: text(stderr) };
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("the task builds a trainer, and in its place a predictor with weights, of several samples at once", async () => {
  const first = await build(file, "--out", out);
  assert.deepEqual([first.code, first.complaint], [0, ""]);
  assert.match(
    first.said,
    /\n *[\d,]+ bytes {2}small\.wasm\n[^]*wrote .*out: \d+\.\d kB to download, packed by brotli, without weights\n$/,
  );
  assert(names(out).includes("worker.js"));
  assert.match(await Deno.readTextFile(join(out, "README.md")), /`deno task build .*small\.json.*`/);

  const { x, y } = samplesOf([6], 3, 40), data = fromArrays(x, y, [6]);
  const { checkpoint } = await train(spec, { train: data, test: data }, { target: "wasm", threads: 1 });
  await saveCheckpoint(weights, checkpoint);
  const second = await build(weights, "--out", out, "--predict", "--batch", "4");
  assert.deepEqual([second.code, second.complaint], [0, ""]);
  assert(!names(out).includes("worker.js") && names(out).includes("weights.safetensors"));
  await Deno.copyFile(join(import.meta.dirname!, "driver.js"), join(out, "driver.js"));
  // deno-lint-ignore no-explicit-any -- as JSON has it
  const ran: any = await driven(RUNNERS.deno!, out, "small", "predict", { count: 7 }, false);
  const predictor = await loadPredictor(checkpoint, { target: "wasm", batchSize: 4 });
  assert.deepEqual(ran.outputs, predictor.predict(samplesOf([6], 3, 7).x).map(({ outputs }) => [...outputs]));
});

Deno.test("what is wrong is told in one line, and nothing is lost", async () => {
  const own = join(folder, "own");
  await Deno.mkdir(own);
  await Deno.writeTextFile(join(own, "README.md"), "mine");
  // a bundle's other scripts: its entries, and what is loaded later
  const taken = await Promise.all(["worker", "shared", "check"].map(async (name) => {
    const file = join(folder, `${name}.json`);
    await Deno.writeTextFile(file, JSON.stringify({ ...spec, name }));
    const said =
      `^error: a bundle has a ${name}\\.js of its own; give net "${name}" another name, or take --single-file$`;
    const words = [file, "--out", join(folder, "taken")];
    return [words, 1, new RegExp(said)] as const;
  }));
  const wrong: readonly (readonly [words: readonly string[], code: number, said: RegExp])[] = [
    [[], 2, /^error: SPEC is missing: give a net, or a checkpoint$/],
    [[file, "--batch", "4"], 2, /^error: --batch is of use only with --predict$/],
    [[weights, "--weights", weights], 2, /^error: --weights is of no use with a checkpoint in place of SPEC$/],
    [[file, "--data", "f16"], 2, /^error: --data cannot be "f16"/],
    [["nowhere"], 1, /^error: specs\/ has no net "nowhere"/],
    [
      [file, "--out", own],
      1,
      /^error: ".*README\.md" is there, and no build has written it; give another folder, or remove it$/,
    ],
    [[file, "--out", file], 1, /^error: ".*small\.json" is no folder; give the name of one, or remove it$/],
    [
      [file, "--out", "/somewhere"],
      1,
      /^error: cannot write "\/somewhere[^"]*": Deno may not; choose a path below runs\//,
    ],
    [
      ["mnist_mlp", "--weights", weights, "--out", join(folder, "other")],
      1,
      /^error: .*layers are not those of mnist_mlp$/,
    ],
    ...taken,
  ];
  for (const [words, expected, said] of wrong) {
    const { code, complaint } = await build(...words), [line, ...rest] = complaint.trimEnd().split("\n");
    assert.equal(code, expected, complaint);
    assert.match(line, said);
    assert.deepEqual(rest, expected === 2 ? ["see deno task build --help"] : []);
  }
  assert.equal(await Deno.readTextFile(join(own, "README.md")), "mine");
  assert.deepEqual(names(own), ["README.md"]);
});
