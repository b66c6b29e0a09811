/**
 * Node, and Bun, which has what Node has.
 *
 * @module
 */
import { builtin } from "./builtin.ts";
import { deflate, gunzip, inflate, modelOf, NodeWorker, paths, sha256, stripTypes } from "./node_shared.ts";
import type { Fault, FileInfo, Files, OpenFile, OpenMode, Platform, PlatformKind, ThreadClass } from "./platform.ts";

/** Node from version 24 on: older ones lack what the compiler uses of the language. */
export const node: PlatformKind = {
  // deno-lint-ignore no-process-global -- to import it would be an import
  runsHere: () => "process" in globalThis && typeof process.getBuiltinModule === "function",
  open,
};

/** Names of systems and processors that are others elsewhere. */
const SYSTEMS: Readonly<Record<string, string>> = { win32: "windows" };
const PROCESSORS: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

function open(): Platform {
  let files: Files | undefined;
  const { platform, arch, versions } = builtin("node:process");
  const { bun, node, v8 } = versions;
  return {
    versions: bun === undefined ? { node, v8 } : { bun },
    os: SYSTEMS[platform] ?? platform,
    arch: PROCESSORS[arch] ?? arch,
    cores: builtin("node:os").availableParallelism(),
    cpuModel: modelOf,
    prepareGpu() {},
    sha256,
    deflate,
    inflate,
    stripTypes: bun === undefined ? stripQuietly : stripInBun,
    Worker: THREADS,
    RunawayWorker: THREADS,
    get files() {
      return files ??= openFiles();
    },
  };
}

/** Node warns that it is an experiment. */
function stripQuietly(text: string): string {
  const process = builtin("node:process"), { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Bun does not have this from Node. */
function stripInBun(text: string): string {
  const { Transpiler } = (globalThis as unknown as { Bun: BunTools }).Bun;
  return new Transpiler({ loader: "ts" }).transformSync(text);
}

interface BunTools {
  readonly Transpiler: new (options: { readonly loader: "ts" }) => { transformSync(text: string): string };
}

/** Bun has workers as the web has; of those that it has from Node too, `self` hears nothing. */
const THREADS: ThreadClass = "Worker" in globalThis ? globalThis.Worker as ThreadClass : NodeWorker;

const MODES: Readonly<Record<OpenMode, string>> = { read: "r", write: "w", create: "wx" };

function openFiles(): Files {
  const fs = builtin("node:fs/promises");
  return {
    faultOf,
    stat: async (path) => infoOf(await fs.stat(path)),
    lstat: async (path) => infoOf(await fs.lstat(path)),
    realPath: (path) => fs.realpath(path),
    readLink: (path) => fs.readlink(path),
    async readFolder(path) {
      const entries = await fs.readdir(path, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
    },
    makeFolder: async (path) => void await fs.mkdir(path, { recursive: true }),
    open: async (path, mode) => openFile(await fs.open(path, MODES[mode])),
    // a buffer of Node's may be a part of a larger one
    readFile: async (path) => new Uint8Array(await fs.readFile(path)),
    async stream(path, gzipped) {
      const stream = (await fs.open(path)).createReadStream();
      return gzipped ? gunzip(stream) : stream;
    },
    writeText: (path, text) => fs.writeFile(path, text),
    rename: (from, to) => fs.rename(from, to),
    async remove(path) {
      if ((await fs.lstat(path)).isDirectory()) await fs.rmdir(path);
      else await fs.unlink(path);
    },
    howToAllow: (action, path, folder) =>
      `Node may not; start it with --allow-fs-${action}=${action === "read" ? path : folder}, or choose another path`,
    process: builtin("node:process").pid,
    ...paths(),
  };
}

type NodeFiles = ReturnType<typeof builtin<"node:fs/promises">>;
type NodeInfo = Awaited<ReturnType<NodeFiles["stat"]>>;
type NodeFile = Awaited<ReturnType<NodeFiles["open"]>>;

function infoOf(info: NodeInfo): FileInfo {
  return {
    isFile: info.isFile(),
    isDirectory: info.isDirectory(),
    isSymlink: info.isSymbolicLink(),
    isBlockDevice: info.isBlockDevice(),
    isSocket: info.isSocket(),
    isFifo: info.isFIFO(),
    size: Number(info.size),
    mtime: info.mtime,
  };
}

function openFile(file: NodeFile): OpenFile {
  return {
    async read(into) {
      const { bytesRead } = await file.read(into);
      return bytesRead === 0 && into.length > 0 ? null : bytesRead;
    },
    write: async (bytes) => (await file.write(bytes)).bytesWritten,
    sync: () => file.sync(),
    [Symbol.asyncDispose]: () => file.close(),
  };
}

const FAULTS: Readonly<Record<string, Fault>> = {
  ENOENT: "NotFound",
  EEXIST: "AlreadyExists",
  EISDIR: "IsADirectory",
  ENOTDIR: "NotADirectory",
  ELOOP: "FilesystemLoop",
  EACCES: "PermissionDenied",
  EPERM: "PermissionDenied",
  ERR_ACCESS_DENIED: "NotCapable",
};

function faultOf(error: Error): Fault | undefined {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? undefined : FAULTS[code] ?? code;
}
