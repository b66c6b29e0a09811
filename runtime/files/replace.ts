/**
 * What may be replaced: a file by one of its own kind. What a file is, its beginning tells, as this version and those
 * before it have written it.
 *
 * @module
 */
import { InputError, printable } from "../../codegen/error.ts";
import { parseJson } from "../../codegen/json.ts";
import { SPEC, TRAINING, VERSION } from "./checkpoint.ts";
import { platform } from "../platform/here.ts";
import type { OpenFile } from "../platform/platform.ts";
import { checkWritable, explain, infoOf, removeAbandoned } from "./files.ts";

/** A kind of file that is written, but for checkpoints. "figures": of a benchmark. */
export type FileKind = "report" | "trace" | "page" | "model" | "figures";

/** How files begin: as text, or as bytes taken as Latin-1. */
const KINDS: Readonly<Record<FileKind, { readonly words: string; readonly begins: RegExp }>> = {
  report: {
    words: "report of a run",
    // before there were dates, the net came first
    begins: /^\s*\{\s*(?:"date"\s*:\s*"[^"]*"\s*,\s*)?"net"\s*:\s*"[^"]*"\s*,\s*"target"\s*:/,
  },
  trace: {
    words: "trace of a profile",
    begins: /^\s*\{\s*"displayTimeUnit"\s*:\s*"[mn]s"\s*,\s*"traceEvents"\s*:\s*\[\s*\{\s*"ph"\s*:\s*"M"\s*,/,
  },
  page: {
    words: "page of a report",
    // before there was a mark, the title told
    begins: new RegExp(
      '^<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n' +
        '(?:<meta name="generator" content="Kernelwright">|(?:<meta [^>]*>\n)*<title>[^<]*: training report</title>)',
    ),
  },
  // deno-lint-ignore no-control-regex -- the version of its structure, and its producer
  model: { words: "ONNX model of this program", begins: /^\x08[\x00-\x7f]\x12\x0cKernelwright/ },
  figures: {
    words: "file of a benchmark",
    begins:
      /^\s*\{\s*(?:"deno"|"date"\s*:\s*"[^"]*"\s*,\s*"machine"|"net"\s*:\s*"[^"]*"\s*,\s*"(?:date|batchSize)")\s*:/,
  },
};

/** Bytes of a beginning that are looked at: a net's name, in the title of its page, has at most some hundreds. */
const BEGINNING = 2 ** 14;

/** What a file in safetensors has, in words. */
const TENSORS = {
  run: "has the state of a run",
  weights: "is a checkpoint",
  foreign: "has another program's weights",
} as const;
/** Longest beginning of a header that is looked at, in bytes. */
const LONGEST_HEADER = 2 ** 24;

/** Tensors: whose, and of which net where it is a checkpoint that can be read. */
interface TensorsFound {
  readonly tensors: keyof typeof TENSORS;
  readonly net?: string;
}

/**
 * Makes sure, before a run, that checkpoints can be written, and removes what a killed run has left of one.
 *
 * @param wanted `weightsOnly`: whether what is written has no state of a run: it does not replace what has one. `net`:
 * the net that is trained anew: it does not replace a checkpoint of another one.
 * @throws {InputError} saying why they cannot, or what would be lost.
 */
export async function prepareCheckpoint(
  path: string,
  { weightsOnly = false, net }: { readonly weightsOnly?: boolean; readonly net?: string } = {},
): Promise<void> {
  await checkWritable(path);
  const found = await contentsOf(path);
  if (typeof found === "string") throw kept(path, "is no checkpoint");
  if (found && (found.tensors === "foreign" || weightsOnly && found.tensors === "run")) {
    throw kept(path, TENSORS[found.tensors]);
  }
  if (found?.net !== undefined && net !== undefined && found.net !== net) {
    throw new InputError(
      `"${path}" is there, and is a checkpoint of net "${printable(found.net)}", while "${
        printable(net)
      }" is trained; ` +
        "give another name, remove it, or go on from it with --resume",
    );
  }
  await removeAbandoned(path);
}

/**
 * Makes sure, before what it has is computed, that a file can be written, and that it replaces at most one of its kind,
 * or an empty one.
 *
 * @throws {InputError} saying why it cannot, or what would be lost.
 */
export async function prepareFile(path: string, kind: FileKind): Promise<void> {
  await checkWritable(path);
  const found = await contentsOf(path);
  if (found === undefined) return;
  if (typeof found !== "string") throw kept(path, TENSORS[found.tensors]);
  if (!KINDS[kind].begins.test(found)) throw kept(path, `is no ${KINDS[kind].words}`);
}

/** Whether there is a file that is not empty, and that writing would replace. */
export async function holdsSomething(path: string): Promise<boolean> {
  const info = await infoOf(path);
  return info !== undefined && info.isFile && info.size > 0;
}

function kept(path: string, what: string): InputError {
  return new InputError(`"${path}" is there, and ${what}; give another name, or remove it`);
}

/**
 * What a file has: tensors, or the beginning of anything else; nothing if there is none, or it is empty.
 *
 * @throws {InputError} when it cannot be read.
 */
async function contentsOf(path: string): Promise<TensorsFound | string | undefined> {
  if (!await holdsSomething(path)) return;
  try {
    const { size } = await platform.files.stat(path);
    await using file = await platform.files.open(path, "read");
    const start = await readUpTo(file, BEGINNING), rest = start.subarray(8);
    // a file in safetensors begins with the length of its header, which is JSON
    const length = start.length < 8 ? 0n : new DataView(start.buffer).getBigUint64(0, true);
    if (length > 0n && length <= BigInt(size - 8) && new TextDecoder().decode(rest).startsWith("{")) {
      const bytes = Math.min(Number(length), LONGEST_HEADER),
        more = await readUpTo(file, Math.max(0, bytes - rest.length));
      return tensorsOf(await new Blob([rest.subarray(0, bytes), more]).text());
    }
    return new TextDecoder("latin1").decode(start);
  } catch (error) {
    throw explain(error, "read", path);
  }
}

/** The next bytes of a file, fewer where it ends. */
async function readUpTo(file: OpenFile, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (let count; at < bytes && (count = await file.read(all.subarray(at))) !== null;) at += count;
  return all.subarray(0, at);
}

function tensorsOf(header: string): TensorsFound {
  if (!header.includes(`"${VERSION}"`)) return { tensors: "foreign" };
  const tensors = header.includes(`"${TRAINING}"`) ? "run" : "weights";
  try {
    // deno-lint-ignore no-explicit-any
    const { name } = parseJson((parseJson(header) as any).__metadata__[SPEC]) as { name?: unknown };
    return typeof name === "string" ? { tensors, net: name } : { tensors };
  } catch {
    // it is damaged: of which net it was, nobody knows
    return { tensors };
  }
}
