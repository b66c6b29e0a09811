/**
 * A browser, or whatever else has what all of them have.
 *
 * @module
 */
import { sha256OfBytes } from "../../codegen/sha256.ts";
import type { Platform, PlatformKind, ThreadClass } from "./platform.ts";
import { store } from "./stored.ts";

/** A page or a worker of one. */
export const browser: PlatformKind = { runsHere: () => true, open };

/** What browsers tell of themselves; not all tell all of it. */
interface Navigator {
  readonly userAgent?: string;
  readonly platform?: string;
  readonly hardwareConcurrency?: number;
}

function open(): Platform {
  const { userAgent = "", platform = "", hardwareConcurrency = 1 } = (globalThis.navigator ?? {}) as Navigator;
  const [, name, version] = /(Firefox|Edg|Chrome|Version)\/([\d.]+)/.exec(userAgent) ?? [];
  return {
    versions: name === undefined ? {} : { [NAMES[name] ?? name.toLowerCase()]: version },
    os: SYSTEMS.find(([pattern]) => pattern.test(platform))?.[1] ?? "unknown",
    arch: /x86_64|Win64|x64/.test(`${platform} ${userAgent}`) ? "x86_64" : "unknown",
    cores: hardwareConcurrency,
    cpuModel: () => undefined,
    prepareGpu() {},
    sha256: sha256OfBytes,
    deflate: store,
    inflate,
    Worker: globalThis.Worker as ThreadClass,
    RunawayWorker: globalThis.Worker as ThreadClass,
    get files(): never {
      throw new Error("a browser has no files of its own");
    },
  };
}

const NAMES: Readonly<Record<string, string>> = { Edg: "edge", Version: "safari" };
const SYSTEMS = [[/Linux|Android/, "linux"], [/Mac|iP/, "darwin"], [/Win/, "windows"]] as const;

async function* inflate(bytes: Uint8Array, raw = false): AsyncGenerator<Uint8Array> {
  const unpack = new DecompressionStream(raw ? "deflate-raw" : "deflate");
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(unpack);
  const reader = stream.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
  } finally {
    // what is not wanted any more, and what is damaged, is not read to its end
    await reader.cancel().catch(() => {});
  }
}
