/** What README.md, ARCHITECTURE.md and the example of mod.ts say is true: examples run, tables are complete, quotes and links lead somewhere. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { LayerKind } from "../../codegen/language/layer.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { parseSpec } from "../../codegen/graph/spec.ts";
import { CHECKED_DENO } from "../../runtime/platform/commands.ts";
import { findTarget, jsonSchema, registry, targets } from "../../mod.ts";
import { verifyNet } from "../../runtime/check/verify.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));
const README = await read("README.md"), ARCHITECTURE = await read("ARCHITECTURE.md");

/** Code blocks of a language. README's `ts` blocks are to be run, its `typescript` and `wat` blocks are quotations. */
const blocks = (markdown: string, language: string) =>
  [...markdown.matchAll(/^```(\S+)\n(.*?)^```$/gms)].filter(([, of]) => of === language).map(([, , code]) => code);

interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function tablesOf(markdown: string): Table[] {
  return [...markdown.matchAll(/(?:^\|.*\|\n)+/gm)].map(([text]) => {
    const [header, , ...rows] = text.trimEnd().split("\n").map((line) =>
      line.slice(1, -1).split("|").map((cell) => cell.trim())
    );
    return { header, rows };
  });
}

function table(markdown: string, first: string): Table {
  const found = tablesOf(markdown).find(({ header }) => header[0] === first);
  assert.ok(found, `there is no table of ${first}`);
  return found;
}

/** What stands between backquotes. */
const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word]) => word);

/** Runs Deno with the project's settings; its output. */
async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.ok(success, `deno ${args.join(" ")}\n${text(stderr)}`);
  return text(stdout);
}

/** Calls `body` with a file of code that imports the project from where it is. */
async function withFile(code: string, relative: string, body: (path: string) => Promise<void>): Promise<void> {
  assert.ok(code.includes(`from "${relative}`), `an example imports nothing from ${relative}`);
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, code.replaceAll(`from "${relative}`, `from "${ROOT.href}`));
    await body(path);
  } finally {
    await Deno.remove(path);
  }
}

const [, permissions] = README.match(/`deno run ((?:--allow-\S+ )+)FILE`/) ?? assert.fail("how to run an example?");

/** Runs an example as README says; it must print what its comments say. */
const runExample = (code: string, prints?: string) =>
  withFile(code, "./", async (path) => {
    const output = await deno(
      "run",
      "--check",
      "--no-prompt",
      ...permissions.trim().split(" "),
      "--config",
      "deno.json",
      path,
    );
    const expected = [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text).join("\n");
    assert.equal(output.trimEnd(), prints ?? expected);
  });

Deno.test("README's examples run and print what they say", async () => {
  const examples = blocks(README, "ts").filter((code) => code.includes(`from "./mod.ts"`));
  assert.ok(examples.length > 0);
  for (const code of examples) await runExample(code);
});

Deno.test("the example of mod.ts runs", async () => {
  const source = await read("mod.ts");
  const comment = source.slice(0, source.indexOf("*/")).replaceAll(/^ \* ?/gm, "");
  const examples = blocks(comment, "ts");
  assert.ok(examples.length > 0);
  for (const code of examples) await runExample(code, "4 of 4");
});

Deno.test("README's layer is a layer: it fits, is fused, and its gradient is right", async () => {
  const examples = blocks(README, "ts").filter((code) => !code.includes(`from "./mod.ts"`));
  assert.equal(examples.length, 1);
  await withFile(examples[0], "../../", async (path) => {
    await deno("check", "--config", "deno.json", path);
    const [layer] = Object.values(await import(`file://${path}`)) as LayerKind[];
    const extended: Registry = { ...registry, layers: [...registry.layers, layer] };
    const spec = parseSpec({
      name: "example",
      input: [1, 7, 6],
      batchSize: 4,
      layers: [
        { type: "conv2d", outChannels: 2, kernel: 3 },
        { type: layer.type },
        { type: "flatten" },
        { type: "linear", outFeatures: 5 },
        { type: layer.type },
        { type: "linear", outFeatures: 3 },
      ],
      loss: { type: "softmaxCrossEntropy" },
      training: { epochs: 1, optimizer: { type: "adam" } },
    }, extended);
    for (const target of targets) {
      const rows = await verifyNet(spec, extended, target);
      assert.deepEqual(rows.filter(({ ok }) => !ok), []);
      const checks = rows.map(({ check }) => check);
      assert.ok(checks.includes(`conv1_${layer.stem}1_forward`), checks.join());
      assert.equal(checks.filter((check) => check.startsWith("gradient")).length, 6);
    }
  });
});

/** What the tables must say of a kind's options: `name`, `name?` or `name = default`. */
interface Schema {
  readonly properties: Readonly<Record<string, Schema & { readonly const?: string; readonly default?: unknown }>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
}

const schema = jsonSchema() as unknown as Schema;
const { layers, loss, training } = schema.properties;
const KINDS: Readonly<Record<string, readonly Schema[]>> = {
  layer: layers.items!.oneOf!,
  loss: loss.oneOf!,
  optimizer: training.properties.optimizer.oneOf!,
  scheduler: training.properties.scheduler.oneOf!,
};

/** How the tables of a text differ from the registry. */
function gaps(markdown: string): string[] {
  const found: string[] = [];
  const compare = (what: string, actual: readonly string[], expected: readonly string[]) => {
    const [a, b] = [actual, expected].map((words) => words.toSorted().join(", "));
    if (a !== b) found.push(`${what}: README has ${a || "nothing"}, not ${b || "nothing"}`);
  };
  for (const [name, kinds] of Object.entries(KINDS)) {
    const { header, rows } = table(markdown, name);
    const types = kinds.map(({ properties }) => properties.type.const!);
    compare(name, rows.map(([first]) => quoted(first)[0]), types);
    for (const [i, { properties, required = [] }] of kinds.entries()) {
      const row = rows.find(([first]) => first === `\`${types[i]}\``);
      const options = Object.entries(properties).filter(([key]) => key !== "type").map(([key, { default: value }]) =>
        value !== undefined ? `${key} = ${JSON.stringify(value)}` : required.includes(key) ? key : `${key}?`
      );
      compare(types[i], header[1] === "options" ? quoted(row?.[1] ?? "") : [], options);
    }
  }
  const top = Object.keys(schema.properties).filter((key) => key !== "$schema" && key !== "training");
  const keys = [...top, ...Object.keys(training.properties).map((key) => `training.${key}`)];
  compare("keys", table(markdown, "key").rows.map(([first]) => quoted(first)[0]), keys);
  const inits = KINDS.layer.flatMap(({ properties }) => properties.init?.enum ?? []);
  compare("inits", table(markdown, "init").rows.map(([first]) => quoted(first)[0]), [...new Set(inits)]);
  return found;
}

Deno.test("README's tables name every layer, loss, optimizer, scheduler and init, and their options", () => {
  assert.deepEqual(gaps(README), []);
  const all = [...registry.layers, ...registry.losses, ...registry.optimizers, ...registry.schedulers];
  assert.equal(Object.values(KINDS).flat().length, all.length);
});

Deno.test("every task that is named exists, and every task is in README's table", async () => {
  const { tasks } = JSON.parse(await read("deno.json")) as { tasks: Record<string, { command: string }> };
  for (const text of [README, ARCHITECTURE]) {
    for (const [, name] of text.matchAll(/deno task ([a-z][a-z:]*)/g)) {
      assert.ok(tasks[name], `deno.json has no task ${name}`);
    }
  }
  const rows = table(README, "command").rows;
  const named = rows.map(([first]) => first.match(/^`deno task ([a-z:]+)[ `]/)?.[1]);
  assert.deepEqual(named.toSorted(), Object.keys(tasks).toSorted());
  let commands = 0;
  for (const [i, name] of named.entries()) {
    if (!tasks[name!].command.includes(`cli.ts ${name}`)) continue;
    const help = await deno("run", "--no-prompt", "--allow-read", "cli.ts", name!, "--help");
    const flags = [...help.matchAll(/^ +(--[a-z-]+)/gm)].map(([, flag]) => flag);
    assert.deepEqual(quoted(rows[i][2]), flags, name);
    assert.ok(flags.length > 0);
    commands++;
  }
  assert.equal(commands, 12);
});

/** The targets that README's two tables have. */
const targetsOf = (markdown: string) => ({
  told: table(markdown, "target").rows.map(([first]) => quoted(first)[0]),
  measured: table(markdown, "").rows.flatMap(([first]) => quoted(first)),
});

Deno.test("README's tables have every target, fastest first, and the first one is the default here", () => {
  const names = targets.map(({ name }) => name);
  const { told, measured } = targetsOf(README);
  assert.deepEqual(told, names);
  assert.deepEqual([...new Set(measured)].toSorted(), names.toSorted());
  const [, version, name] = README.match(/in Deno (\S+) that is `(\w+)`/) ?? assert.fail("what is the default?");
  assert.equal(name, names[0]);
  if (Deno.version.deno === version) assert.equal(findTarget("auto").name, name);
});

/** The first run of quoted lines that a file has not, or nothing. Runs are separated by `// …` or `;; …`; blank lines do not count. */
function misquoted(quotation: string, source: string): string | undefined {
  const clean = (text: string) => text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const lines = clean(source);
  let from = 0;
  for (const run of clean(quotation).join("\n").split(/(?:\/\/|;;) …/).map(clean)) {
    const place = lines.findIndex((_, i) => i >= from && run.every((line, j) => lines[i + j] === line));
    if (run.length > 0 && place < 0) return run.join("\n");
    from = place + run.length;
  }
}

/** A quotation and what it is from. */
async function quotationOf(language: string, file: RegExp): Promise<{ quotation: string; source: string }> {
  const [quotation, ...others] = blocks(README, language);
  assert.ok(quotation !== undefined && others.length === 0, `README has not one block of ${language}`);
  const [, path] = README.match(file) ?? assert.fail(`which file of ${language} is quoted?`);
  return { quotation, source: await read(path) };
}

const script = await quotationOf("typescript", /\((generated\/\S+_forward\.ts)\)/);
const wat = await quotationOf("wat", /\((generated\/\S+\.wat)\)/);
/** The text of the kernel that is quoted, out of the module with all of them. */
const watKernel = wat.source.slice(wat.source.indexOf(";; kernel    linear1_forward_chunks ")).split("\n  )\n")[0];

Deno.test("README's quotations are word for word", async () => {
  assert.equal(misquoted(script.quotation, script.source), undefined);
  assert.equal(misquoted(wat.quotation, watKernel), undefined);
  const layers = JSON.parse(blocks(README, "json")[0]) as unknown[];
  const spec = JSON.parse(await read("specs/mnist_cnn.json")) as { layers: unknown[] };
  const at = spec.layers.findIndex((layer) => JSON.stringify(layer) === JSON.stringify(layers[0]));
  assert.deepEqual(spec.layers.slice(at, at + layers.length), layers);
});

Deno.test("links lead to files", async () => {
  let links = 0;
  for (const text of [README, ARCHITECTURE]) {
    for (const [, path] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      await Deno.stat(fileURLToPath(new URL(path, ROOT)));
      links++;
    }
  }
  assert.ok(links > 10, `${links} links`);
});

Deno.test("ARCHITECTURE.md tells of every test file and every stage", async () => {
  const named = table(ARCHITECTURE, "file").rows.map(([first]) => first.match(/\(tests\/(.*)\)/)?.[1]);
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL("tests/", ROOT))) {
    if (!isDirectory) files.push(name);
    else for await (const { name: own } of Deno.readDir(new URL(`tests/${name}/`, ROOT))) files.push(`${name}/${own}`);
  }
  assert.deepEqual(named.toSorted(), files.filter((name) => name.endsWith("_test.ts")).toSorted());
  assert.deepEqual(
    table(ARCHITECTURE, "stage").rows.map(([first]) => first).join(" - "),
    "spec - shapes - reorder - plan - arrange - fuse - lay out - prove - lower - simplify - broadcast - contract - verify - print",
  );
});

Deno.test("all figures are filled in", () => {
  assert.deepEqual(README.match(/\{\{.*?\}\}/g), null);
});

Deno.test("CI checks all that the task ok does, and runs README's command and the full tests", async () => {
  const { tasks: { ok } } = JSON.parse(await read("deno.json")) as { tasks: Record<string, { command: string }> };
  const script = await read(".ci/run");
  const parts = ok.command.split(" && ");
  assert.equal(parts.pop(), "deno task test");
  for (const part of parts) assert.ok(script.includes(`\ncheck ${part.replace("deno ", "")}\n`), part);
  const npx = `npx --yes deno@${CHECKED_DENO} `;
  assert.ok(README.includes(`${npx}task test`) && README.includes("`deno task test:all`"));
  for (const task of ["test", "test:all"]) assert.ok(script.includes(`\n${npx}task ${task} `), task);
  // without an answer, npx fails; and another version is not what is checked
  for (const [file, text] of [["README.md", README], [".ci/run", script]]) {
    for (const [command] of text.matchAll(/npx (?=.*\bdeno)[^\n`]*/g)) {
      assert.ok(command.startsWith(npx.trim()), `${file}: ${command}`);
    }
  }
});

Deno.test("negative control: a wrong quotation and a missing row are noticed", async () => {
  for (
    const [{ quotation, source }, right, wrong, gap] of [
      [script, "y01 += x0 * w1", "y01 += x1 * w1", "// …"],
      [{ ...wat, source: watKernel }, "f32x4.relaxed_madd", "f32x4.add", ";; …"],
    ] as const
  ) {
    assert.ok(quotation.includes(right) && quotation.includes(gap));
    assert.notEqual(misquoted(quotation.replace(right, wrong), source), undefined);
    assert.notEqual(misquoted(quotation.replace(gap, ""), source), undefined);
  }
  const [first] = targets;
  assert.notDeepEqual(targetsOf(README.replace(`| \`${first.name}\` `, "| `other` ")), targetsOf(README));
  assert.equal(gaps(README.replace(/^\| `tanh`.*\n/m, "")).length, 1);
  assert.equal(gaps(README.replace("`stride = 1`", "`stride = 2`")).length, 1);
  await assert.rejects(runExample(`import { VERSION } from "./mod.ts";\nconsole.log(VERSION); // 0\n`));
});
