/**
 * Which check was run for which kind of layer, loss and optimizer: each is run on random graphs that have the kind, and
 * counted. What is written down of it is `docs/kinds.md`.
 *
 *     deno task kinds
 *
 * @module
 */
import { join } from "node:path";
import { kernelsOf, plan } from "../codegen/compile.ts";
import { inferShapes } from "../codegen/graph/shapes.ts";
import { parseSpec } from "../codegen/graph/spec.ts";
import type { Registry } from "../codegen/language/registry.ts";
import { writePages } from "../docs/command_line.ts";
import { deno, PROJECT } from "../docs/deno.ts";
import { code, page, table } from "../docs/markdown.ts";
import { asStarted, OPTIMIZATIONS, registry, targets } from "../mod.ts";
import { verifyNet } from "../runtime/check/verify.ts";
import { encodeOnnx } from "../runtime/files/onnx.ts";
import { lacksAdapter } from "./adapter.ts";
import {
  bytesOf,
  compiledOf,
  courseOf,
  type GraphCourse,
  interpretCourse,
  stepsOnTarget,
  strays,
  traceOf,
} from "./interpreted_steps.ts";
import { fetchOnnxRuntime, onnxOutputs } from "./onnx_models.ts";
import { comparePlainly, PLAIN_LOSSES, PLAIN_OPTIMIZERS } from "./plain_graph.ts";
import { PLAIN_LAYERS } from "./plain_layers.ts";
import { coveringGraph, graphRegistry, type GraphSpec, randomGraph } from "./random_graph.ts";
import { placed } from "./wrong_graph.ts";

/** What a kind is of. */
export type Group = "layer" | "loss" | "optimizer";

/** How often each check was run for a kind and was right. A check that is not of its group is not there. */
export interface KindRow {
  readonly group: Group;
  readonly type: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** All kinds that a spec can name, in the order of the page. */
export const KINDS: readonly (readonly [Group, string])[] = [
  ...registry.layers.map(({ type }) => ["layer", type] as const),
  ...registry.losses.map(({ type }) => ["loss", type] as const),
  ...registry.optimizers.map(({ type }) => ["optimizer", type] as const),
];

/** Random graphs on which each kind is tried, and the first of their seeds: no other test has them. */
const PROBES = 2, FIRST = 50_000;
/** Random graphs among which a kind must be: those that `graphs_test.ts` runs in full, and how many of them. */
const GRAPHS = 100, LEAST = 2;
/** They themselves, when they are asked for. */
let graphs: readonly GraphSpec[] | undefined;
/** What the layer is called that is looked at. */
const PROBE = "probe";

/** A random graph in which one layer of a kind is called so, and reads what can be trained, or can be itself. */
function probeOf(group: Group, type: string, registry: Registry, seed: number): GraphSpec {
  const json = randomGraph(seed, { registry, having: { [group]: type } });
  if (group !== "layer") return json;
  const { layers } = placed(json), graph = inferShapes(parseSpec(json, registry), registry);
  const trained = new Set<string>();
  for (const { name, parameters, inputs } of graph.nodes) {
    if (parameters.length > 0 || Object.values(inputs).some((read) => trained.has(read))) trained.add(name);
  }
  const own = layers.findLast((layer) => layer.type === type && trained.has(layer.name));
  if (!own) return probeOf(group, type, registry, seed + 1000);
  const renamed = (name: string) => name === own.name ? PROBE : name;
  return {
    ...json,
    layers: layers.map((layer) => ({ ...layer, name: renamed(layer.name), input: layer.input.map(renamed) })),
  };
}

/** A registry of those layers that something can be done with. */
const having = (able: (type: string) => boolean): Registry => ({
  ...graphRegistry,
  layers: graphRegistry.layers.filter(({ type }) => able(type)),
});
const withOnnx = having((type) => {
  const { onnx, reshapes } = graphRegistry.layers.find((kind) => kind.type === type)!;
  return onnx !== undefined || reshapes === true;
});
const withPlain = having((type) => Object.hasOwn(PLAIN_LAYERS, type));

/** Whether a kernel is one of the kind's: of the layer that is looked at, of the loss, or an update. */
const isOwn: Readonly<Record<Group, (kernel: string) => boolean>> = {
  layer: (kernel) => kernel.split("_").includes(PROBE),
  loss: (kernel) => kernel.split("_").includes("loss"),
  optimizer: (kernel) => kernel.split("_").includes("update"),
};

/** Where something is wrong, with what makes it again. */
function fail(group: Group, type: string, what: string, { spec }: GraphCourse, wrong: unknown): never {
  throw new Error(`${group} ${type}, ${what}: ${JSON.stringify(wrong)}\n${JSON.stringify(spec)}`);
}

/**
 * Runs all checks of a kind.
 *
 * @throws {Error} when one finds something wrong.
 */
export async function rowOf(group: Group, type: string, { onnx }: { readonly onnx: boolean }): Promise<KindRow> {
  const counts: Record<string, number> = {};
  const add = (check: string, count: number) => counts[check] = (counts[check] ?? 0) + count;
  for (let i = 0; i < PROBES; i++) {
    const json = probeOf(group, type, graphRegistry, FIRST + i), spec = parseSpec(json, graphRegistry);
    const course = courseOf(spec, graphRegistry, i), interpreted = interpretCourse(course);
    const options = { seed: i, data: bytesOf(course.data) };
    // gradients that are copies are none of its own
    const handsOn = !kernelsOf(plan(spec, graphRegistry, { without: OPTIMIZATIONS }).plan).some(({ name }) =>
      isOwn.layer(name) && name.includes("backward")
    );
    const wrong = (what: string, found: readonly unknown[]) =>
      found.length > 0 && fail(group, type, what, course, found);
    for (const target of targets) {
      if (lacksAdapter(target)) continue;
      const net = compiledOf(course, target);
      wrong(target.name, strays(target, await stepsOnTarget(course, net, 2), interpreted));
      const rows = await verifyNet(spec, graphRegistry, target, { ...options, only: "kernels" }, net);
      wrong(target.name, rows.filter(({ ok, cases }) => !ok && cases > 0));
      const own = rows.filter(({ check, cases }) => cases > 0 && isOwn[group](check));
      const backward = own.filter(({ check }) => check.includes("backward"));
      // what only renames elements need not have a kernel
      const { reshapes } = graphRegistry.layers.find((kind) => kind.type === type) ?? {};
      const whole = group !== "layer" || reshapes || own.length > backward.length && (backward.length > 0 || handsOn);
      add(target.name, whole ? Math.max(own.length, 1) : 0);
    }
    const steps = await verifyNet(spec, graphRegistry, targets[0], { ...options, only: "steps" });
    wrong("gradients", steps.filter(({ ok, cases }) => !ok && cases > 0));
    if (group !== "optimizer") {
      add("gradients", steps.filter(({ check, cases }) => check.startsWith("gradient") && cases > 0).length);
    }
    add("plain loops", await plainChecks(group, type, i));
    if (group === "layer" && onnx) add("ONNX", await onnxChecks(type, i));
  }
  graphs ??= Array.from({ length: GRAPHS }, (_, i) => coveringGraph(i + 1));
  const among = graphs.filter(({ layers, loss, training: { optimizer } }) =>
    ({ layer: layers, loss: [loss], optimizer: [optimizer] })[group].some((own) => own.type === type)
  );
  counts["random graphs"] = among.length < LEAST ? 0 : among.length;
  return { group, type, counts };
}

/** Gradients, or updates, that plain loops find the same; none where the kind has no entry among them. */
function plainChecks(group: Group, type: string, i: number): number {
  const entries = { layer: PLAIN_LAYERS, loss: PLAIN_LOSSES, optimizer: PLAIN_OPTIMIZERS }[group];
  if (!Object.hasOwn(entries, type)) return 0;
  const able = {
    ...withPlain,
    losses: withPlain.losses.filter((kind) => Object.hasOwn(PLAIN_LOSSES, kind.type)),
    optimizers: withPlain.optimizers.filter((kind) => Object.hasOwn(PLAIN_OPTIMIZERS, kind.type)),
  };
  const course = courseOf(parseSpec(probeOf(group, type, able, FIRST + i), able), able, i);
  const { wrong, gradients } = comparePlainly(course, traceOf(course));
  if (wrong.length > 0) fail(group, type, "plain loops", course, wrong);
  return gradients;
}

/** Samples for which onnxruntime gives the same outputs; none where ONNX has no operation for the kind. */
async function onnxChecks(type: string, i: number): Promise<number> {
  if (!withOnnx.layers.some((kind) => kind.type === type)) return 0;
  const spec = parseSpec(probeOf("layer", type, withOnnx, FIRST + i), withOnnx);
  // floats, as the model has them
  const course = courseOf(spec, withOnnx, 2 * i + 1),
    { graph, kept: [kept], outputs, steps: [{ order }] } = traceOf(course);
  const shapes = graph.nodes.flatMap((node) =>
    [...node.parameters, ...node.buffers].map((own) => [`${node.name}.${own.name}`, own.shape] as const)
  );
  const parameters = new Map(
    shapes.map(([name, shape]) => [name, { shape, values: Float32Array.from(kept.get(name)!) }]),
  );
  const model = await encodeOnnx(graph, parameters, { name: "test", version: "0" });
  const size = course.data.inputs.length / course.data.samples;
  const inputs = Float32Array.from(
    order.flatMap((sample) => [...course.data.inputs.subarray(sample * size, (sample + 1) * size)]),
  );
  const [theirs] = await onnxOutputs([model], inputs, spec.input), right = outputs.subarray(0, theirs.length);
  // roundings of sums in f32 are as often up as down; layers one after the other add theirs
  const terms = Math.max(1, ...shapes.map(([, shape]) => shape.slice(1).reduce((a, b) => a * b, 1)));
  const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const tolerance = 2 * graph.nodes.length * Math.sqrt(terms) * 2 ** -23 * largest;
  const worst = theirs.reduce((most, value, at) => Math.max(most, Math.abs(value - right[at])), 0);
  if (!(worst <= tolerance)) fail("layer", type, "ONNX", course, `${worst}, not up to ${tolerance}`);
  return theirs.length > 0 ? order.length : 0;
}

/** Checks of a group, in the order of their columns. */
export const COLUMNS: Readonly<Record<Group, readonly string[]>> = {
  layer: [...targets.map(({ name }) => name), "gradients", "plain loops", "ONNX", "random graphs"],
  loss: [...targets.map(({ name }) => name), "gradients", "plain loops", "random graphs"],
  optimizer: [...targets.map(({ name }) => name), "plain loops", "random graphs"],
};

/** Cells of the table that no check has filled: kind and check. */
export function gapsOf(rows: readonly KindRow[]): string[] {
  return rows.flatMap(({ group, type, counts }) =>
    COLUMNS[group].filter((column) => !counts[column]).map((column) => `${group} ${type}: ${column}`)
  );
}

/** The page of rows that are whole. */
export async function kindsPage(rows: readonly KindRow[]): Promise<string> {
  const tables = (Object.keys(COLUMNS) as Group[]).map((group) => {
    const own = rows.filter((row) => row.group === group);
    const cells = own.map((
      { type, counts },
    ) => [code(type), ...COLUMNS[group].map((column) => counts[column] ? "✓" : "")]);
    return table([group, ...COLUMNS[group]], cells);
  });
  const text = page(
    "<!-- made by deno task kinds from tests/kinds_table.ts, which runs what it tells of -->",
    "# What is checked of each kind",
    `Each kind of layer, loss and optimizer is tried on ${PROBES} random graphs that have it. A mark says that the check ` +
      "was run for the kind, found something to check, and found nothing wrong.",
    [
      "- **A target**: the kind's own kernels, forward and backward, compute what the interpreter does; and two steps of " +
      "training and a test by 2 threads, or on an adapter, are what the interpreter makes of the same net without any " +
      "optimization, parameters, buffers, loss and outputs.",
      "- **gradients**: central differences of the loss are what backward passes give; and the optimized step is the plain one.",
      "- **plain loops**: outputs, losses and updates are those of [loops](../tests/plain_layers.ts) that are written " +
      "without the compiler, and gradients are differences of these.",
      "- **ONNX**: onnxruntime computes the same of the exported model.",
      `- **random graphs**: it is in at least ${LEAST} of the ${GRAPHS} graphs that [a test](../tests/nets/graphs_test.ts) ` +
      "verifies and trains in its full run.",
    ].join("\n"),
    ...tables,
  );
  return await deno(["fmt", "--ext", "md", "--config", "deno.json", "-"], text);
}

/** The page's path. */
export const PAGE = join(PROJECT, "docs", "kinds.md");

const USAGE = `\
Usage: deno task kinds [--check]

runs every check of every kind of layer, loss and optimizer, and writes docs/kinds.md; it takes minutes, an adapter for
WebGPU and onnxruntime, which is fetched

  --check   change nothing; exit 1 if the page is not what was found
`;

if (import.meta.main) {
  await writePages(USAGE, async (check) => {
    const onnx = await fetchOnnxRuntime(), rows: KindRow[] = [];
    for (const [group, type] of KINDS) {
      rows.push(await rowOf(group, type, { onnx }));
      const [{ counts }] = rows.slice(-1);
      console.error(
        `${group} ${type}: ${COLUMNS[group].map((column) => `${column} ${counts[column] ?? 0}`).join(", ")}`,
      );
    }
    const gaps = gapsOf(rows), made = await kindsPage(rows);
    for (const gap of gaps) console.error(`error: nothing was checked of ${gap}`);
    const there = await Deno.readTextFile(PAGE).catch(() => ""), stale = made !== there;
    if (stale && check) console.error(asStarted("error: docs/kinds.md is not what was found: deno task kinds"));
    else if (gaps.length === 0) await Deno.writeTextFile(PAGE, made);
    return stale || gaps.length > 0;
  });
}
