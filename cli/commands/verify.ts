/**
 * Checks kernels and gradients.
 *
 * @module
 */
import {
  compile,
  count,
  findTarget,
  InputError,
  type Optimization,
  processorTargets,
  runsHere,
  type Spec,
  type Tuning,
  verifyNet,
  type VerifyRow,
} from "../../mod.ts";
import { type Command, ERROR, type Line, OK } from "../command.ts";
import { parseOptimizations, seed, specNote, target, targetNames, without } from "../flags.ts";
import { GENERATED, tuningIn } from "../folders.ts";
import { loadSpecs } from "../nets.ts";
import { print } from "../output.ts";
import { beginSteps } from "../verify/steps.ts";

/** The command. */
export const command: Command = {
  text: "check kernels against the interpreter, and gradients (default: of those in generated/)",
  words: "[SPEC...]",
  most: Infinity,
  notes: [specNote, "The exit code is 1 when a check fails."],
  flags: {
    target: { ...target, text: `${targetNames.join(", ")} (default: each but webgpu, one after the other)` },
    seed,
    without,
  },
  example: "deno task verify lenet5",
  run: verify,
};

async function verify({ words, flags: { target, seed = "0", without } }: Line): Promise<number> {
  const chosen = target === undefined ? processorTargets : [findTarget(target)];
  const tuning = await tuningIn(GENERATED),
    options = { tuning, seed: Number(seed), without: parseOptimizations(without) };
  if (target !== undefined && !runsHere(chosen[0])) {
    throw new InputError(`this engine cannot run target ${chosen[0].name}; use target auto`);
  }
  let failures = 0;
  for (const { spec, origin } of await loadSpecs(words)) {
    const able = chosen.filter(runsHere).map(({ name }) => name);
    if (able.length > 0) failures += await verifySpec(spec, able, { ...options, origin });
    for (const { name } of chosen.filter((each) => !runsHere(each))) {
      print(`${spec.name}, target ${name}: this engine cannot run it\n`);
    }
  }
  return failures === 0 ? OK : ERROR;
}

interface Options {
  readonly origin: string;
  readonly seed: number;
  readonly tuning: Tuning;
  readonly without: readonly Optimization[];
}

/** Prints the tables of a net, one for each target. Returns how many checks failed. */
async function verifySpec(spec: Spec, targets: readonly string[], options: Options): Promise<number> {
  const { seed, without } = options, tables: Table[] = [];
  const steps = beginSteps({ spec, targets, seed, without });
  try {
    for (const target of targets) {
      const table = new Table(spec, target, options), onRow = (row: VerifyRow) => table.add(row);
      // the next one's lines wait until the first one is whole
      if (tables.push(table) === 1) table.show();
      await verifyNet(spec, { target, ...options, only: "kernels", onRow });
    }
    for (const [i, table] of tables.entries()) {
      table.show();
      for (const row of await steps.of(targets[i])) table.add(row);
      table.end();
    }
  } finally {
    steps.end();
  }
  return tables.reduce((sum, { failed }) => sum + failed, 0);
}

/** The table of a net and a target. Its lines wait until it is shown. */
class Table {
  /** Checks that failed. */
  failed = 0;
  #checks = 0;
  readonly #width: number;
  #waiting?: string[] = [];

  constructor(spec: Spec, target: string, options: Options) {
    const { plan: { train, evaluate } } = compile(spec, { target, ...options });
    this.#width = Math.max(...[...train.kernels, ...evaluate.kernels].map(({ kernel: { name } }) => name.length));
    this.#print(`${spec.name}, target ${target}, seed ${options.seed}\n`);
    this.#line("check", "cases", "largest error", "tolerance", "result");
  }

  /** Prints what waits, and from now on all that comes. */
  show(): void {
    for (const text of this.#waiting ?? []) print(text);
    this.#waiting = undefined;
  }

  add({ check, cases, of, error, tolerance, ok, note }: VerifyRow): void {
    const notes = [
      ok ? "ok" : "FAIL",
      ...of === undefined ? [] : [`of ${count(of)}`],
      ...note === undefined ? [] : [note],
    ];
    this.#line(check, count(cases), power(error), power(tolerance), notes.join("  "));
    this.#checks++;
    if (!ok) this.failed++;
  }

  end(): void {
    const { failed } = this, checks = this.#checks;
    this.#print(failed === 0 ? `  all ${checks} checks passed\n` : `  ${failed} of ${checks} checks FAILED\n`);
  }

  #line(check: string, cases: string, error: string, tolerance: string, result: string): void {
    const columns = [check.padEnd(this.#width), cases.padStart(9), error.padStart(13), tolerance.padStart(9), result];
    this.#print(`  ${columns.join("  ")}\n`);
  }

  #print(text: string): void {
    if (this.#waiting) this.#waiting.push(text);
    else print(text);
  }
}

const power = (value: number) => value === 0 ? "0" : value.toExponential(2);
