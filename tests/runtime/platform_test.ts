/** What is chosen for an operating system and a processor, asked for systems that this one is not. */
import assert from "node:assert/strict";
import { platform } from "../../runtime/platform/here.ts";
import { systemOf } from "../../runtime/platform/systems.ts";
import { canPack, flagsWhileRunning } from "../../runtime/platform/v8_flags.ts";
import { v8Flags } from "../../runtime/v8_flags.ts";

const SYSTEMS = ["linux", "darwin", "windows", "freebsd"];

Deno.test("this system is one of those that are known, and its processor has a name that flags are chosen by", () => {
  assert.equal(platform.os, Deno.build.os);
  assert.equal(platform.arch, Deno.build.arch);
});

Deno.test("signals, drivers: each system has its own", () => {
  const signals = SYSTEMS.map((os) => systemOf(os).stopSignals.join());
  assert.deepEqual(signals, ["SIGINT,SIGTERM", "SIGINT,SIGTERM", "SIGINT", "SIGINT,SIGTERM"]);
  const drivers = SYSTEMS.map((os) => systemOf(os).gpuDrivers);
  assert.deepEqual(drivers, ["Vulkan or OpenGL", "Metal", "DirectX 12 or Vulkan", "Vulkan or OpenGL"]);
  // only Mesa asks for a folder, and /tmp is on no Windows
  const variables = SYSTEMS.filter((os) => systemOf(os).driverVariable !== undefined);
  assert.deepEqual(variables, ["linux"]);
});

Deno.test("a word in a command is one word to the system's shells", () => {
  const words: readonly (readonly [word: string, posix: string, windows: string])[] = [
    ["runs/a-1.safetensors", "runs/a-1.safetensors", "runs/a-1.safetensors"],
    ["C:\\runs\\a.safetensors", "'C:\\runs\\a.safetensors'", "C:\\runs\\a.safetensors"],
    ["my runs/a", "'my runs/a'", '"my runs/a"'],
    ["it's", "'it'\\''s'", '"it\'s"'],
    ["100%", "100%", '"100%"'],
    ["$HOME", "'$HOME'", '"$HOME"'],
    ["", "''", '""'],
  ];
  for (const [word, posix, windows] of words) {
    const quoted = SYSTEMS.map((os) => systemOf(os).quote(word));
    assert.deepEqual(quoted, [posix, posix, windows, posix], word);
  }
});

Deno.test("names that Windows refuses, or takes for others, are refused there, and nowhere else", () => {
  const device = (name: string) => `Windows has a device of the name "${name}"; give another name`;
  const end = (name: string) => `Windows leaves out the end of the name "${name}"; give one without it`;
  const taken = (character: string, name: string) =>
    `Windows takes no ${JSON.stringify(character)} in the name "${name}"; give another name`;
  const refused: readonly (readonly [path: string, reason: string])[] = [
    ["generated\\con\\wasm\\plan.txt", device("con")],
    ["C:\\runs\\AUX.safetensors", device("AUX.safetensors")],
    ["nul", device("nul")],
    ["runs/com1.json", device("com1.json")],
    ["runs/lpt9.json", device("lpt9.json")],
    ["runs\\kept.", end("kept.")],
    ["runs\\kept ", end("kept ")],
    ["C:\\my.\\kept", end("my.")],
    ["runs\\a:b", taken(":", "a:b")],
    ["what?.json", taken("?", "what?.json")],
    ["\\\\server\\share\\a*b", taken("*", "a*b")],
    ["a\tb", 'Windows takes no "\\t" in the name "a\\tb"; give another name'],
  ];
  for (const [path, reason] of refused) {
    const faults = SYSTEMS.map((os) => systemOf(os).pathFault(path));
    assert.deepEqual(faults, [undefined, undefined, reason, undefined], path);
  }
  const allowed = [
    ...["C:\\runs\\kept.safetensors", "c:kept", "..\\runs\\.kept", "runs/kept.json", "\\\\server\\share\\kept"],
    ...["\\\\?\\C:\\runs\\kept", "console.json", "com.json", "com10.json", "auxiliary", "a b", "con_forward.ts", "."],
  ];
  for (const path of allowed) assert.equal(systemOf("windows").pathFault(path), undefined, path);
});

Deno.test("flags are those that the processor's V8 knows, and that the engine has a use for", () => {
  const packed = "--experimental-wasm-revectorize";
  for (const arch of ["aarch64", "riscv64", "unknown"]) {
    for (const checked of [false, true]) assert(!v8Flags(arch, checked).includes(packed), arch);
    assert.deepEqual(flagsWhileRunning({ arch, versions: { node: "26.10.0", v8: "14.6.202.34" } }), []);
  }
  assert(v8Flags("x86_64", true).includes(packed));
  const engines: readonly (readonly [versions: Record<string, string>, packs: boolean, flags: readonly string[]])[] = [
    [{ node: "26.10.0", v8: "14.6.202.34-node.19" }, true, [packed]],
    [{ node: "30.0.0", v8: "16.0.1" }, true, [packed]],
    [{ node: "25.0.0", v8: "14.1.146.11" }, false, []],
    [{ node: "24.21.0", v8: "13.6.233.17" }, false, []],
    [{ bun: "1.4.5" }, false, []],
    [{ firefox: "145.0" }, false, []],
    [{}, false, []],
    // it may have been started so; nothing can be told to it
    [{ chrome: "156.0.0.0" }, true, []],
  ];
  for (const [versions, packs, flags] of engines) {
    assert.equal(canPack(versions), packs, JSON.stringify(versions));
    assert.deepEqual(flagsWhileRunning({ arch: "x86_64", versions }), flags, JSON.stringify(versions));
  }
});
