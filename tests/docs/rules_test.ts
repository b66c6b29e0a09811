/** The import rules of ARCHITECTURE, "The folders", the names of files, and what test files leave alone. */
import assert from "node:assert/strict";
import { stripTypeScriptTypes } from "node:module";
import { join, posix } from "node:path";

const ROOT = join(import.meta.dirname!, "..", "..");

/** What the files of a room may import. */
interface Rule {
  readonly files: RegExp;
  /** Files of this repository, from its root. */
  readonly local: readonly RegExp[];
  /** Packages and what comes with the runtime; everything when left out. */
  readonly external?: readonly RegExp[];
}

const ANY = /^/;
const room = (...names: string[]) => new RegExp(`^codegen/(?:${names.join("|")})/\\w+\\.ts$`);
const IR = room("ir"), LANGUAGE = room("language"), GRAPH = room("graph"), PLAN = /^codegen\/plan\/(?:\w+\/)?\w+\.ts$/;
const NOTATION = [IR, LANGUAGE, /^codegen\/error\.ts$/], MESSAGES = /^codegen\/(?:amounts|error|json)\.ts$/;
const TARGET = /^codegen\/targets\/target\.ts$/, HASH = /^codegen\/sha256\.ts$/, ZOD = /^codegen\/zod\.ts$/;
/** What a proof may know of the two forms: what they are, not how they are made. */
const PROVEN = /^codegen\/ir\/(?:ir|affine|expr|text)\.ts$/;
/** What several kinds of kernels share. */
const COMMON = /^kernels\/(?!mod\.)\w+\.ts$/;
/** All of the compiler but what one target has for itself. */
const COMPILER = /^codegen\/(?!targets\/\w+\/)[\w/]+\.ts$/;

const ASSEMBLER = /^runtime\/backends\/threads\/assembler\/\w+\.ts$/;
/** The runtime, but for what one backend has for itself. */
const RUNTIME = /^runtime\/(?!backends\/\w+\/)/;
/** What backends are made of: their interface, what they share, data sets, and random numbers. */
const BACKENDS = [
  /^runtime\/backends\/(?!backends\.ts)\w+\.ts$/,
  /^runtime\/(?:data|platform)\//,
  /^runtime\/run\/(?:random|initial)\.ts$/,
];

/** What runs a net that is compiled: pieces of backends, and of the compiler what it has for those who run. */
const ALONE = [
  /^runtime\/backends\/(?:(?:threads|webgpu)\/)?\w+\.ts$/,
  /^codegen\/(?:error|graph\/spec|plan\/plan|plan\/arrange\/layouts|plan\/layout\/lines|prove\/binary\/places)\.ts$/,
];
/** What a command line asks of where it runs. */
const SURROUNDINGS = /^runtime\/platform\/[\w/]+\.ts$/;

/** The first rule that fits a file is its rule. $1 in an import stands for what the rule captured of the file. */
const RULES: readonly Rule[] = [
  { files: /^codegen\/ir\/operations\.ts$/, local: [], external: [] },
  { files: IR, local: [IR, HASH], external: [] },
  { files: LANGUAGE, local: [...NOTATION, ZOD], external: [] },
  { files: GRAPH, local: [IR, LANGUAGE, GRAPH, MESSAGES, ZOD], external: [] },
  { files: PLAN, local: [IR, LANGUAGE, GRAPH, PLAN, MESSAGES], external: [] },
  {
    files: room("schedule"),
    local: [IR, GRAPH, room("schedule", "lower"), TARGET, MESSAGES, HASH, ZOD],
    external: [],
  },
  { files: room("lower"), local: [IR, room("lower"), /^codegen\/schedule\/schedule\.ts$/], external: [] },
  { files: room("passes"), local: [IR, room("passes"), /^codegen\/language\/notation\.ts$/], external: [] },
  // a proof knows of what it proves only the types, and what refuses; that of kernels knows of no plan and no target
  { files: /^codegen\/prove\/error\.ts$/, local: [], external: [] },
  {
    files: room("prove/kernel"),
    local: [PROVEN, /^codegen\/prove\/error\.ts$/, room("prove/kernel")],
    external: [],
  },
  // that of bytes knows the plan, and what a kernel of it touches; nothing of how kernels become bytes
  {
    files: room("prove/binary"),
    local: [
      ...[PROVEN, /^codegen\/plan\/plan\.ts$/, /^codegen\/prove\/(?:error|plan\/touched)\.ts$/],
      room("prove/binary"),
    ],
    external: [],
  },
  {
    files: room("prove/plan"),
    local: [PROVEN, /^codegen\/plan\/plan\.ts$/, TARGET, /^codegen\/prove\/error\.ts$/, room("prove/plan")],
    external: [],
  },
  {
    files: room("print"),
    local: [IR, GRAPH, PLAN, room("schedule", "print"), TARGET, MESSAGES, HASH],
    external: [],
  },
  { files: /^codegen\/targets\/(\w+)\/[\w/]+\.ts$/, local: [COMPILER, /^codegen\/targets\/$1\//], external: [] },
  { files: /^codegen\/(?:targets\/)?\w+\.ts$/, local: [COMPILER] },
  {
    files: /^kernels\/mod\.ts$/,
    local: [...NOTATION, /^kernels\/(?:layers|losses|metrics|optimizers|schedules|step)\/\w+\.ts$/],
    external: [],
  },
  {
    files: /^kernels\/(?:layers|losses|metrics|optimizers|schedules|step)\/\w+\.ts$/,
    local: [...NOTATION, ZOD, COMMON],
    external: [],
  },
  // what kinds share
  { files: COMMON, local: [...NOTATION, ZOD, COMMON], external: [] },
  // the assembler knows only itself
  { files: ASSEMBLER, local: [ASSEMBLER], external: [] },
  // a backend knows no other, and nothing of who asks it
  {
    files: /^runtime\/backends\/(\w+)\/\w+\.ts$/,
    local: [...BACKENDS, /^runtime\/backends\/$1\//, COMPILER, /^codegen\/targets\/$1\/dispatch\.ts$/],
  },
  {
    files: /^runtime\/backends\/backends\.ts$/,
    local: [...BACKENDS, COMPILER, /^runtime\/backends\/\w+\/backend\.ts$/],
  },
  { files: /^runtime\/backends\/\w+\.ts$/, local: [...BACKENDS, COMPILER] },
  // a net that is run without its compiler takes types of that, and the few files that need nothing else of it
  { files: /^runtime\/net\/\w+\.ts$/, local: [/^runtime\/(?:net|data|platform|files|run)\//, ...ALONE], external: [] },
  // what measures the machine is made of pieces of backends
  { files: /^runtime\/measure\/machine\/\w+\.ts$/, local: [/^runtime\//, COMPILER] },
  { files: /^runtime\/[\w/]+\.ts$/, local: [RUNTIME, COMPILER] },
  { files: /^generated\/(\w+\/\w+)\/[\w/]+\.ts$/, local: [/^generated\/$1\//], external: [] },
  {
    files: /^api\/\w+\.ts$/,
    local: [/^api\//, /^codegen\//, /^kernels\/(?:mod|schedules\/schedulers)\.ts$/, RUNTIME],
    external: [],
  },
  { files: /^mod\.ts$/, local: [/^api\//, COMPILER, RUNTIME], external: [] },
  { files: /^cli\/commands\/mod\.ts$/, local: [/^cli\/command\.ts$/, /^cli\/commands\//], external: [] },
  // what makes bundles compiles nets, and puts pieces of the runtime into them
  {
    files: /^build\/bundle\/\w+\.ts$/,
    local: [/^build\/bundle\//, /^api\//, COMPILER, /^codegen\/targets\/wasm\/target\.ts$/, /^runtime\//],
    external: [/^esbuild$/, /^node:/],
  },
  {
    files: /^cli\/commands\/build\.ts$/,
    local: [/^mod\.ts$/, /^build\/bundle\/mod\.ts$/, /^cli\/\w+\.ts$/],
    external: [/^node:/],
  },
  // a command knows no other
  {
    files: /^cli\/commands\/\w+\.ts$/,
    local: [/^mod\.ts$/, SURROUNDINGS, /^cli\/(?:(?:train|verify)\/)?\w+\.ts$/],
    external: [/^node:/],
  },
  {
    files: /^cli\/train\/\w+\.ts$/,
    local: [/^mod\.ts$/, SURROUNDINGS, /^cli\/(?:train\/)?\w+\.ts$/],
    external: [/^node:/],
  },
  { files: /^cli\/verify\/\w+\.ts$/, local: [/^mod\.ts$/, SURROUNDINGS, /^cli\/verify\/\w+\.ts$/], external: [] },
  {
    files: /^cli\/run\.ts$/,
    local: [/^mod\.ts$/, SURROUNDINGS, /^cli\/(?:commands\/mod|\w+)\.ts$/],
    external: [],
  },
  { files: /^cli\/shipped\.ts$/, local: [/^specs\/\w+\.json$/], external: [] },
  { files: /^cli\/\w+\.ts$/, local: [/^mod\.ts$/, SURROUNDINGS, /^cli\/\w+\.ts$/], external: [/^node:/] },
  {
    files: /^cli\.ts$/,
    local: [SURROUNDINGS, /^cli\/run\.ts$/],
    external: [],
  },
  // the plain network knows nothing of what it is compared with
  { files: /^bench\/naive(?:\/\w+)?\.ts$/, local: [/^bench\/naive\/\w+\.ts$/], external: [] },
  // engines are found as tests find them
  {
    files: /^bench\/browser\/\w+\.ts$/,
    local: [/^mod\.ts$/, /^bench\//, /^tests\/(?:engines|browser_module)\.ts$/],
  },
  { files: /^bench\/[\w/]+\.ts$/, local: [/^mod\.ts$/, /^bench\//, /^specs\/\w+\.json$/] },
  // packages are made of files as they are
  { files: /^build\/(?:npm\/)?\w+\.ts$/, local: [/^build\/(?:npm\/)?\w+\.ts$/] },
  {
    files: /^docs\/\w+\.ts$/,
    local: [/^mod\.ts$/, /^docs\//, /^codegen\/(?:ir\/text|language\/init)\.ts$/, /^build\/bundle\/mod\.ts$/],
  },
  // the page and its workers know the package by its front, and nothing that only a program has
  {
    files: /^site\/(?:page|workers)\/[\w/]+\.ts$/,
    // plain loops train in pages, too
    local: [/^mod\.ts$/, /^site\/(?:page|workers)\//, /^bench\/timeline\/plain\.ts$/],
    external: [/^(?!node:)/],
  },
  { files: /^site\/service_worker\.ts$/, local: [], external: [] },
  {
    files: /^site\/(?:build\/)?\w+\.ts$/,
    local: [
      ...[/^(?:mod|codegen\/error)\.ts$/, /^build\/(?:bundle\/mod|npm_names)\.ts$/, /^site\/build\//],
      // the timeline is told on a screen, too
      ...[/^bench\/timeline\/\w+\.ts$/, /^site\/page\/(?:costs\/story|compiler\/nets)\.ts$/],
    ],
    external: [/^esbuild$/, /^node:/],
  },
  { files: /^tests\/[\w/]+\.ts$/, local: [ANY] },
];

/** Names that say nothing. */
const VAGUE = /^(utils?|helpers?|misc|common)\.ts$/;

/** What a file imports and re-exports, types too; text in comments and strings begins no line with it. */
function importsOf(source: string): string[] {
  const statements = [
    /^import\s+(?:[\w*{}\s,$]+?\sfrom\s+)?"([^"]+)"/gm,
    /^export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s+from\s+"([^"]+)"/gm,
    /\bimport\(\s*"([^"]+)"/g,
  ];
  return statements.flatMap((statement) => [...source.matchAll(statement)].map(([, specifier]) => specifier));
}

/** What is against the rules, in words. */
function violations(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].flatMap(([file, source]) => {
    const found = VAGUE.test(posix.basename(file)) ? [`${file}: a name that says nothing`] : [];
    const rule = RULES.find(({ files }) => files.test(file));
    if (!rule) return [...found, `${file}: in no room`];
    const [, own = ""] = rule.files.exec(file)!;
    for (const specifier of importsOf(source)) {
      const relative = specifier.startsWith(".");
      const target = relative ? posix.join(posix.dirname(file), specifier) : specifier;
      const allowed = relative ? rule.local : rule.external ?? [ANY];
      if (!allowed.some(({ source }) => new RegExp(source.replace("$1", own)).test(target))) {
        found.push(`${file} imports ${target}`);
      }
    }
    return found;
  });
}

/** All TypeScript files of the repository by their path from its root. */
async function readSources(folder = ""): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
    const path = posix.join(folder, name);
    if (isDirectory) {
      if (name.startsWith(".") || name === "node_modules" || path === "runs") continue;
      for (const [inner, source] of await readSources(path)) sources.set(inner, source);
    } else if (name.endsWith(".ts")) {
      sources.set(path, await Deno.readTextFile(join(ROOT, path)));
    }
  }
  return sources;
}

Deno.test("imports go one way", async () => {
  const sources = await readSources();
  assert.deepEqual(violations(sources), []);
  const count = (room: string) => [...sources.keys()].filter((file) => file.startsWith(room)).length;
  assert(count("codegen/") >= 25 && count("kernels/") >= 16 && count("runtime/") >= 5, "files are missing");
  const imports = [...sources.values()].flatMap(importsOf);
  assert(imports.length >= 150, `only ${imports.length} imports were found`);
});

/** Files that import each other in circles, types too: those that are left when all that imports nothing left has gone. */
function circles(sources: ReadonlyMap<string, string>): string[] {
  const left = new Map([...sources].map(([file, source]) => [
    file,
    importsOf(source).filter((name) => name.startsWith(".")).map((name) => posix.join(posix.dirname(file), name)),
  ]));
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const [file, imports] of left) if (!imports.some((name) => left.has(name))) left.delete(file);
  }
  // and all that nothing left imports
  for (let before = -1; before !== left.size;) {
    before = left.size;
    const imported = new Set([...left.values()].flat());
    for (const file of left.keys()) if (!imported.has(file)) left.delete(file);
  }
  return [...left.keys()];
}

Deno.test("no files import each other in a circle", async () => {
  assert.deepEqual(circles(await readSources()), []);
  const chain = new Map([["a.ts", 'import "./b.ts";'], ["b.ts", 'import type { C } from "./c.ts";'], ["c.ts", ""]]);
  assert.deepEqual(circles(chain), []);
  chain.set("c.ts", 'export { a } from "./a.ts";').set("d.ts", 'import "./a.ts";');
  assert.deepEqual(circles(chain), ["a.ts", "b.ts", "c.ts"]);
});

/** Where Deno and Node may be named: they are asked there, or are what is tested. */
const PLATFORM_BOUND = /^(?:runtime\/platform\/|bench\/|build\/|docs\/|tests\/|site\/(?:build|serve))/;
/** A command line, whose engines have modules of Node in common; it asks them for paths and the like. */
const COMMAND_LINE = /^cli\//;

/** Files that name Deno, or a module that Node has built in, and may not. */
function platformNames(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].filter(([file, source]) =>
    !PLATFORM_BOUND.test(file) &&
    (/\bDeno[.[]\w|\bprocess\.\w|\breference lib="deno/.test(source) ||
      (!COMMAND_LINE.test(file) && /["'`]node:/.test(source)))
  ).map(([file]) => file);
}

Deno.test("nothing but platforms, and programs for Deno alone, names Deno or Node", async () => {
  const sources = await readSources();
  assert.deepEqual(platformNames(sources), []);
  assert(sources.has("runtime/platform/deno.ts") && PLATFORM_BOUND.test("runtime/platform/deno.ts"));
  const wrong = ['import { join } from "node:path";', "Deno.cwd();", 'await import("node:fs")', "process.cwd()"];
  for (const source of wrong) assert.deepEqual(platformNames(new Map([["runtime/a.ts", source]])), ["runtime/a.ts"]);
  const inCommandLine = wrong.map((source) => platformNames(new Map([["cli/a.ts", source]])).length);
  assert.deepEqual(inCommandLine, [0, 1, 0, 1]);
  const right = ["/** As Deno does. */", '"Deno may not; start it"', "processor.name"];
  for (const source of right) assert.deepEqual(platformNames(new Map([["runtime/a.ts", source]])), []);
});

/** Files whose types cannot just be erased: with parameter properties, enums or namespaces. */
function notErasable(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].filter(([, source]) => {
    try {
      stripTypeScriptTypes(source);
      return false;
    } catch {
      return true;
    }
  }).map(([file]) => file);
}

Deno.test("types are erased and code is left, so that Node runs the sources as they are", async () => {
  // the compiler's option says it of all that `deno task check` reads
  const sources = await readSources();
  assert.deepEqual(notErasable(sources), []);
  assert(sources.has("mod.ts") && sources.has("runtime/report/markup.ts"));
  const made = new Map([["a.ts", "class A { constructor(readonly x: number) {} }"], ["b.ts", "const x: number = 1;"]]);
  assert.deepEqual(notErasable(made), ["a.ts"]);
});

Deno.test("the proof takes only types from what lays out", async () => {
  const sources = [...await readSources()].filter(([file]) => file.startsWith("codegen/prove/"));
  assert(sources.length > 0);
  for (const [file, source] of sources) {
    const statements = source.match(/^import [^;]*from "(?:\.\.\/)+(?:plan\/plan|targets\/target)\.ts";/gm) ?? [];
    for (const statement of statements) assert(statement.startsWith("import type "), `${file}: ${statement}`);
  }
});

Deno.test("every way of importing is seen", () => {
  const source = [
    'import "./a.ts";',
    'import b from "./b.ts";',
    'import { c, type D } from "./c.ts";',
    'import type { E } from "./d.ts";',
    'import * as f from "./e.ts";',
    "import {",
    "  g,",
    '} from "./f.ts";',
    'export { h } from "./g.ts";',
    'export type { I } from "./h.ts";',
    'export * from "./i.ts";',
    'export * as j from "./j.ts";',
    'const k = await import("./k.ts");',
    ' * import { l } from "./in_a_comment.ts";',
    'export const m = "./in_a_string.ts";',
    '  line(`import { n } from "./in_a_template.ts";`);',
  ].join("\n");
  assert.deepEqual(importsOf(source).sort(), "abcdefghijk".split("").map((name) => `./${name}.ts`));
});

/** A file, what it would import, and whether that is against the rules. */
const EXAMPLES: readonly (readonly [file: string, specifier: string, wrong: boolean])[] = [
  ["codegen/ir/ir.ts", "../language/notation.ts", true],
  ["codegen/ir/ir.ts", "../zod.ts", true],
  ["codegen/ir/cost.ts", "./expr.ts", false],
  ["codegen/ir/cost.ts", "../language/notation.ts", true],
  ["codegen/language/layer.ts", "../graph/spec.ts", true],
  ["codegen/graph/shapes.ts", "../language/layer.ts", false],
  ["codegen/graph/shapes.ts", "../plan/plan.ts", true],
  ["codegen/plan/plan.ts", "../ir/ir.ts", false],
  ["codegen/plan/plan.ts", "../../kernels/mod.ts", true],
  ["codegen/plan/plan.ts", "../../runtime/run/random.ts", true],
  ["codegen/plan/plan.ts", "../targets/wasm/target.ts", true],
  ["codegen/plan/plan.ts", "../../mod.ts", true],
  ["codegen/plan/plan.ts", "../prove/plan/plan.ts", true],
  ["codegen/plan/fuse/fuse.ts", "../plan.ts", false],
  ["codegen/schedule/candidates.ts", "../lower/lower.ts", false],
  ["codegen/schedule/candidates.ts", "../plan/plan.ts", true],
  ["codegen/lower/lower.ts", "../schedule/schedule.ts", false],
  ["codegen/lower/lower.ts", "../schedule/candidates.ts", true],
  ["codegen/passes/simplify.ts", "../lower/lower.ts", true],
  ["codegen/compile.ts", "./prove/plan/plan.ts", false],
  ["codegen/compile.ts", "./targets/wasm/target.ts", true],
  ["codegen/prove/plan/plan.ts", "./order.ts", false],
  ["codegen/prove/plan/plan.ts", "../error.ts", false],
  ["codegen/prove/plan/plan.ts", "../../plan/plan.ts", false],
  ["codegen/prove/plan/plan.ts", "../../plan/arrange/arrange.ts", true],
  ["codegen/prove/plan/plan.ts", "../../lower/lower.ts", true],
  ["codegen/prove/plan/target.ts", "../../targets/webgpu/merge.ts", true],
  ["codegen/prove/binary/module.ts", "./walk.ts", false],
  ["codegen/prove/binary/contract.ts", "../../plan/plan.ts", false],
  ["codegen/prove/binary/contract.ts", "../../lower/lower.ts", true],
  ["codegen/prove/binary/decode.ts", "../../targets/wasm/words.ts", true],
  ["codegen/prove/binary/decode.ts", "../../../runtime/backends/threads/assembler/instructions.ts", true],
  ["codegen/prove/kernel/nest.ts", "./bounds.ts", false],
  ["codegen/prove/kernel/nest.ts", "../../plan/plan.ts", true],
  ["codegen/prove/kernel/nest.ts", "../../lower/lower.ts", true],
  ["codegen/print/print.ts", "../targets/wasm/syntax.ts", true],
  ["codegen/targets/wasm/target.ts", "./syntax.ts", false],
  ["codegen/targets/wasm/target.ts", "../../ir/ir.ts", false],
  ["codegen/targets/wasm/target.ts", "../typescript/syntax.ts", true],
  ["codegen/targets/wasm/target.ts", "../../../kernels/layers/relu.ts", true],
  ["codegen/targets/wasm/target.ts", "../../../runtime/backends/threads/team.ts", true],
  ["kernels/layers/relu.ts", "../../codegen/language/layer.ts", false],
  ["kernels/layers/relu.ts", "../../codegen/zod.ts", false],
  ["kernels/layers/relu.ts", "npm:zod@4.6.7", true],
  ["kernels/layers/relu.ts", "node:path", true],
  ["kernels/layers/relu.ts", "./tanh.ts", true],
  ["kernels/layers/relu.ts", "../../codegen/plan/plan.ts", true],
  ["kernels/layers/relu.ts", "../../runtime/run/random.ts", true],
  ["kernels/mod.ts", "./layers/relu.ts", false],
  ["runtime/backends/threads/session.ts", "../../../codegen/plan/plan.ts", false],
  ["runtime/backends/threads/load.ts", "./assembler/module.ts", false],
  ["runtime/backends/threads/assembler/module.ts", "./reader.ts", false],
  ["runtime/backends/threads/assembler/module.ts", "../load.ts", true],
  ["runtime/backends/threads/assembler/module.ts", "watr/compile", true],
  ["runtime/backends/threads/session.ts", "../../../codegen/targets/wasm/target.ts", true],
  ["runtime/backends/threads/session.ts", "../../../codegen/targets/webgpu/dispatch.ts", true],
  ["runtime/backends/webgpu/session.ts", "../../../codegen/targets/webgpu/dispatch.ts", false],
  ["runtime/backends/webgpu/session.ts", "../threads/session.ts", true],
  ["runtime/backends/webgpu/session.ts", "../epoch.ts", false],
  ["runtime/backends/webgpu/session.ts", "../backends.ts", true],
  ["runtime/backends/webgpu/session.ts", "../../run/train.ts", true],
  ["runtime/backends/epoch.ts", "./threads/memory.ts", true],
  ["runtime/backends/epoch.ts", "../run/random.ts", false],
  ["runtime/backends/backends.ts", "./threads/backend.ts", false],
  ["runtime/backends/backends.ts", "./threads/session.ts", true],
  ["runtime/run/train.ts", "../backends/session.ts", false],
  ["runtime/run/train.ts", "../backends/threads/session.ts", true],
  ["runtime/measure/machine/gpu.ts", "../../backends/webgpu/adapter.ts", false],
  ["runtime/measure/tune/tune.ts", "../../backends/webgpu/adapter.ts", true],
  ["api/train.ts", "../runtime/backends/backends.ts", false],
  ["api/train.ts", "../runtime/backends/threads/load.ts", true],
  ["runtime/run/train.ts", "../../kernels/mod.ts", true],
  ["runtime/run/train.ts", "../../mod.ts", true],
  ["runtime/run/train.ts", "../../generated/mnist_cnn/wasm/step.ts", true],
  ["generated/mnist_cnn/wasm/step.ts", "./linear1_forward.ts", false],
  ["generated/mnist_cnn/wasm/step.ts", "../typescript/linear1_forward.ts", true],
  ["generated/mnist_cnn/wasm/step.ts", "../../../codegen/ir/ir.ts", true],
  ["generated/mnist_cnn/wasm/step.ts", "node:fs", true],
  ["api/targets.ts", "../codegen/targets/wasm/target.ts", false],
  ["api/registry.ts", "../kernels/mod.ts", false],
  ["api/registry.ts", "../kernels/layers/relu.ts", true],
  ["api/train.ts", "../runtime/run/train.ts", false],
  ["api/train.ts", "../mod.ts", true],
  ["api/train.ts", "node:path", true],
  ["docs/layers.ts", "../mod.ts", false],
  ["site/build.ts", "../build/bundle/esbuild.ts", true],
  ["site/build/scripts.ts", "../../build/npm_names.ts", false],
  ["site/page/draw/screen.ts", "../elements.ts", false],
  ["site/page/draw/screen.ts", "node:path", true],
  ["site/service_worker.ts", "./page/elements.ts", true],
  ["site/workers/trainer.ts", "../../runtime/net/net.ts", true],
  ["docs/examples.ts", "../codegen/ir/text.ts", false],
  ["docs/layers.ts", "../kernels/mod.ts", true],
  ["mod.ts", "./api/train.ts", false],
  ["mod.ts", "./kernels/mod.ts", true],
  ["mod.ts", "./codegen/targets/wasm/target.ts", true],
  ["mod.ts", "./runtime/files/files.ts", false],
  ["mod.ts", "./tests/random_spec.ts", true],
  ["cli.ts", "./mod.ts", true],
  ["cli/run.ts", "../mod.ts", false],
  ["cli.ts", "node:path", true],
  ["cli/run.ts", "./commands/mod.ts", false],
  ["cli.ts", "./cli/run.ts", false],
  ["cli.ts", "./cli/commands/train.ts", true],
  ["cli.ts", "./runtime/run/train.ts", true],
  ["cli.ts", "./runtime/platform/engine_version.ts", false],
  ["cli/output.ts", "../runtime/platform/program/here.ts", false],
  ["cli/shipped.ts", "../specs/lenet5.json", false],
  ["cli/flags.ts", "../specs/lenet5.json", true],
  ["cli/commands/train.ts", "../../mod.ts", false],
  ["cli/commands/train.ts", "../train/job.ts", false],
  ["cli/commands/train.ts", "node:path", false],
  ["cli/commands/train.ts", "npm:zod@4.6.7", true],
  ["cli/commands/train.ts", "./evaluate.ts", true],
  ["cli/commands/verify.ts", "../verify/steps.ts", false],
  ["cli/verify/worker.ts", "../train/job.ts", true],
  ["cli/commands/train.ts", "../../api/train.ts", true],
  ["cli/commands/train.ts", "../../runtime/run/train.ts", true],
  ["cli/commands/mod.ts", "./train.ts", false],
  ["cli/commands/build.ts", "../../build/bundle/mod.ts", false],
  ["cli/commands/build.ts", "../../build/bundle/entry.ts", true],
  ["cli/commands/train.ts", "../../build/bundle/mod.ts", true],
  ["build/bundle/trainer.ts", "../../runtime/net/net.ts", false],
  ["build/bundle/entry.ts", "../../cli/nets.ts", true],
  ["runtime/net/net.ts", "../../build/bundle/load.ts", true],
  ["cli/flags.ts", "./spelling.ts", false],
  ["cli/flags.ts", "./commands/train.ts", true],
  ["cli/flags.ts", "./train/job.ts", true],
  ["bench/step.ts", "../mod.ts", false],
  ["bench/step.ts", "./naive.ts", false],
  ["bench/step.ts", "../runtime/backends/threads/team.ts", true],
  ["bench/step.ts", "../codegen/plan/plan.ts", true],
  ["bench/naive.ts", "./naive/linear.ts", false],
  ["bench/naive.ts", "../mod.ts", true],
  ["bench/naive/linear.ts", "./layer.ts", false],
  ["bench/naive/linear.ts", "../step.ts", true],
  ["bench/kernels_bench.ts", "../specs/mnist_cnn.json", false],
  ["tests/plan_test.ts", "../kernels/layers/relu.ts", false],
];

Deno.test("negative control: each rule, kept and broken", () => {
  let wrong = 0;
  for (const [file, specifier, against] of EXAMPLES) {
    const found = violations(new Map([[file, `import { x } from "${specifier}";\n`]]));
    assert.equal(found.length, against ? 1 : 0, `${file} imports ${specifier}`);
    wrong += found.length;
  }
  assert.ok(wrong >= 35 && EXAMPLES.length - wrong >= 25, `${EXAMPLES.length} examples, ${wrong} of them wrong`);
  for (const name of ["codegen/utils.ts", "runtime/run/helpers.ts", "tests/helper.ts", "elsewhere/file.ts"]) {
    assert.equal(violations(new Map([[name, ""]])).length, 1, name);
  }
});

/** Questions that only a target and its backend answer: who asks one of them knows what there is, and not what it does. */
const QUESTIONS = new RegExp(
  [
    "\\btarget\\.gpu\\b",
    String.raw`\.endsWith\("\.(?:ts|wat|wgsl)"\)`,
    '"dispatches" in',
    String.raw`"(?:module\.wat|step\.ts|step\.json)"`,
    "\\b(?:GpuSession|ThreadSession|gpuCode|loadCode)\\b",
    String.raw`\bbackend\s*[!=]==`,
    String.raw`[!=]==\s*"(?:threads|webgpu|typescript|wasm|wasm_relaxed)"`,
  ].join("|"),
);
/** Where they are answered, and where results of several programs are told apart by their names. */
const ANSWERS = /^(?:runtime\/backends|codegen\/targets|generated|bench|site|tests)\//;

/** Where files ask one, code only. */
function questions(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].filter(([file]) => !ANSWERS.test(file)).flatMap(([file, source]) =>
    source.split("\n").filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line) && QUESTIONS.test(line))
      .map((line) => `${file}: ${line.trim()}`)
  );
}

Deno.test("nobody but targets and backends asks what a target is: facts are asked, not names", async () => {
  assert.deepEqual(questions(await readSources()), []);
  // negative control
  const wrong = [
    "if (target.gpu) return;",
    'if (!target.entry.endsWith(".ts")) throw error;',
    'const onGpu = "dispatches" in code;',
    'const text = files["module.wat"];',
    "const session = await GpuSession.open(plan, code, sets);",
    'if (target.backend === "webgpu") return;',
    'if (name !== "typescript") return;',
  ];
  for (const line of wrong) {
    assert.deepEqual(questions(new Map([["runtime/run/train.ts", line]])), [`runtime/run/train.ts: ${line}`]);
    assert.deepEqual(
      questions(new Map([["runtime/backends/webgpu/backend.ts", line], ["api/a.ts", `// ${line}`]])),
      [],
    );
  }
});

/** What a test file may not do (but in a program's text): the process is that of other test files too, which run at the same time. */
const SHARED = /(?<!`)Deno\.(addSignalListener|chdir|exit|umask|env\.(set|delete))\(|memoryUsage\(\)\.rss/;

/** Programs that tests start as processes of their own. */
const PROGRAMS = [
  "block_counts",
  "browser",
  "browser_module",
  "command_lines",
  "fake_torch",
  "fuzz_arguments",
  "install_engines",
  "net_leaks",
  "site/drive",
  "soak",
  "train_random",
  "windows",
]
  .map((name) => `tests/${name}.ts`);

/** Where files of tests, by their paths, do what they may not. */
function unshared(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].flatMap(([file, source]) => {
    const found = !PROGRAMS.includes(file) && SHARED.test(source) ? [`${file} changes its process`] : [];
    if (file !== "tests/width.ts" && /env\.get\("KERNELWRIGHT_TESTS/.test(source)) {
      found.push(`${file} asks for a width`);
    }
    // so a test that asks for no width is the same in both runs, and .ci/run makes it once
    if (!file.endsWith("_test.ts") && source.includes('/width.ts"')) found.push(`${file} has a width of its own`);
    // a program's types have no code
    for (const specifier of importsOf(source.replaceAll(/^(import|export) type [^;]*;/gm, ""))) {
      const target = posix.join(posix.dirname(file), specifier);
      if (PROGRAMS.includes(target)) found.push(`${file} runs ${target} in its process`);
    }
    return found;
  });
}

Deno.test("tests change nothing of their process, and one file says how much they try", async () => {
  const sources = await readSources("tests");
  assert(sources.size >= 70, `${sources.size} files`);
  for (const program of PROGRAMS) assert(sources.has(program), `there is no ${program}`);
  assert.deepEqual(unshared(sources), []);
  // negative control: in a test, in what tests import, and by way of a program
  for (
    const text of [
      ...['env.set("PATH", "/nowhere")', 'chdir("/nowhere")', "memoryUsage()" + ".rss"],
      ...['env.get("KERNEL' + 'WRIGHT_TESTS")', 'x();\nimport { look } from "./browser.ts"'],
    ].map((text) => `Deno.${text};`)
  ) {
    for (const file of ["tests/x_test.ts", "tests/adapter.ts"]) {
      assert.equal(unshared(new Map([[file, text]])).length, 1, `${file}: ${text}`);
    }
  }
  assert.deepEqual(unshared(new Map([["tests/soak.ts", `Deno.${"exit"}(0);`]])), []);
  const wide = 'import { width } from "./width.ts";';
  assert.deepEqual(["tests/adapter.ts", "tests/x_test.ts"].map((file) => unshared(new Map([[file, wide]])).length), [
    1,
    0,
  ]);
});
