/** What a net holds does not grow over 50 trainings and 40,000 steps; closed while it trains, it leaves no worker. */
import assert from "node:assert/strict";
import { PROJECT } from "../command_line.ts";

/**
 * How much larger memory may be at the end than after the first parts: an engine whose other threads are busy makes fast
 * code late, and keeps some 17 MB for that.
 */
const GROWTH = 1.2;

interface Figures {
  readonly trainings: readonly number[];
  readonly steps: readonly number[];
  readonly opened: readonly number[];
  readonly open: number;
  readonly left: number;
}

async function figures(...args: string[]): Promise<Figures> {
  const permissions = ["--no-prompt", "--allow-env=XDG_RUNTIME_DIR", "--allow-read", "--allow-run=cat,ls"];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--v8-flags=--expose-gc", ...permissions, "tests/net_leaks.ts", ...args],
    cwd: PROJECT,
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, error);
  return JSON.parse(out);
}

/** What has grown from the first third of the parts to the last. */
function grown(all: Figures): string[] {
  const most = (values: readonly number[]) => Math.max(...values);
  return (["trainings", "steps", "opened"] as const).filter((name) => {
    const values = all[name], third = Math.ceil(values.length / 3);
    return most(values.slice(-third)) > GROWTH * most(values.slice(0, third));
  });
}

Deno.test("memory stays flat over trainings and steps, and no worker is left", async () => {
  const all = await figures();
  assert.deepEqual(grown(all), [], JSON.stringify(all));
  if (Deno.build.os === "linux") assert.deepEqual([all.open, all.left], [2, 0]);
  else console.log("net_leaks: workers are counted on Linux only");
});

Deno.test("negative control: what is kept, and a net that is not closed, are noticed", async () => {
  const all = await figures("leak");
  assert(grown(all).includes("steps"), JSON.stringify(all));
  if (Deno.build.os === "linux") assert(all.left >= 2, `${all.left} workers`);
});
