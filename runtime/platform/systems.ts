/**
 * What is not alike on all operating systems, in one place. Nothing here asks a system: it is told which one it is, so
 * tests ask for all of them.
 *
 * What depends on the processor are flags of the engine alone: see `v8_flags.ts`.
 *
 * @module
 */

/** A signal that asks a program to stop. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** What an operating system does in a way of its own. */
export interface System {
  /** Signals that it sends to a program that is to stop. */
  readonly stopSignals: readonly StopSignal[];
  /** What WebGPU works with. */
  readonly gpuDrivers: string;
  /** A variable without which drivers of a GPU complain, and what it may be. */
  readonly driverVariable?: readonly [name: string, value: string];
  /** A word as its shells take it. */
  quote(word: string): string;
  /** Why no file can have a path, in words; undefined where one can. */
  pathFault(path: string): string | undefined;
}

/** Words that no shell takes for anything else. */
const PLAIN = /^[\w./:=@%+,-]+$/;
/** The same on Windows, where a variable is %NAME%. */
const PLAIN_ON_WINDOWS = /^[\w./:=@+,\\-]+$/;

const POSIX: Pick<System, "stopSignals" | "quote" | "pathFault"> = {
  stopSignals: ["SIGINT", "SIGTERM"],
  quote: (word) => PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  pathFault: () => undefined,
};

/** Systems that are known, by the names of {@linkcode Platform.os}. */
const SYSTEMS: Readonly<Record<string, System>> = {
  // where no desktop has said where its sockets are, Mesa looks for them all the same, and calls that an error
  linux: { ...POSIX, gpuDrivers: "Vulkan or OpenGL", driverVariable: ["XDG_RUNTIME_DIR", "/tmp"] },
  darwin: { ...POSIX, gpuDrivers: "Metal" },
  windows: {
    // nobody can send another one
    stopSignals: ["SIGINT"],
    gpuDrivers: "DirectX 12 or Vulkan",
    // both of its shells take these; no file has one in its name
    quote: (word) => PLAIN_ON_WINDOWS.test(word) ? word : `"${word}"`,
    pathFault: windowsFault,
  },
};

/** An operating system by its name; one that is not known is taken to be like the others that are not Windows. */
export function systemOf(os: string): System {
  return SYSTEMS[os] ?? { ...POSIX, gpuDrivers: "Vulkan or OpenGL" };
}

/** Names of devices: a file has none of them, with an ending or without. */
const DEVICE = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(?:\.|$)/i;
// deno-lint-ignore no-control-regex -- it is they that are looked for
const FORBIDDEN = /[<>:"|?*\x00-\x1f]/;

/** Why Windows gives no file this path: it would be another one, or a device. */
function windowsFault(path: string): string | undefined {
  // \\?\ takes what follows as it is; then the drive
  const names = path.replace(/^[\\/]{2}[?.][\\/]/, "").replace(/^[a-z]:/i, "").split(/[\\/]/);
  for (const name of names) {
    if (name === "." || name === "..") continue;
    const shown = JSON.stringify(name);
    if (DEVICE.test(name)) return `Windows has a device of the name ${shown}; give another name`;
    if (/[. ]$/.test(name)) return `Windows leaves out the end of the name ${shown}; give one without it`;
    const [character] = FORBIDDEN.exec(name) ?? [];
    if (character !== undefined) {
      return `Windows takes no ${JSON.stringify(character)} in the name ${shown}; give another name`;
    }
  }
  return undefined;
}
