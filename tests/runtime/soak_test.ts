/** What a run holds is given back: the task `soak`, shorter. */
import assert from "node:assert/strict";
import { PROJECT, taskArguments } from "../command_line.ts";
import { QUICK } from "../width.ts";

/** Epochs, and runs in one process. The task has 50 and 100. */
const SHORT = ["15", "24"];

async function soak(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments("soak"), ...args],
    cwd: PROJECT,
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, error };
}

Deno.test("memory, open files, threads and buffers stay flat over epochs and over runs", async () => {
  const { code, out, error } = await soak(...SHORT);
  assert.equal(code, 0, out + error);
  const lines = out.trimEnd().split("\n").filter((line) => line.includes(": memory "));
  assert(lines.length >= 4 && !out.includes("grew"), out);
});

Deno.test("negative control: memory that is kept, files that stay open and workers that are not ended are noticed", {
  ignore: QUICK,
}, async () => {
  const { code, out } = await soak(...SHORT, "leak");
  assert.equal(code, 1, out);
  assert.match(out, /^wasm, 15 epochs, each saved: .*: memory, (threads, )?open files grew$/m);
  assert.match(out, /^24 runs in one process: .*: memory, workers(, threads)?(, open files)? grew$/m);
});
