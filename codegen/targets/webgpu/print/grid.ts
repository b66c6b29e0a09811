/**
 * How WGSL spells what only a GPU's nests have: grids, copies to the workgroup's memory, and sums that members combine.
 *
 * @module
 */
import { sumOffsets } from "../../../ir/affine.ts";
import {
  type Grid,
  gridInvocations,
  gridPoints,
  isVector,
  LANES,
  membersOf,
  type Offset,
  type Stage,
  stagedElements,
  type Statement,
  type Type,
  WORKGROUP,
} from "../../../ir/ir.ts";
import type { GridSyntax, Piece } from "../../target.ts";
import { load } from "./access.ts";
import { arrayName, identifier } from "./words.ts";

/** Copies by each invocation that are written out, and not a loop. */
const MOST_COPIES = 4;

/** The spelling of one nest. `element`: how it spells an element of a tensor. */
export function gridSyntax(element: (tensor: string, offset: Offset, type: Type) => Piece): GridSyntax {
  /** What was staged last by each name. */
  const staged = new Map<string, Type>();
  let grid: Grid | undefined, first: Stage | undefined;
  return {
    staged(name, offset, type) {
      const array = staged.get(name)!;
      return load(arrayName(name, array), isVector(array), offset, type);
    },
    write(body, writer) {
      const [s] = body;
      if (s.kind === "grid") {
        grid = s;
        first = firstStage(s.body);
        const [open, close, ...lines] = gridLines(s);
        writer.block(open, lines, s.body, close);
        return 1;
      }
      if (s.kind === "stage") {
        // those that follow each other wait once
        const end = body.findIndex(({ kind }) => kind !== "stage"), all = body.slice(0, end < 0 ? undefined : end);
        const stages = all.filter((each) => each.kind === "stage");
        for (const { name, type } of stages) staged.set(name, type);
        // some invocations may still read what another one is about to overwrite
        if (s !== first) writer.line("workgroupBarrier();");
        for (const line of stages.flatMap((each) => copyLines(each, element))) writer.line(line);
        writer.line("workgroupBarrier();");
        return stages.length;
      }
      if (s.kind !== "combine" || !grid) throw new Error(`${s.kind} is no statement of a grid`);
      for (const line of combineLines(s.sums, grid)) writer.line(line);
      writer.block("if (leads) {", [], body.slice(1), "}");
      return body.length;
    },
  };
}

/** What a grid stages first, and once. */
function firstStage(body: readonly Statement[]): Stage | undefined {
  for (const s of body) {
    if (s.kind === "stage") return s;
    if (s.kind === "block") {
      const inside = firstStage(s.body);
      if (inside) return inside;
    }
    if (s.kind === "loop" && stages(s.body)) return undefined;
  }
  return undefined;
}

const stages = (body: readonly Statement[]): boolean =>
  body.some((s) => s.kind === "stage" || "body" in s && stages(s.body));

/** The lines before and after the body of a grid, and those that begin it. */
function gridLines(grid: Grid): [open: string, close: string, ...first: string[]] {
  const { first, loops, places: tiles, members = [] } = grid, end = first + gridPoints(grid);
  if (tiles || members.length > 0) return sharedGrid(grid);
  const tests = [...first > 0 ? [`point >= ${first}`] : [], `point < ${end}`];
  return [`if (${tests.join(" && ")}) {`, "}", ...places(loops, first === 0 ? "point" : `(point - ${first})`)];
}

/** The variables of a grid from the number of a point. */
function places(loops: Grid["loops"], start: string): string[] {
  return loops.map(({ variable, to, step }, i) => {
    const inner = loops.slice(i + 1).reduce((product, loop) => product * (loop.to / loop.step), 1);
    const quotient = inner === 1 ? start : `${start} / ${inner}`;
    // the outermost one needs no remainder
    const index = i === 0 ? quotient : `${quotient} % ${to / step}`;
    const scaled = i === 0 && inner === 1 ? `${index} * ${step}` : `(${index}) * ${step}`;
    return `let ${identifier(variable)} = ${step === 1 ? index : scaled};`;
  });
}

/**
 * A grid whose invocations wait for each other: a workgroup has some points, and the members of each lie apart, so that
 * neighbours in it are neighbouring points. All of them come to the barriers: beyond the last point it is computed again.
 */
function sharedGrid(grid: Grid): [string, string, ...string[]] {
  const { first, loops, places: tiles, members = [] } = grid, team = membersOf(grid), points = gridPoints(grid);
  const groupPoints = WORKGROUP / team, from = first / WORKGROUP, to = from + gridInvocations(grid) / WORKGROUP;
  const tests = [...from > 0 ? [`group >= ${from}`] : [], `group < ${to}`];
  const start = from === 0 ? "group" : `(group - ${from})`;
  const member = places(members.map((loop) => ({ ...loop, step: 1 })), "member");
  if (tiles) {
    return [
      `if (${tests.join(" && ")}) {`,
      "}",
      ...team > 1 ? [`let member = mine / ${groupPoints};`, "let leads = member == 0;"] : [],
      ...places(loops, start),
      ...places(tiles, team > 1 ? `(mine % ${groupPoints})` : "mine"),
      ...member,
    ];
  }
  const whole = points % groupPoints === 0, last = points - 1;
  return [
    `if (${tests.join(" && ")}) {`,
    "}",
    `let member = mine / ${groupPoints};`,
    `let tile = ${start} * ${groupPoints} + mine % ${groupPoints};`,
    whole ? "let leads = member == 0;" : `let leads = member == 0 && tile <= ${last};`,
    ...loops.length > 0 ? places(loops, whole ? "tile" : `min(tile, ${last})`) : [],
    ...member,
  ];
}

/** The lines that copy a part of a tensor to the workgroup's memory. */
function copyLines(stage: Stage, element: (tensor: string, offset: Offset, type: Type) => Piece): string[] {
  const { name, tensor, type, box } = stage, width = isVector(type) ? LANES : 1, all = stagedElements(stage) / width;
  const sides = box.map(({ extent, stride }, d) => {
    const by = d === box.length - 1 ? width : 1;
    return { variable: `side_${d}`, to: extent / by, step: 1, stride: by * stride };
  });
  const offset = sumOffsets(
    [stage.offset, 1],
    ...sides.map(({ variable, stride }) => [{ constant: 0, terms: [{ variable, coefficient: 1 }] }, stride] as const),
  );
  const copy = [
    ...places(sides, "at").map((line) => `  ${line}`),
    `  ${arrayName(name, type)}[at] = ${element(tensor, offset, type).text};`,
    "}",
  ];
  if (all % WORKGROUP !== 0 && all > WORKGROUP || all > MOST_COPIES * WORKGROUP) {
    return [`for (var at = mine; at < ${all}; at += ${WORKGROUP}) {`, ...copy];
  }
  return Array.from({ length: Math.ceil(all / WORKGROUP) }, (_, i) => [
    all < WORKGROUP ? `if (mine < ${all}) {` : "{",
    `  let at = mine${i > 0 ? ` + ${i * WORKGROUP}` : ""};`,
    ...copy,
  ]).flat();
}

/** The lines that add up members' sums. */
function combineLines(sums: Extract<Statement, { kind: "combine" }>["sums"], grid: Grid): string[] {
  const team = membersOf(grid), groupPoints = WORKGROUP / team, lines = ["", "// combine"];
  const arrays = Map.groupBy(sums, ({ type }) => isVector(type) ? "sums_4" : "sums");
  const each = (line: (place: string, name: string) => string) =>
    [...arrays].flatMap(([array, sums]) =>
      sums.map(({ name }, i) => line(`${array}[mine${i === 0 ? "" : ` + ${WORKGROUP * i}`}]`, identifier(name)))
    );
  lines.push(...each((place, name) => `${place} = ${name};`), "workgroupBarrier();");
  // one member adds up a sum, another one the next
  for (const [array, { length }] of arrays) {
    const all = length > team, sum = all ? "nth" : "member";
    lines.push(
      all ? `for (var nth = member; nth < ${length}; nth += ${team}) {` : `if (member < ${length}) {`,
      `  let first = ${sum} * ${WORKGROUP} + mine % ${groupPoints};`,
      `  var team_total = ${array}[first];`,
      `  for (var at = ${groupPoints}; at < ${WORKGROUP}; at += ${groupPoints}) { team_total += ${array}[first + at]; }`,
      `  ${array}[first] = team_total;`,
      "}",
    );
  }
  return [...lines, "workgroupBarrier();", ...each((place, name) => `${name} = ${place};`)];
}
