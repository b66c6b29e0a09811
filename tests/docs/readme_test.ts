/** What the pages say is true: examples run, quotations are word for word, links lead somewhere, commands are there. */
import assert from "node:assert/strict";
import { join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import type { LayerKind } from "../../codegen/language/layer.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { parseSpec } from "../../codegen/graph/spec.ts";
import { CHECKED_DENO } from "../../runtime/platform/commands.ts";
import { registry, targets } from "../../mod.ts";
import { verifyNet } from "../../runtime/check/verify.ts";
import { anchorsOf, blocks, blocksOf, deno, linksOf, PROJECT, read, readPages } from "./markdown.ts";

const pages = await readPages();
const page = (path: string) => pages.get(path) ?? assert.fail(`there is no ${path}`);
const README = page("README.md"), ARCHITECTURE = page("ARCHITECTURE.md");
/** The pages that explain the project; the others tell of changes, or of how peers are called. */
const MANUAL = [...pages.keys()].filter((path) => path !== "CHANGELOG.md" && !path.startsWith("bench/"));

/** Calls `body` with files of code that imports the project from where it is. */
async function withFiles(
  codes: readonly string[],
  relative: string,
  body: (paths: readonly string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const paths = codes.map((_, i) => join(folder, `example${i + 1}.ts`));
    for (const [i, code] of codes.entries()) {
      assert.ok(code.includes(`from "${relative}`), `an example imports nothing from ${relative}`);
      const placed = code.replaceAll(`from "${relative}`, `from "${pathToFileURL(PROJECT).href}/`);
      await Deno.writeTextFile(paths[i], placed);
    }
    await body(paths);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const CODE = page("docs/api.md");
const [, permissions] = CODE.match(/`deno run ((?:--allow-\S+ ?)+)FILE`/) ?? assert.fail("how to run an example?");

/** Checks types of examples, all at once: most of the time goes to what they import. */
const checkExamples = (codes: readonly string[]) =>
  withFiles(codes, "./", async (paths) => {
    await deno("check", "--config", "deno.json", ...paths);
  });

/** Runs examples as the page says; each must print what its comments say. */
const runExamples = (codes: readonly string[], prints?: string) =>
  withFiles(codes, "./", async (paths) => {
    const flags = ["--no-check", "--no-prompt", ...permissions.trim().split(" "), "--config", "deno.json"];
    for (const [i, code] of codes.entries()) {
      const output = await deno("run", ...flags, paths[i]);
      const expected = [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text).join("\n");
      assert.equal(output.trimEnd(), prints ?? expected);
    }
  });

/** Blocks to be run that import what the project offers, and those that do not, with their page. */
const examples = MANUAL.flatMap((path) => blocks(page(path), "ts").map((code) => ({ path, code })));
const [programs, others] = [true, false].map((whole) =>
  examples.filter(({ code }) => code.includes(`from "./mod.ts"`) === whole)
);

const moduleText = await read("mod.ts");
/** Examples of mod.ts. */
const ofModule = blocks(moduleText.slice(0, moduleText.indexOf("*/")).replaceAll(/^ \* ?/gm, ""), "ts");

Deno.test("the examples of all pages run and print what they say", async () => {
  assert.ok(programs.length >= 2, `${programs.length} examples`);
  const first = blocks(CODE, "ts")[0].split("\n").filter((line) => line.trim() !== "");
  assert.ok(first.length <= 25, `the first program has ${first.length} lines`);
  const codes = programs.map(({ code }) => code);
  await checkExamples([...codes, ...ofModule]);
  await runExamples(codes);
});

Deno.test("the example of mod.ts runs", async () => {
  assert.ok(ofModule.length > 0);
  await runExamples(ofModule, "4 of 4");
});

Deno.test("the manual's layer is a layer: it fits, is fused, and its gradient is right", async () => {
  assert.deepEqual(others.map(({ path }) => path), ["docs/adding.md"]);
  await withFiles([others[0].code], "../../", async ([path]) => {
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

Deno.test("every task that a page names exists", async () => {
  const { tasks } = JSON.parse(await read("deno.json")) as { tasks: Record<string, { command: string }> };
  let named = 0;
  for (const path of pages.keys()) {
    for (const [, name] of page(path).matchAll(/deno task ([a-z][a-z:]*)/g)) {
      assert.ok(tasks[name], `${path}: deno.json has no task ${name}`);
      named++;
    }
  }
  assert.ok(named > 100, `${named} tasks`);
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

/** The one quotation of a page in a language, and what it is from. */
async function quotationOf(path: string, language: string, file: RegExp) {
  const [quotation, ...others] = blocks(page(path), language);
  assert.ok(quotation !== undefined && others.length === 0, `${path} has not one block of ${language}`);
  const [, source] = page(path).match(file) ?? assert.fail(`which file of ${language} is quoted?`);
  return { quotation, source: await read(posix.join(posix.dirname(path), source)) };
}

const script = await quotationOf("README.md", "typescript", /\((generated\/\S+_forward\.ts)\)/);
const wat = await quotationOf("docs/generated_code.md", "wat", /\((\.\.\/generated\/\S+\.wat)\)/);
/** The text of the kernel that is quoted, out of the module with all of them. */
const watKernel = wat.source.slice(wat.source.indexOf(";; kernel    linear1_forward_chunks ")).split("\n  )\n")[0];

Deno.test("quotations are word for word", () => {
  assert.equal(misquoted(script.quotation, script.source), undefined);
  assert.equal(misquoted(wat.quotation, watKernel), undefined);
  // no other page quotes; those that are made are checked against what they are made from
  const quoting = MANUAL.filter((path) =>
    blocksOf(page(path)).some(({ language }) => ["typescript", "wat", "wgsl"].includes(language))
  );
  assert.deepEqual(quoting.toSorted(), [
    ...["OPTIMIZATIONS.md", "README.md", "docs/generated_code.md", "docs/many_channels.md"],
  ]);
});

/** Where links of pages lead nowhere: to no file or folder, or to no heading of a page. */
async function lost(pages: ReadonlyMap<string, string>): Promise<string[]> {
  const found: string[] = [];
  for (const [path, text] of pages) {
    for (const link of linksOf(text)) {
      const [target, place] = link.split("#");
      const to = target === "" ? path : posix.join(posix.dirname(path), target);
      if (!await Deno.stat(join(PROJECT, to)).then(() => true, () => false)) found.push(`${path}: ${link}`);
      else if (place !== undefined && !anchorsOf(pages.get(to) ?? "").includes(place)) found.push(`${path}: ${link}`);
    }
  }
  return found;
}

Deno.test("links of all pages lead to files, folders and headings", async () => {
  assert.deepEqual(await lost(pages), []);
  const links = [...pages.values()].flatMap(linksOf);
  assert.ok(links.length > 150, `${links.length} links`);
  assert.ok(links.filter((link) => link.includes("#")).length > 20);
});

Deno.test("every page can be reached from README, and is short enough to be read", () => {
  const reached = new Set(["README.md"]);
  for (const path of reached) {
    for (const link of linksOf(page(path))) {
      const to = posix.join(posix.dirname(path), link.split("#")[0]);
      if (pages.has(to)) reached.add(to);
    }
  }
  assert.deepEqual(MANUAL.filter((path) => !reached.has(path)), []);
  const lines = (text: string) => text.trimEnd().split("\n").length;
  assert.ok(lines(README) <= 200, `README.md has ${lines(README)} lines`);
  assert.ok(lines(ARCHITECTURE) <= 250, `ARCHITECTURE.md has ${lines(ARCHITECTURE)} lines`);
});

Deno.test("all figures are filled in", () => {
  for (const [path, text] of pages) assert.deepEqual(text.match(/\{\{.*?\}\}/g), null, path);
});

Deno.test("CI checks all that the task ok does, and runs README's command and the full tests", async () => {
  const { tasks: { ok } } = JSON.parse(await read("deno.json")) as { tasks: Record<string, { command: string }> };
  const script = await read(".ci/run");
  const parts = ok.command.split(" && ");
  assert.equal(parts.pop(), "deno task test");
  for (const part of parts) assert.ok(script.includes(`\ncheck ${part.replace("deno ", "")}\n`), part);
  const npx = `npx --yes deno@${CHECKED_DENO} `;
  assert.ok(README.includes(`${npx}task train`) && README.includes(`${npx}task test`));
  assert.ok(ARCHITECTURE.includes("`deno task test:all`"));
  for (const task of ["test", "test:all"]) assert.ok(script.includes(`\n${npx}task ${task} `), task);
  // without an answer, npx fails; and another version is not what is checked
  for (const [file, text] of [...MANUAL.map((path) => [path, page(path)]), [".ci/run", script]]) {
    for (const [command] of text.matchAll(/npx (?=.*\bdeno)[^\n`]*/g)) {
      assert.ok(command.startsWith(npx.trim()), `${file}: ${command}`);
    }
  }
});

Deno.test("negative control: a wrong quotation, example and link are noticed", async () => {
  for (
    const [{ quotation, source }, right, wrong, gap] of [
      [script, "y00 += x0 * w0", "y00 += x1 * w0", "// …"],
      [{ ...wat, source: watKernel }, "f32x4.relaxed_madd", "f32x4.add", ";; …"],
    ] as const
  ) {
    assert.ok(quotation.includes(right) && quotation.includes(gap));
    assert.notEqual(misquoted(quotation.replace(right, wrong), source), undefined);
    assert.notEqual(misquoted(quotation.replace(gap, ""), source), undefined);
  }
  const versioned = (line: string) => `import { VERSION } from "./mod.ts";\n${line}\n`;
  await assert.rejects(runExamples([versioned("console.log(VERSION); // 0")]));
  await assert.rejects(checkExamples([versioned("console.log(VERSION - 1); // NaN")]), /TS2362/);
  const others = new Map(pages).set(
    "docs/data.md",
    "# A b, c\n## A b, c\n[1](#a-b-c-1) [2](#d) [3](e.md) `[4](f.md)`\n",
  );
  assert.deepEqual((await lost(others)).filter((link) => link.startsWith("docs/data")), [
    "docs/data.md: #d",
    "docs/data.md: e.md",
  ]);
});
