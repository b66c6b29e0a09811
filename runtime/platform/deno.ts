/**
 * Deno.
 *
 * @module
 */
import { builtin } from "./builtin.ts";
import { deflate, gunzip, inflate, modelOf, NodeWorker, paths, sha256, stripTypes } from "./node_shared.ts";
import type { Fault, Files, OpenMode, Platform, PlatformKind, ThreadClass } from "./platform.ts";
import { systemOf } from "./systems.ts";

/** Deno, of a version that `engine_version.ts` does not refuse. */
export const deno: PlatformKind = { runsHere: () => "Deno" in globalThis, open };

function open(): Platform {
  let files: Files | undefined;
  return {
    versions: Deno.version,
    os: Deno.build.os,
    arch: Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    cpuModel: () => isGranted({ name: "sys", kind: "cpus" }) ? modelOf() : undefined,
    prepareGpu: quietDrivers,
    sha256,
    deflate,
    inflate,
    stripTypes,
    Worker: globalThis.Worker as ThreadClass,
    // Deno ends the workers that it has from Node even in an endless loop, but not its own
    RunawayWorker: NodeWorker,
    get files() {
      return files ??= openFiles();
    },
  };
}

/** Whether something is allowed: nobody is asked. */
function isGranted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}

/** Drivers of a GPU are given the variable without which they complain. */
function quietDrivers(): void {
  const [variable, value] = systemOf(Deno.build.os).driverVariable ?? [];
  if (variable === undefined || !isGranted({ name: "env", variable }) || Deno.env.has(variable)) return;
  Deno.env.set(variable, value!);
}

const MODES: Readonly<Record<OpenMode, Deno.OpenOptions>> = {
  read: { read: true },
  write: { write: true, create: true, truncate: true },
  create: { write: true, createNew: true },
};

function openFiles(): Files {
  return {
    faultOf,
    stat: (path) => Deno.stat(path),
    lstat: (path) => Deno.lstat(path),
    realPath: (path) => Deno.realPath(path),
    readLink: (path) => Deno.readLink(path),
    readFolder: (path) => Array.fromAsync(Deno.readDir(path)),
    makeFolder: (path) => Deno.mkdir(path, { recursive: true }),
    open: (path, mode) => Deno.open(path, MODES[mode]),
    readFile: (path) => Deno.readFile(path),
    async stream(path, gzipped) {
      const { readable } = await Deno.open(path);
      return gzipped ? gunzip(builtin("node:stream").Readable.from(readable)) : readable;
    },
    writeText: (path, text) => Deno.writeTextFile(path, text),
    rename: (from, to) => Deno.rename(from, to),
    remove: (path) => Deno.remove(path),
    howToAllow: (action, path, folder) =>
      action === "read"
        ? `Deno may not; start it with --allow-read=${path}, or choose another path`
        : `Deno may not; choose a path below runs/, where tasks may write, or start it by "deno run" with --allow-write=${folder}`,
    process: Deno.pid,
    ...paths(),
  };
}

/** Faults by the names of Deno's errors; others have the system's own word. */
const FAULTS: readonly string[] = [
  ...["NotFound", "AlreadyExists", "IsADirectory", "NotADirectory", "FilesystemLoop"],
  ...["PermissionDenied", "NotCapable"],
] satisfies Fault[];

function faultOf(error: Error): Fault | undefined {
  return FAULTS.includes(error.name) ? error.name : (error as NodeJS.ErrnoException).code;
}
