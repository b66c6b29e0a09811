/** The manual's tables are complete, and what is made from the code is what the code says now. */
import assert from "node:assert/strict";
import { pages as madePages, stalePages } from "../../docs/write.ts";
import { findTarget, jsonSchema, registry, targets } from "../../mod.ts";
import { deno, quoted, read, table, tablesOf } from "./markdown.ts";

const [LAYERS, COMMANDS, TRAINING, RESULTS, ARCHITECTURE, TESTS] = await Promise.all(
  ["docs/layers.md", "docs/commands.md", "docs/training.md", "docs/results.md", "ARCHITECTURE.md", "docs/tests.md"]
    .map(read),
);

Deno.test("the pages that are made from the code are what it says now", async () => {
  const made = await madePages();
  assert.deepEqual(Object.keys(made), ["docs/commands.md", "docs/layers.md"]);
  assert.deepEqual(await stalePages(made), [], "deno task docs");
  // negative control
  const there = (path: string) => read(path).then((text) => text.replace("whole number", "number"));
  assert.deepEqual(await stalePages(made, there), ["docs/layers.md"]);
  const gone = (path: string) => path.endsWith("commands.md") ? read("docs/none.md") : read(path);
  assert.deepEqual(await stalePages(made, gone), ["docs/commands.md"]);
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
    if (a !== b) found.push(`${what}: the page has ${a || "nothing"}, not ${b || "nothing"}`);
  };
  // what every layer may say has a table of its own
  const common = table(markdown, "any layer").rows.flatMap(([first]) => quoted(first));
  for (const [name, kinds] of Object.entries(KINDS)) {
    const { header, rows } = table(markdown, name);
    const types = kinds.map(({ properties }) => properties.type.const!);
    compare(name, rows.map(([first]) => quoted(first)[0]), types);
    for (const [i, { properties, required = [] }] of kinds.entries()) {
      const row = rows.find(([first]) => first === `\`${types[i]}\``);
      const options = Object.entries(properties).filter(([key]) => key !== "type").map(([key, { default: value }]) =>
        value !== undefined ? `${key} = ${JSON.stringify(value)}` : required.includes(key) ? key : `${key}?`
      );
      if (name === "layer") {
        assert.ok(common.every((option) => options.includes(option)), `${types[i]} has not ${common}`);
      }
      const told = header[1] === "options" ? [...quoted(row?.[1] ?? ""), ...name === "layer" ? common : []] : [];
      compare(types[i], told, options);
      if (name === "layer") assert.ok(markdown.includes(`### \`${types[i]}\`\n`), `no section of ${types[i]}`);
    }
  }
  const top = Object.keys(schema.properties).filter((key) => key !== "$schema" && key !== "training");
  const keys = [...top, ...Object.keys(training.properties).map((key) => `training.${key}`)];
  compare("keys", table(markdown, "key").rows.map(([first]) => quoted(first)[0]), keys);
  const inits = KINDS.layer.flatMap(({ properties }) => properties.init?.enum ?? []);
  compare("inits", table(markdown, "init").rows.map(([first]) => quoted(first)[0]), [...new Set(inits)]);
  return found;
}

Deno.test("the tables name every layer, loss, optimizer, scheduler and init, and their options", () => {
  assert.deepEqual(gaps(LAYERS), []);
  const all = [...registry.layers, ...registry.losses, ...registry.optimizers, ...registry.schedulers];
  assert.equal(Object.values(KINDS).flat().length, all.length);
  assert.deepEqual(
    table(LAYERS, "metric").rows.map(([first]) => quoted(first)[0]),
    registry.metrics.map(({ type }) => type),
  );
  for (const { rows } of [table(LAYERS, "init")]) assert.ok(rows.every(([, meaning]) => meaning !== ""));
  // negative control
  assert.equal(gaps(LAYERS.replace(/^\| `relu`.*\n/m, "")).length, 1);
  assert.equal(gaps(LAYERS.replace(/^\| `conv2d`.*\n/m, "")).length, 2);
  assert.equal(gaps(LAYERS.replace("`stride = 1`", "`stride = 2`")).length, 1);
});

Deno.test("layers become formulas, forward and backward", () => {
  const sections = LAYERS.split("\n### ").slice(1).filter((section) => section.startsWith("`"));
  assert.equal(sections.length, registry.layers.length);
  for (const section of sections) {
    assert.match(section, /^forward .*\n(.*\n)*backward_|becomes|no kernel/m, section);
  }
  assert.match(LAYERS, /^forward +y\[n,o\] = b\[o\] \+ \(sum over i of x\[n,i\] \* w\[o,i\]\)$/m);
});

Deno.test("every task is in the table of commands, with the flags that its help explains", async () => {
  const { tasks } = JSON.parse(await read("deno.json")) as { tasks: Record<string, { command: string }> };
  const { rows } = table(COMMANDS, "command");
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
  assert.equal(commands, 13);
});

/** The targets that the two tables have. */
const targetsOf = (training: string, results: string) => ({
  told: table(training, "target").rows.map(([first]) => quoted(first)[0]),
  measured: table(results, "").rows.flatMap(([first]) => quoted(first)),
});

Deno.test("the tables have every target, fastest first, and the first one is the default here", () => {
  const names = targets.map(({ name }) => name);
  const { told, measured } = targetsOf(TRAINING, RESULTS);
  assert.deepEqual(told, names);
  assert.deepEqual([...new Set(measured)].toSorted(), names.toSorted());
  const [, version, name] = TRAINING.match(/in Deno (\S+) that is `(\w+)`/) ?? assert.fail("what is the default?");
  assert.equal(name, names[0]);
  if (Deno.version.deno === version) assert.equal(findTarget("auto").name, name);
  // negative control
  const other = (text: string) => text.replace(`| \`${names[0]}\``, "| `other`");
  assert.notDeepEqual(targetsOf(other(TRAINING), RESULTS), targetsOf(TRAINING, RESULTS));
});

Deno.test("the pages tell of every test file and every stage", async () => {
  const groups = tablesOf(TESTS).filter(({ header }) => header[0] === "file");
  assert.ok(groups.length > 1, "the tests are not in groups");
  const named = groups.flatMap(({ rows }) => rows).map(([first]) => first.match(/\(\.\.\/tests\/(.*)\)/)?.[1]);
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL("../", import.meta.url))) {
    if (!isDirectory) files.push(name);
    else {for await (const { name: file } of Deno.readDir(new URL(`../${name}/`, import.meta.url))) {
        files.push(`${name}/${file}`);
      }}
  }
  assert.deepEqual(named.toSorted(), files.filter((name) => name.endsWith("_test.ts")).toSorted());
  assert.deepEqual(
    table(ARCHITECTURE, "stage").rows.map(([first]) => first).join(" - "),
    "spec - shapes - reorder - draft - choose - arrange - fuse - lay out - prove the plan - schedule - lower - simplify - broadcast - contract - prove the kernel - units - print - prove the step - assemble - prove the bytes",
  );
});
