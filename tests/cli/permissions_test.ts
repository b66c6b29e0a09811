/** What the tasks of deno.json may do: the least that works, never more without a reason; and what is read is bounded. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parseTuning } from "../../codegen/schedule/tuning.ts";
import { parseReport } from "../../runtime/report/report.ts";
import { decodeSafetensors } from "../../runtime/files/safetensors.ts";
import { parseNames } from "../../runtime/files/weights.ts";
import {
  InputError,
  loadCheckpoint,
  loadNames,
  loadReport,
  loadSpec,
  loadTuning,
  parseSpec,
  readInputs,
} from "../../mod.ts";
import { PROJECT, taskArguments, tasks } from "../command_line.ts";
import { ownMemory } from "../own_memory.ts";
import { QUICK } from "../width.ts";

const TESTS = {
  "--allow-env": "packages of the tests look at variables of their own",
  "--allow-run": "tests start Deno wherever it is installed, a shell, and programs made for a moment",
  "--allow-write": "tests write to temporary folders",
};

/** Why a task may do something anywhere, or with anything: flags without a list. What is not here has none. */
const REASONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  train: { "--allow-write": "reports and checkpoints go where their user wants them" },
  "train:checked": { "--allow-write": "reports and checkpoints go where their user wants them" },
  test: TESTS,
  "test:all": TESTS,
  fuzz: {
    "--allow-run": "it starts Deno wherever it is installed: in npx it is not the one of that name on the path",
    "--allow-write": "damaged files are written to a temporary folder",
  },
  build: { "--allow-env": "esbuild starts its program with all variables, as Node does" },
  bundles: {
    "--allow-env": "esbuild starts its program with all variables, as Node does",
    "--allow-run": "it starts esbuild, and Deno wherever it is installed",
  },
  engines: { "--allow-run": "it starts npm, and what that has installed, to ask for its version" },
  timeline: {
    "--allow-run": "it starts Deno wherever it is installed: in npx it is not the one of that name on the path",
  },
  "bench:step": { "--allow-write": "--json FILE goes where its user wants it" },
  "bench:peers": {
    "--allow-run": "it starts Deno wherever it is installed: in npx it is not the one of that name on the path",
    "--allow-write": "results go where their user wants them, the peers' data to a temporary folder",
  },
  "bench:nets": {
    "--allow-run": "it starts Deno wherever it is installed, and the Python that has PyTorch",
    "--allow-write": "results go where their user wants them, samples and weights to a temporary folder",
  },
  site: { "--allow-env": "esbuild starts its program with all variables, as Node does" },
  pack: {
    "--allow-run": "it starts Deno wherever it is installed: in npx it is not the one of that name on the path",
  },
  "bench:browser": {
    "--allow-env": "esbuild, which bundles other libraries, looks at variables of its own",
    "--allow-run": "it starts Deno, Node, Bun and Chromium wherever they are installed",
    "--allow-write": "results go where their user wants them, bundles and samples to a temporary folder",
  },
  docs: {
    "--allow-run": "it starts Deno wherever it is installed: in npx it is not the one of that name on the path",
  },
  kinds: {
    "--allow-env": "packages of the checks look at variables of their own",
    "--allow-run": "it starts Deno wherever it is installed",
    "--allow-write": "models are written to a temporary folder",
  },
  "bench:gpu": {
    "--allow-run": "it starts python3 where there is one; of a name that is not found, Deno would complain",
    "--allow-write": "results go where their user wants them",
  },
};

/** Permissions for anything at all, other than to read: there is hardly a task whose files cannot be anywhere. */
function unlimited(command: string): string[] {
  const all =
    command.match(/ -A(?= |$)| -[a-z]*A[a-z]*(?= )| --allow-all| --allow-[a-z]+(?![a-z=])| -[WNESR](?= |$)/g) ??
      [];
  return all.map((flag) => flag.trim()).filter((flag) => flag !== "--allow-read");
}

Deno.test("no task may do more than it has to, and none asks", () => {
  for (const [name, { command }] of Object.entries(tasks)) {
    assert.deepEqual(unlimited(command), Object.keys(REASONS[name] ?? {}), name);
    // not even with a list, but for a server of this machine alone; the processor's model and what others do with it are
    // all that is asked of the system
    const own = name === "site:serve" ? command.replace(" --allow-net=127.0.0.1 ", " ") : command;
    assert(!/--allow-(net|ffi|import)|--allow-sys(?!=(cpus|loadavg) )/.test(own), name);
    const runs = command.match(/deno (run|test|bench) /g)?.length ?? 0,
      flags = command.match(/ --no-prompt /g)?.length ?? 0;
    // which flags an engine has depends on the machine: only the program that knows names them
    assert(!command.includes("--experimental-wasm"), name);
    // flags of the engine are told by a program that has no permission at all
    const helpers = command.match(/\$\(deno run runtime\/v8_flags\.ts( checked)?\)/g)?.length ?? 0;
    assert.equal(flags, runs - helpers, name);
  }
  for (const name of Object.keys(REASONS)) assert(tasks[name], name);
  assert.equal(tasks["test:all"].command, `KERNELWRIGHT_TESTS=all ${tasks.test.command}`);
  // negative control
  const wide = ["-A", "--allow-all", "--allow-env", "--allow-net", "--allow-run", "--allow-write", "-W"];
  for (const flag of wide) {
    assert.deepEqual(unlimited(`deno run --no-prompt ${flag} cli.ts`), [flag]);
    assert.deepEqual(unlimited(`deno run --no-prompt cli.ts ${flag}`), [flag]);
  }
  assert.deepEqual(unlimited("deno run --allow-read --allow-env=CI --allow-run=ls,df --allow-write=runs a.ts"), []);
});

/** Small jobs of tasks with just their permissions; all other commands do theirs in `cli_test.ts` and `soak_test.ts`. */
const JOBS: Readonly<Record<string, readonly string[]>> = {
  "train:checked": ["mnist_mlp", "--limit", "64", "--epochs", "1", "--threads", "1", "--report", "/dev/null"],
  verify: ["mnist_mlp", "--target", "typescript"],
  schema: ["--check"],
  timeline: ["mnist_mlp", "--quick", "--only", "wasm"],
  bundles: ["--help"],
  // README and the manual are up to date, and stay as they are
  results: [],
  docs: ["--check"],
  pack: ["--help"],
  bench: ["--filter", "batch_gather_label wasm", "--", "mnist_mlp"],
  "bench:step": ["--help"],
  "bench:estimate": ["--help"],
  "bench:predict": ["--help"],
  "bench:peers": ["--help"],
  "bench:nets": ["--help"],
  "bench:browser": ["--help"],
  "bench:gpu": ["--help"],
};

/** Jobs that tell on stderr how far they are. */
const TALKING = ["timeline", "bench"];

Deno.test("tasks do small jobs with their permissions alone", async (t) => {
  // the quick run has what they do in tests of their own
  const jobs = Object.entries(JOBS).filter(([task]) => !(QUICK && TALKING.includes(task)));
  assert.equal(jobs.length, Object.keys(JOBS).length - (QUICK ? TALKING.length : 0));
  for (const [task, words] of jobs) {
    await t.step(task, async () => {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...taskArguments(task), ...words],
        cwd: PROJECT,
        env: { DENO_WEBGPU_BACKEND: "noop" },
      }).output();
      const said = new TextDecoder().decode(stderr);
      assert.equal(code, 0, said);
      if (!TALKING.includes(task)) assert.equal(said, "");
    });
  }
});

/** Lists inside each other. */
const DEEP = "[".repeat(100_000) + "]".repeat(100_000);

Deno.test("texts that go deep are refused in one line", () => {
  const safetensors = (header: string) => {
    const text = new TextEncoder().encode(header), bytes = new Uint8Array(8 + text.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    return bytes;
  };
  const readers: Readonly<Record<string, (text: string) => unknown>> = {
    spec: (text) => parseSpec(text, "FILE"),
    schedules: (text) => parseTuning(text, "FILE"),
    names: (text) => parseNames(text, "FILE"),
    report: (text) => parseReport(text, "FILE"),
    safetensors: (text) => decodeSafetensors(safetensors(text), "FILE"),
  };
  for (const [what, read] of Object.entries(readers)) {
    for (const text of [DEEP, `{"name":${DEEP}}`, '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000)]) {
      assert.throws(() => read(text), (error) => {
        assert(error instanceof InputError && /^FILE[:, ]/.test(error.message), `${what}: ${error}`);
        return !error.message.includes("\n") && error.message.length < 400;
      }, what);
    }
  }
});

Deno.test("files of a gigabyte, and those without an end, are refused before they are in memory", async () => {
  const folder = await Deno.makeTempDir(), huge = join(folder, "huge");
  try {
    // as a length of eight bytes, more than any file has
    await Deno.writeTextFile(huge, "{" + " ".repeat(7));
    // a hole takes no disk
    await Deno.truncate(huge, 2 ** 26);
    // negative control
    const none = ownMemory(), all = await Deno.readFile(huge);
    // what others leave behind may be collected meanwhile
    assert(all.length === 2 ** 26 && ownMemory() - none >= 2 ** 25);
    await Deno.truncate(huge, 2 ** 30);
    const readers = [
      loadSpec,
      loadTuning,
      loadNames,
      loadReport,
      loadCheckpoint,
      (path: string) => readInputs(path, [1]),
    ];
    const paths = Deno.build.os === "windows" ? [huge] : [huge, "/dev/zero"];
    for (const path of paths) {
      for (const read of readers) {
        const before = ownMemory();
        await assert.rejects(() => read(path), (error) => {
          assert(error instanceof InputError && error.message.includes(path), String(error));
          return !error.message.includes("\n");
        });
        assert(ownMemory() - before < 2 ** 29, `${read.name} of ${path} took memory`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
