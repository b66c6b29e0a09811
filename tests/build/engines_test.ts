/** A bundle trains to the same bits wherever JavaScript runs, with and without threads, and leaves nothing behind. */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { buildNet, writeBundle } from "../../build/bundle/mod.ts";
import { loadSpec, parseSpec } from "../../mod.ts";
import type { PageOptions } from "../browser_module.ts";
import { chromium, inPage } from "../chromium.ts";
import { PROJECT } from "../command_line.ts";
import { engine } from "../engines.ts";
import type { Closed, Trajectory, TrajectoryOptions } from "../trajectory.ts";
import { portion, QUICK, width } from "../width.ts";

const STEPS = 20;
const NETS = width(["lenet5"], ["lenet5", "mnist_cnn"]);
const THREADS = [1, 2];
/** Losses whose products are rounded otherwise differ by no larger share. */
const NEAR = 1e-5;

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** Makes the folder: bundles, and what is called in each engine. */
async function prepare(): Promise<void> {
  const source = await Deno.readTextFile(join(PROJECT, "tests", "trajectory.ts"));
  const { code } = await esbuild.transform(source, { loader: "ts", target: "es2024" });
  await esbuild.stop();
  await Deno.writeTextFile(join(folder, "trajectory.js"), code);
  await Deno.writeTextFile(join(folder, "program.js"), PROGRAM);
  await Deno.writeTextFile(join(folder, "package.json"), '{ "type": "module" }');
  for (const net of NETS) {
    const spec = parseSpec(await loadSpec(join(PROJECT, "specs", `${net}.json`)));
    await writeBundle(join(folder, net), await buildNet(spec));
  }
}

/** What a program did. */
interface Ran<Returned> {
  readonly returned: Returned;
  /** Workers that it has started, where the engine tells, and those that live at its end. */
  readonly started: number;
  readonly alive: number;
}

/** It waits a while for workers to end; then it must end by itself. */
const PROGRAM = `import process from "node:process";
import * as module from "./trajectory.js";
let started = 0, alive = 0;
// Node and Bun tell
process.on("worker", (worker) => {
  started++;
  alive++;
  const ended = () => alive--;
  if (worker.once) worker.once("exit", ended);
  else worker.addEventListener("close", ended);
});
const [name, args] = process.argv.slice(2), returned = await module[name](...JSON.parse(args));
for (let i = 0; alive > 0 && i < 40; i++) await new Promise((resolve) => setTimeout(resolve, 50));
console.log(JSON.stringify({ returned, started, alive }));
if (name === "closedWhileTraining" && !JSON.parse(args)[2]) process.exit();
`;

type Call = readonly [name: "trajectories" | "closedWhileTraining", ...args: unknown[]];

/** Calls a function of `trajectory.js` in an engine that has a command line. */
async function run<Returned>(program: string, words: readonly string[], [name, ...args]: Call): Promise<Ran<Returned>> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...words, join(folder, "program.js"), name, JSON.stringify(args)],
    cwd: folder,
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(300_000),
  }).output();
  assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Somewhere that a bundle runs. */
interface Place {
  readonly name: string;
  readonly missing: boolean;
  /** Whether it can share memory among threads. */
  readonly shares: boolean;
  /** Whether its relaxed SIMD is not Deno's: JavaScriptCore rounds products before they are added. */
  readonly rounds?: boolean;
  /** `patience`: seconds that workers get to end. */
  run<Returned>(call: Call, patience?: number): Promise<Ran<Returned>>;
}

const inEngine = (name: "node24" | "node26" | "bun"): Place => {
  const program = engine(name);
  return { name, missing: !program, shares: true, rounds: name === "bun", run: (call) => run(program!, [], call) };
};

function inBrowser(name: string, options: PageOptions & { readonly isolated: boolean }): Place {
  return {
    name: `Chromium, ${name}`,
    missing: !chromium,
    shares: options.isolated,
    async run<Returned>([name, ...args]: Call, patience?: number) {
      const call = await inPage(folder, ["trajectory.js", name], args, { ...options, patience });
      assert.deepEqual([call.thrown, call.messages, call.outside], [undefined, [], []]);
      assert.equal(call.isolated, options.isolated);
      return { returned: call.returned as Returned, started: call.workers, alive: call.workers };
    },
  };
}

const DENO = ["run", "--no-prompt", "--no-config", `--allow-read=${folder}`];
const PLACES: readonly Place[] = [
  { name: "Deno", missing: false, shares: true, run: (call) => run(Deno.execPath(), DENO, call) },
  inEngine("node24"),
  inEngine("node26"),
  inEngine("bun"),
  inBrowser("isolated", { isolated: true }),
  inBrowser("not isolated", { isolated: false }),
  inBrowser("under a content policy", { isolated: true, policy: true }),
  inBrowser("not isolated, under a content policy", { isolated: false, policy: true }),
];

await prepare();
const asked: TrajectoryOptions[] = [true, false].flatMap((plain) =>
  THREADS.map((threads) => ({ steps: STEPS, threads, plain }))
);
const trajectoriesIn = async (place: Place, net: string) =>
  (await place.run<Trajectory[]>(["trajectories", `./${net}/${net}.js`, asked])).returned;

/** What Deno makes of each net. */
const expected = new Map<string, readonly Trajectory[]>();
for (const net of NETS) expected.set(net, await trajectoriesIn(PLACES[0], net));

/** The trajectory of a target; threads change no bit. */
const bitsOf = (found: readonly Trajectory[], target: string) =>
  found.filter((each) => each.target === target).map(({ threads: _, ...bits }) => bits);

Deno.test("in Deno: what a bundle does in 20 steps is training, in plain SIMD and in relaxed, on any number of threads", () => {
  for (const found of expected.values()) {
    assert.equal(found.length, asked.length);
    for (const { losses, correct, labels, epochs } of found) {
      assert.equal(losses.length, STEPS);
      assert(epochs.length > 1 && epochs.at(-1)! < epochs[0]);
      assert(losses.at(-1)! < 0.8 * losses[0], losses.join());
      assert(correct.at(-1)! > correct[0] && new Set(labels).size > 1);
    }
    assert.deepEqual(found.map(({ threads }) => threads), asked.map(({ threads }) => threads));
    for (const [i, { plain }] of asked.entries()) assert.equal(found[i].target, plain ? "wasm" : "wasm_relaxed");
    const [plain, relaxed] = ["wasm", "wasm_relaxed"].map((target) => bitsOf(found, target));
    for (const bits of [plain, relaxed]) for (const each of bits) assert.deepEqual(each, bits[0]);
    // negative control: what differs is seen, and these two may
    assert.notEqual(plain[0].saved[0], relaxed[0].saved[0]);
  }
});

/** Losses of the same work, rounded otherwise. */
function assertNear(losses: readonly number[], others: readonly number[]): void {
  const gaps = losses.map((loss, i) => Math.abs(loss / others[i] - 1));
  assert(losses.length === others.length && Math.max(...gaps) < NEAR, gaps.join());
}

if (QUICK) console.log("other engines than Deno are tried in the full run only");
for (const place of QUICK ? [] : PLACES.slice(1)) {
  for (const net of NETS) {
    Deno.test({
      name: `in ${place.name}: the same ${STEPS} steps and epochs of ${net}, bit for bit`,
      ignore: place.missing,
      async fn() {
        const found = await trajectoriesIn(place, net), inDeno = expected.get(net)!;
        assert.equal(found.length, asked.length);
        for (const [i, { threads, plain }] of asked.entries()) {
          assert.equal(found[i].threads, place.shares ? threads : 1);
          if (plain) assert.equal(found[i].target, "wasm");
          const { target } = found[i], [bits] = bitsOf([found[i]], target);
          if (!place.rounds || target === "wasm") assert.deepEqual(bits, bitsOf(inDeno, target)[0]);
          else {
            assert.deepEqual(bits, bitsOf(found, target)[0]);
            assertNear(bits.losses, bitsOf(inDeno, target)[0].losses);
          }
        }
      },
    });
  }
}

for (const place of portion(PLACES, 2, 0)) {
  Deno.test({
    name: `in ${place.name}: a net that is closed while it trains leaves no worker, and what was started ends`,
    ignore: place.missing,
    async fn() {
      const bundle = `./${NETS[0]}/${NETS[0]}.js`;
      for (const threads of THREADS) {
        const { returned, alive } = await place.run<Closed>(["closedWhileTraining", bundle, threads, true]);
        assert(returned.steps >= 3);
        assert.match(returned.error ?? "it went on", /^[^\n]*closed[^\n]*$/);
        assert.equal(alive, 0);
      }
      // negative control: one that is not closed has workers, which are counted where they can be
      const open = await place.run<Closed>(["closedWhileTraining", bundle, 2, false], 0);
      assert.equal(open.returned.error, undefined);
      if (/node|bun|Chromium/.test(place.name)) assert(open.started > 0 && open.alive > 0, JSON.stringify(open));
    },
  });
}

Deno.test({
  name: "negative control: under the content policy text becomes no code",
  ignore: !chromium,
  async fn() {
    await Deno.writeTextFile(join(folder, "asks.js"), 'export const asks = () => new Function("return 1")();\n');
    const [free, bound] = await Promise.all(
      [false, true].map((policy) => inPage(folder, ["asks.js", "asks"], [], { policy })),
    );
    assert.equal(free.returned, 1);
    assert.match(bound.thrown!, /^EvalError/);
  },
});

Deno.test("an engine that is missing is told, and where all are needed it is an error", async () => {
  const program = 'import { engine } from "./tests/engines.ts";\nconsole.log(engine("bun") ?? "none");\n';
  const ask = async (needed: string) => {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--node-modules-dir=manual", "--allow-read", "--allow-env", "-"],
      cwd: PROJECT,
      env: { KERNELWRIGHT_BUN: join(folder, "nowhere"), KERNELWRIGHT_NEED_ENGINES: needed, NO_COLOR: "1" },
      ...{ stdin: "piped", stdout: "piped", stderr: "piped" } as const,
    }).spawn();
    await new Response(program).body!.pipeTo(command.stdin);
    const { code, stdout, stderr } = await command.output();
    return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
  };
  const skipped = await ask("0"), failed = await ask("1");
  assert.deepEqual([skipped.code, skipped.out, skipped.err], [
    0,
    "no Bun here (deno task engines installs it): tests that need it are skipped\nnone\n",
    "",
  ]);
  assert.equal(failed.code, 1);
  assert.match(failed.err, /no Bun, which KERNELWRIGHT_NEED_ENGINES asks for: deno task engines installs it/);
});
