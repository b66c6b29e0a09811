/**
 * What the program asks of where it runs. Nothing else in `runtime/`, and nothing in the compiler, names Deno, Node or a
 * browser; what all of them have alike (WebAssembly, `performance`, `crypto.subtle`, `navigator.gpu`) needs no place here.
 *
 * A new platform is one file that exports a {@linkcode PlatformKind}, and its line in `here.ts`.
 *
 * @module
 */

/** A platform, before it is known whether this is it. */
export interface PlatformKind {
  /** Whether the program runs there. The first kind of the list in `here.ts` that says so is taken. */
  runsHere(): boolean;
  /** Called once, there only. */
  open(): Platform;
}

/** Where the program runs. */
export interface Platform {
  /** Versions by name: of the program that runs it, its engine, and what else counts. */
  readonly versions: Readonly<Record<string, string>>;
  /** The operating system: linux, darwin, windows, or another name in small letters. */
  readonly os: string;
  /** The kind of processor: x86_64, aarch64, or another name in small letters. */
  readonly arch: string;
  /** Threads that the machine runs at once, at least 1. */
  readonly cores: number;
  /** The processor's model, where it may be asked for without a question to the user. */
  cpuModel(): string | undefined;
  /** Called before a GPU is asked for: tells drivers what they need to know. */
  prepareGpu(): void;
  /** SHA-256 of bytes, given in pieces, in 64 hexadecimal digits: the fastest that there is. */
  sha256(pieces: Iterable<Uint8Array>): string;
  /** Bytes packed in zlib's format; how small they become is left to the platform. */
  deflate(bytes: Uint8Array): Uint8Array;
  /**
   * What bytes in zlib's format unpack to, piece by piece; ending the iteration ends the work.
   *
   * @param raw they are in deflate's own format, without zlib's header and checksum.
   * @throws {Error} when they are damaged.
   */
  inflate(bytes: Uint8Array, raw?: boolean): AsyncIterable<Uint8Array>;
  /** A module's text without its types; what is left stands where it stood. Absent where nothing can do that. */
  readonly stripTypes?: (text: string) => string;
  /**
   * Starts a thread that runs a module: `new Worker(new URL("./worker.ts", import.meta.url), { type: "module" })`. It is
   * written in just this form, by which bundlers know that the module is a program of its own; who started it, `parent.ts`
   * tells.
   */
  readonly Worker: ThreadClass;
  /** The same for code that may hang: terminate() ends it even in an endless loop. */
  readonly RunawayWorker: ThreadClass;
  /**
   * Files and paths.
   *
   * @throws {Error} where there are none.
   */
  readonly files: Files;
}

/** A thread, from the side of who started it: a web worker. */
export type Thread = Pick<Worker, "onmessage" | "onerror" | "postMessage" | "terminate">;
/** What starts threads. */
export type ThreadClass = new (module: URL, options: { readonly type: "module" }) => Thread;

/**
 * Why a file cannot be had: one of these, or else the system's own word, such as ENOSPC. NotCapable: the user has not
 * given the program the right to.
 */
export type Fault =
  | ("NotFound" | "AlreadyExists" | "IsADirectory" | "NotADirectory" | "FilesystemLoop")
  | ("PermissionDenied" | "NotCapable")
  | (string & Record<never, never>);

/** What there is at a path. */
export interface FileInfo {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
  /** Null where the system does not tell. */
  readonly isBlockDevice: boolean | null;
  readonly isSocket: boolean | null;
  readonly isFifo: boolean | null;
  /** In bytes. */
  readonly size: number;
  /** When it was last written to. */
  readonly mtime: Date | null;
}

/** An entry of a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** An open file; leaving its scope closes it: `await using file = ...`. */
export type OpenFile = (Disposable | AsyncDisposable) & {
  /** Reads the next bytes, up to as many as there is room for. Returns how many, or null at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes bytes at the end of what was written. Returns how many: it may be fewer than were given. */
  write(bytes: Uint8Array): Promise<number>;
  /** Returns when all is on the disk. */
  sync(): Promise<void>;
};

/**
 * What a file is opened for. "write": one that is made, or made empty. "create": one that must not be there yet. A folder
 * can be opened for "read", to be synced.
 */
export type OpenMode = "read" | "write" | "create";

/** Files, with the system's own errors, which {@linkcode Files.faultOf} names. */
export interface Files {
  /** What was thrown by one of the others, in a word; undefined when it is nothing that a system says. */
  faultOf(error: Error): Fault | undefined;
  /** What there is at a path, links followed. */
  stat(path: string): Promise<FileInfo>;
  /** What there is at a path, a link as it is. */
  lstat(path: string): Promise<FileInfo>;
  /** The path without links; it must be there. */
  realPath(path: string): Promise<string>;
  /** What a link says. */
  readLink(path: string): Promise<string>;
  /** All entries of a folder, in no order. */
  readFolder(path: string): Promise<FolderEntry[]>;
  /** Makes a folder and those it is in, where they are not there. */
  makeFolder(path: string): Promise<void>;
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  /** All bytes of a file. */
  readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * A file's bytes, piece by piece, unpacked by gzip if need be; ending the iteration closes it.
   *
   * @throws {Error} whose `code` is Z_BUF_ERROR where packed bytes end too early, Z_DATA_ERROR where they are damaged.
   */
  stream(path: string, gzipped: boolean): Promise<AsyncIterable<Uint8Array>>;
  writeText(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, or an empty folder. */
  remove(path: string): Promise<void>;
  /** What is wrong where a fault is NotCapable, in words, and what to do. `folder`: that of the path. */
  howToAllow(action: "read" | "write", path: string, folder: string): string;
  /** Number of this process: no other one has it at this time. */
  readonly process: number;

  /** Paths, as this system writes them. */
  join(...parts: string[]): string;
  dirname(path: string): string;
  basename(path: string): string;
  isAbsolute(path: string): boolean;
  /** A path as seen from the root, not from the current folder. */
  absolute(path: string): string;
  /** The path of a file's URL. */
  fromUrl(url: URL | string): string;
}
