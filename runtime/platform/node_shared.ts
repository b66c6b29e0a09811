/**
 * What Deno and Bun have from Node.
 *
 * @module
 */
import { builtin } from "./builtin.ts";
import type { Files, Thread } from "./platform.ts";

/** See {@linkcode Platform.sha256}. */
export function sha256(pieces: Iterable<Uint8Array>): string {
  const hash = builtin("node:crypto").createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/** See {@linkcode Platform.deflate}. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return builtin("node:zlib").deflateSync(bytes);
}

/** See {@linkcode Platform.inflate}. */
export function inflate(bytes: Uint8Array, raw = false): AsyncIterable<Uint8Array> {
  const { createInflate, createInflateRaw } = builtin("node:zlib"), stream = raw ? createInflateRaw() : createInflate();
  stream.end(bytes);
  return stream;
}

/** Unpacks a stream. zlib tells one cut short from a damaged one; DecompressionStream does not. */
export function gunzip(packed: NodeJS.ReadableStream): AsyncIterable<Uint8Array> {
  // the iteration reports errors, so the callback has nothing to do
  return builtin("node:stream").pipeline(packed, builtin("node:zlib").createGunzip(), () => {});
}

/** See {@linkcode Platform.stripTypes}. */
export function stripTypes(text: string): string {
  return builtin("node:module").stripTypeScriptTypes(text);
}

/** The processor's model. */
export function modelOf(): string | undefined {
  return builtin("node:os").cpus()[0]?.model;
}

/** Paths. */
export function paths(): Pick<Files, "join" | "dirname" | "basename" | "isAbsolute" | "absolute" | "fromUrl"> {
  const { join, dirname, basename, isAbsolute, resolve } = builtin("node:path");
  return {
    join,
    dirname,
    basename,
    isAbsolute,
    absolute: (path) => resolve(path),
    fromUrl: builtin("node:url").fileURLToPath,
  };
}

/** A worker of Node's as one of the web. */
export class NodeWorker implements Thread {
  onmessage: Thread["onmessage"] = null;
  onerror: Thread["onerror"] = null;
  readonly #worker: InstanceType<ReturnType<typeof builtin<"node:worker_threads">>["Worker"]>;

  /** Starts it. */
  constructor(module: URL) {
    this.#worker = new (builtin("node:worker_threads").Worker)(module);
    this.#worker.on("message", (data) => this.onmessage?.call(this as never, { data } as MessageEvent));
    this.#worker.on("error", (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      this.onerror?.call(this as never, { message, preventDefault() {} } as ErrorEvent);
    });
  }

  /** See {@linkcode Thread}. */
  postMessage(message: unknown): void {
    this.#worker.postMessage(message);
  }

  /** See {@linkcode Thread}. */
  terminate(): void {
    this.#worker.terminate();
  }
}
