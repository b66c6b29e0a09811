/**
 * What is proven of a GPU's grids: each has invocations of its own, those that wait for each other are of one workgroup,
 * and what a workgroup copies to its memory is the same for all of them.
 *
 * @module
 */
import {
  BYTES,
  type Grid,
  gridInvocations,
  gridPoints,
  isVector,
  LANES,
  LOADED,
  membersOf,
  scalarOf,
  type Stage,
  stagedElements,
  type Statement,
  WORKGROUP,
} from "../../ir/ir.ts";
import { expand, proveAccess } from "./bounds.ts";
import { type Context, inner, type Known, type Meaning, type Proof, proveNew } from "./known.ts";
import { meaningOf } from "./meaning.ts";
import { namesIn } from "./types.ts";

/** Proves a body of statements. */
export type ProveBody = (body: readonly Statement[], known: Known, context: Context) => void;

const loopMeaning = (count: number, step = 1): Meaning => ({ kind: "loop", loop: { from: 0, step, count } });

/** No two grids have an invocation in common, and there are as many as they need. */
export function proveInvocations({ nest: { body, invocations = 0 }, fail }: Proof): void {
  let taken = 0;
  const visit = (s: Statement): void => {
    if (s.kind === "loop" || s.kind === "block") s.body.forEach(visit);
    if (s.kind !== "grid") return;
    if (s.first < taken) throw fail(`a grid begins at invocation ${s.first}, which another one has`);
    taken = s.first + gridInvocations(s);
    if (s.first < 0 || taken > invocations) throw fail(`a grid needs more than ${invocations} invocations`);
  };
  body.forEach(visit);
}

/** A grid, and its body for each of its invocations. */
export function proveGrid(s: Grid, known: Known, { loops, alone }: Context, proof: Proof, proveBody: ProveBody): void {
  const { fail } = proof;
  if (loops > 0 || alone) throw fail("a grid is inside of a loop");
  // invocations have no accumulator in common
  const inside = inner(known, new Set());
  for (const { variable, to, step } of [...s.loops, ...s.places ?? []]) {
    proveNew(variable, inside, proof);
    if (!(step > 0 && to > 0) || to % step !== 0) throw fail(`grid along ${variable} is not a whole number of steps`);
    inside.meanings.set(variable, loopMeaning(to / step, step));
  }
  const team = membersOf(s) * gridPoints({ loops: s.places ?? [] });
  if (s.places && (team !== WORKGROUP || s.first % WORKGROUP !== 0)) {
    throw fail(`${team} invocations from ${s.first} on are no workgroup`);
  }
  const context: Context = {
    loops: loops + 1,
    alone: true,
    ...s.places && { joint: new Set(s.loops.map(({ variable }) => variable)) },
  };
  if (s.members) proveMembers(s, inside, context, proof, proveBody);
  else proveBody(s.body, inside, context);
}

/** The body of a grid whose points have several invocations: up to where these combine their sums, and behind it. */
function proveMembers(
  { first, members = [], body }: Grid,
  known: Known,
  context: Context,
  proof: Proof,
  proveBody: ProveBody,
): void {
  const { fail } = proof, team = membersOf({ members });
  if (!(team <= WORKGROUP && Number.isInteger(Math.log2(team))) || first % WORKGROUP !== 0) {
    throw fail(`${team} members from invocation ${first} are of no one workgroup`);
  }
  const at = body.findIndex(({ kind }) => kind === "combine"), combine = body[at], before = body.slice(0, at);
  if (combine?.kind !== "combine") throw fail("members have nothing in common");
  const each = inner(known);
  for (const { variable, to } of members) {
    proveNew(variable, each, proof);
    each.meanings.set(variable, loopMeaning(to));
  }
  proveBody(before, each, { ...context, alone: false });
  const one = inCommon(before, members.map(({ variable }) => variable), known, proof);
  for (const { name, type } of combine.sums) {
    const found = each.types.get(name);
    if (found !== type || scalarOf(type) !== "f32") throw fail(`${name} is ${found}, combined as ${type}`);
    if (!before.some((s) => s.kind === "variable" && s.name === name)) {
      throw fail(`${name} is combined and is no accumulator`);
    }
    one.types.set(name, type);
    one.mutable.add(name);
  }
  proveBody(body.slice(at + 1), one, { loops: context.loops, alone: true });
}

/** What is the same for all members, and so is known behind the sums too. */
function inCommon(body: readonly Statement[], members: readonly string[], known: Known, { nest }: Proof): Known {
  const one = inner(known), differs = new Set(members);
  for (const s of body) {
    if (s.kind === "variable" || s.kind === "let" && namesIn(s.value).some((name) => differs.has(name))) {
      differs.add(s.name);
    } else if (s.kind === "let") {
      one.types.set(s.name, s.type);
      if (s.type === "i32") one.meanings.set(s.name, meaningOf(s.value, nest));
    }
  }
  return one;
}

/** A copy to the workgroup's memory, by all of its invocations. */
export function proveStage(
  { name, tensor, offset, box, type }: Stage,
  known: Known,
  { joint }: Context,
  proof: Proof,
): void {
  const { nest, fail } = proof;
  if (!joint) throw fail(`${name} is staged where not all of a workgroup come by`);
  proveNew(name, known, proof);
  const { dtype, rows } = nest.tensors[tensor] ?? {};
  const differing = expand(offset, known.meanings, proof).terms.find(({ variable }) => !joint.has(variable));
  if (differing) throw fail(`where ${name} lies depends on ${differing.variable}, which a workgroup has no one of`);
  // a box is what a loop over each of its dimensions would access
  const sides = box.map(({ extent, stride }, d) => {
    if (!(extent > 0)) throw fail(`${name} is ${extent} long`);
    return { variable: `side ${d}`, meaning: loopMeaning(extent), coefficient: stride };
  });
  proveAccess(
    tensor,
    { ...offset, terms: [...offset.terms, ...sides] },
    1,
    new Map([...known.meanings, ...sides.map(({ variable, meaning }) => [variable, meaning] as const)]),
    proof,
  );
  const last = box.at(-1);
  if (
    rows !== undefined || BYTES[dtype] !== 4 || LOADED[dtype] !== scalarOf(type) ||
    isVector(type) && !(last?.stride === 1 && last.extent % LANES === 0)
  ) {
    throw fail(`${tensor} is staged as ${type}`);
  }
  if (nest.outputs.includes(tensor)) throw fail(`${tensor} is staged and written`);
  known.meanings.set(name, { kind: "box", elements: stagedElements({ box }), type });
}
