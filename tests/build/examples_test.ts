/** What the manual shows of bundles runs as it stands there. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { chromium, inPage } from "../chromium.ts";
import { PROJECT } from "../command_line.ts";
import { blocks } from "../docs/markdown.ts";
import { built, RUNNERS, shipped } from "./drive.ts";
import { samplesOf } from "./driver.js";

const page = await Deno.readTextFile(join(PROJECT, "docs", "bundles.md"));
const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));
await built(await shipped("lenet5"), join(folder, "lenet5"));

const [html] = blocks(page, "html"), [program] = blocks(page, "js");

/** What the page says in the end. */
const ASK = `\
export async function ask() {
  const said = document.getElementById("said");
  while (!/^it is/.test(said.textContent)) await new Promise((resolve) => setTimeout(resolve, 50));
  return said.textContent;
}
`;

Deno.test({
  name: "the page trains, and tells dark images from bright ones, isolated or not",
  ignore: !chromium,
  async fn() {
    await Deno.writeTextFile(join(folder, "index.html"), html);
    await Deno.writeTextFile(join(folder, "ask.js"), ASK);
    for (const isolated of [true, false]) {
      const { returned, thrown, messages, outside, workers } = await inPage(folder, ["ask.js", "ask"], [], {
        isolated,
      });
      assert.deepEqual([thrown, messages, outside, workers], [undefined, [], [], 0]);
      assert.match(`${returned}`, /^it is 0, by \d\d\.\d %$/);
    }
  },
});

Deno.test("the program trains and saves, and prints an epoch a line, in every engine", async () => {
  const { x, y } = samplesOf([1, 28, 28], 10, 640), said: string[] = [];
  await Deno.writeFile(join(folder, "images.bin"), x);
  await Deno.writeFile(join(folder, "labels.bin"), y);
  await Deno.writeTextFile(join(folder, "program.mjs"), program);
  for (const [engine, runner] of Object.entries(RUNNERS)) {
    if (!runner) continue;
    const [command, ...args] = runner,
      { code, stdout, stderr } = await new Deno.Command(command, {
        args: [...args, ...engine === "deno" ? ["--allow-write"] : [], "program.mjs"],
        cwd: folder,
      }).output();
    assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""], engine);
    said.push(new TextDecoder().decode(stdout));
    assert((await Deno.stat(join(folder, "lenet5.safetensors"))).size > 500_000);
    await Deno.remove(join(folder, "lenet5.safetensors"));
  }
  const epochs = said[0].trim().split("\n").map((line) => line.split(" ").map(Number));
  assert.deepEqual(epochs.map(([epoch]) => epoch), [1, 2, 3]);
  assert(epochs[2][1] < epochs[0][1], said[0]);
});
