/**
 * How a WebAssembly step runs a chain: a loop over blocks of rows, around the calls of its kernels.
 *
 * @module
 */
import type { Writer } from "../../print/writer.ts";
import type { PrintedChain, ScratchPlace } from "../target.ts";

/** Locals of a step that has chains: the first row of a block, that of the next one, and the end of this thread's share. */
export const CHAIN_LOCALS = "(local $row i32) (local $next i32) (local $last i32)";

/** What a module with scratch memory imports, and the function that says where a tensor in it would begin. */
export const SCRATCH: readonly string[] = [
  ";; scratch memory of this thread",
  '(import "team" "scratch" (global $scratch i32))',
  ";; where a tensor in scratch memory would begin, if all rows before a block's first were there too: in elements of four",
  ";; bytes",
  "(func $place (param $offset i32) (param $elements i32) (param $row i32) (result i32)",
  "  (i32.sub (i32.shr_u (i32.add (global.get $scratch) (local.get $offset)) (i32.const 2))",
  "    (i32.mul (local.get $elements) (local.get $row))))",
];

const share = (local: string, blocks: number, thread: string, block: number) =>
  `(local.set $${local} (i32.mul (call $share (i32.const ${blocks}) ${thread}) (i32.const ${block})))`;
const place = ({ offset, row }: ScratchPlace) =>
  ` (call $place (i32.const ${offset}) (i32.const ${row / 4}) (local.get $row))`;

/** The lines of a chain, without indentation. */
function linesOf({ kernels, blocks, block, scratch }: PrintedChain): string[] {
  return [
    `;; on ${block} of ${blocks * block} rows at a time`,
    share("row", blocks, "(global.get $thread)", block),
    share("last", blocks, "(i32.add (global.get $thread) (i32.const 1))", block),
    "(loop $blocks (if (i32.lt_s (local.get $row) (local.get $last)) (then",
    `(local.set $next (i32.add (local.get $row) (i32.const ${block})))`,
    ...kernels.map((name, i) =>
      `(call $${name} (local.get $step) (local.get $row) (local.get $next)${scratch[i].map(place).join("")})`
    ),
    `(local.set $row (i32.add (local.get $row) (i32.const ${block}))) (br $blocks))))`,
  ];
}

/** Writes a chain into a step. */
export function printChain(chain: PrintedChain, writer: Writer): void {
  const lines = linesOf(chain);
  for (const line of lines.slice(0, 3)) writer.line(line);
  writer.block(lines[3], () => {
    for (const line of lines.slice(4, -1)) writer.line(line);
  }, lines.at(-1)!);
}

const HEAD = /^;; on (\d+) of (\d+) rows at a time$/, CALL = /^\(call \$(\w+) /;
const PLACE = /\(call \$place \(i32\.const (\d+)\) \(i32\.const (\d+)\) \(local\.get \$row\)\)/g;

/**
 * The chain that lines have from one on: it would be printed as they are, word for word.
 *
 * @returns and how many lines it has; undefined if there is none.
 */
export function readChain(
  lines: readonly string[],
  from: number,
): { chain: PrintedChain; length: number } | undefined {
  const [, block, rows] = HEAD.exec(lines[from])?.map(Number) ?? [];
  if (block === undefined) return undefined;
  const calls: string[] = [];
  for (let i = from + 5; CALL.test(lines[i] ?? ""); i++) calls.push(lines[i]);
  const chain: PrintedChain = {
    kernels: calls.map((line) => CALL.exec(line)![1]),
    blocks: rows / block,
    block,
    scratch: calls.map((line) =>
      [...line.matchAll(PLACE)].map(([, offset, row]) => ({ offset: Number(offset), row: 4 * Number(row) }))
    ),
  };
  const printed = linesOf(chain);
  return printed.every((line, i) => line === lines[from + i]) ? { chain, length: printed.length } : undefined;
}
