/**
 * Stage 7: index arithmetic moved out of loops.
 *
 * An offset `n * 6272 + i + 5` used in a loop over `i` inside a loop over `n` becomes `x_at_n + i + 5`, with
 * `x_at_n = n * 6272` computed once per `n`. Accesses whose offsets differ by a constant share the base; one that several
 * tensors share is called by the axes alone, `at_n`.
 *
 * @module
 */
import { offsetKey, sumOffsets } from "../ir/affine.ts";
import type { LoopNest, Offset, Statement, Value } from "../ir/ir.ts";

/** Statements of one loop body, and the bases defined in it. */
interface Level {
  /** Its loop variable and loaded integers, with the largest value where it is known. */
  readonly variables: Map<string, number>;
  readonly bases: Statement[];
  readonly known: Map<string, Base>;
  readonly names: Set<string>;
  readonly settings: Settings;
}

/** A base, and those that it is made of. */
interface Base {
  readonly name: string;
  readonly users: readonly Set<string>[];
}

/**
 * Hoists index arithmetic; what is computed stays the same.
 *
 * @param whole whether every access has one variable: otherwise the innermost loop's may be added to a base.
 */
export function simplify(nest: LoopNest, whole = false): LoopNest {
  const begins = new Set(Object.values(nest.begins ?? {}));
  const given = () => new Map(["step", ...begins].map((name) => [name, 0]));
  const simplified = (bases: Bases) => simplifyBody(nest.body, [], given(), { whole, bases, begins });
  const users: Set<string>[] = [];
  const body = simplified({ users, shared: [] }), shared = users.map(({ size }) => size > 1);
  // who shares a base is known when all has been seen: what is done again is the same but for the names
  return { ...nest, body: shared.includes(true) ? simplified({ users: [], shared }) : body };
}

/** All bases of a nest, in the order in which they come to be. */
interface Bases {
  /** The tensors that have used each. */
  readonly users: Set<string>[];
  /** Whether several tensors will use it. */
  readonly shared: readonly boolean[];
}

interface Settings {
  readonly whole: boolean;
  readonly bases: Bases;
  /** Variables that say where a tensor begins: names do without them, since they have the tensor's. */
  readonly begins: ReadonlySet<string>;
}

function simplifyBody(
  body: readonly Statement[],
  around: readonly Level[],
  variables: Map<string, number>,
  settings: Settings,
): Statement[] {
  const level: Level = { variables, bases: [], known: new Map(), names: new Set(), settings };
  const levels = [...around, level];
  const result: Statement[] = [];
  for (const statement of body) {
    if (statement.kind === "loop") {
      result.push({
        ...statement,
        body: simplifyBody(
          statement.body,
          levels,
          new Map([[statement.variable, statement.to - statement.step]]),
          settings,
        ),
      });
    } else if (statement.kind === "grid") {
      const last = new Map([
        ...[...statement.loops, ...statement.places ?? []].map(({ variable, to, step }) =>
          [variable, to - step] as const
        ),
        ...statement.members?.map(({ variable, to }) => [variable, to - 1] as const) ?? [],
      ]);
      result.push({ ...statement, body: simplifyBody(statement.body, levels, last, settings) });
    } else if (statement.kind === "block") {
      result.push({ ...statement, body: simplifyBody(statement.body, levels, new Map(), settings) });
    } else if (statement.kind === "comment" || statement.kind === "combine") {
      result.push(statement);
    } else if (statement.kind === "stage") {
      result.push({ ...statement, offset: rebase(statement.offset, statement.tensor, levels) });
    } else if (statement.kind === "store") {
      result.push({
        ...statement,
        offset: rebase(statement.offset, statement.tensor, levels),
        value: value(statement.value, levels),
      });
    } else {
      result.push({ ...statement, value: value(statement.value, levels) });
    }
    // a loaded integer can be part of an index from here on
    if (statement.kind === "let" && statement.type === "i32") level.variables.set(statement.name, 0);
  }
  // bases stand as early as what they are made of allows, in the order in which they were needed
  let first = 0;
  for (const base of level.bases) {
    const terms = base.kind === "let" && base.value.kind === "offset" ? base.value.offset.terms : [];
    const after = result.findLastIndex((s) => s.kind === "let" && terms.some(({ variable }) => variable === s.name));
    if (after < first) result.splice(first++, 0, base);
    else result.splice(after + 1, 0, base);
  }
  return result;
}

function value(v: Value, levels: readonly Level[]): Value {
  if (v.kind === "element") return { ...v, offset: rebase(v.offset, v.tensor, levels) };
  if (v.kind === "staged") return { ...v, offset: rebase(v.offset, v.name, levels) };
  if (v.kind === "splat" || v.kind === "total") return { ...v, value: value(v.value, levels) };
  if (v.kind === "apply") return { ...v, operands: v.operands.map((operand) => value(operand, levels)) };
  return v;
}

/** The same offset in terms of bases. */
function rebase(offset: Offset, tensor: string, levels: readonly Level[]): Offset {
  const depth = (variable: string) => levels.findLastIndex((level) => level.variables.has(variable));
  const terms = [...offset.terms].sort((a, b) => depth(a.variable) - depth(b.variable));
  if (terms.length === 0) return offset;
  const innermost = terms[terms.length - 1];
  // the loop right here may add its variable itself
  const here = !levels[0].settings.whole && depth(innermost.variable) === levels.length - 1 &&
    innermost.coefficient === 1;
  const prefix = here ? terms.slice(0, -1) : terms;
  const base = baseOf(prefix, tensor, levels, depth);
  const constant = offset.constant - prefix.reduce((sum, term) => sum + lift(term, levels, depth), 0);
  return sumOffsets([{ constant, terms: base }, 1], [{ constant: 0, terms: here ? [innermost] : [] }, 1]);
}

/** What is added to a term that counts down, so that bases are never negative: some targets have unsigned addresses. */
function lift(
  { variable, coefficient }: Offset["terms"][number],
  levels: readonly Level[],
  depth: (variable: string) => number,
): number {
  return coefficient < 0 ? -coefficient * levels[depth(variable)].variables.get(variable)! : 0;
}

function isBase(variable: string, levels: readonly Level[]): boolean {
  return levels.some(({ names }) => names.has(variable));
}

function baseOf(
  terms: Offset["terms"],
  tensor: string,
  levels: readonly Level[],
  depth: (variable: string) => number,
): Offset["terms"] {
  if (terms.length === 0) return terms;
  if (
    terms.length === 1 && terms[0].coefficient === 1 &&
    (!levels[0].settings.whole || isBase(terms[0].variable, levels))
  ) {
    return terms;
  }
  const key = offsetKey({ constant: 0, terms });
  const base = levels.find(({ known }) => known.has(key))?.known.get(key) ?? newBase(key, terms, tensor, levels, depth);
  for (const users of base.users) users.add(tensor);
  return [{ variable: base.name, coefficient: 1 }];
}

/** Computes a base where the last of its variables is known, from the base of the others. */
function newBase(
  key: string,
  terms: Offset["terms"],
  tensor: string,
  levels: readonly Level[],
  depth: (variable: string) => number,
): Base {
  const last = terms[terms.length - 1], level = levels[depth(last.variable)], { bases, begins } = level.settings;
  const before = baseOf(terms.slice(0, -1), tensor, levels, depth);
  const inner = levels.flatMap(({ known }) => [...known.values()].filter(({ name }) => name === before[0]?.variable));
  const users = new Set<string>(), shared = bases.shared[bases.users.push(users) - 1];
  const along = terms.map(({ variable }) => variable).filter((variable) => !begins.has(variable));
  let name = [...shared ? [] : [tensor], "at", ...along].join("_");
  for (let i = 2; levels.some(({ names }) => names.has(name)); i++) name = `${name.replace(/_\d+$/, "")}_${i}`;
  level.names.add(name);
  const base: Base = { name, users: [users, ...inner.flatMap((other) => other.users)] };
  level.known.set(key, base);
  const offset = sumOffsets(
    [{ constant: 0, terms: before }, 1],
    [{ constant: lift(last, levels, depth), terms: [last] }, 1],
  );
  level.bases.push({ kind: "let", name, type: "i32", value: { kind: "offset", offset } });
  return base;
}
