/**
 * The V8 flags that are right for a machine: V8 refuses to start with one it does not know, and the one that packs vectors
 * is only known on x64.
 *
 * @module
 */
import type { Platform } from "./platform.ts";

/** Pairs of 128-bit vectors become one of 256 bits. */
const PACKED = "--experimental-wasm-revectorize";
/**
 * Memory accesses of WebAssembly are not checked: a module is compiled only when its bytes were proven, see ARCHITECTURE.md.
 * It is for Deno, which installs no trap handler; engines that have one check for nothing, and get no flag.
 */
const UNCHECKED = "--no-wasm-bounds-checks";
/**
 * Megabytes in which new objects of JavaScript lie, at most, in place of 16: what the compiler leaves there would stay until
 * training has the most memory.
 */
const NURSERY = "--max-semi-space-size=8";

/** V8 flags for a kind of processor. `checked`: bounds checks stay on. `packed`: pairs of vectors become one. */
export function v8Flags(arch: string, checked: boolean, packed = true): string {
  return [...arch === "x86_64" && packed ? [PACKED] : [], ...checked ? [] : [UNCHECKED], NURSERY].join(",");
}

/** The first V8 that was seen to pack, in Node 26: 13.6, in Node 24, knows the flag and does not. */
const PACKING_V8 = [14, 6] as const;

/** Whether an engine packs at all, as far as its versions tell. */
export function canPack({ v8, chrome, edge }: Platform["versions"]): boolean {
  if (v8 === undefined) return (chrome ?? edge) !== undefined;
  const [major, minor] = v8.split(".").map(Number), [least, leastMinor] = PACKING_V8;
  return major > least || (major === least && minor >= leastMinor);
}

/**
 * V8 flags that an engine with trap handlers is given while it runs, before it compiles anything: its checks cost
 * nothing and stay on.
 */
export function flagsWhileRunning({ arch, versions }: Pick<Platform, "arch" | "versions">): string[] {
  return arch === "x86_64" && versions.v8 !== undefined && canPack(versions) ? [PACKED] : [];
}

/** Prints them for this machine, as the words on the command line say. */
export function printV8Flags(): void {
  const [checked, unpacked] = ["checked", "unpacked"].map((word) => Deno.args.includes(word));
  console.log(v8Flags(Deno.build.arch, checked, !unpacked));
}
