/** Every kind of layer, loss and optimizer has every check, which is found by running them; and the page says so. */
import assert from "node:assert/strict";
import { ignore as lacksWebGpu } from "../adapter.ts";
import { COLUMNS, gapsOf, type Group, KINDS, kindsPage, PAGE, rowOf } from "../kinds_table.ts";
import { fetchOnnxRuntime } from "../onnx_models.ts";
import { width } from "../width.ts";
import { quoted, tablesOf } from "./markdown.ts";

/** One in so many kinds is tried. */
const EVERY = width(20, 4, 1);
const onnx = await fetchOnnxRuntime();
/** Checks that this machine cannot make. */
const lacking = [...lacksWebGpu ? ["webgpu"] : [], ...onnx ? [] : ["ONNX"]];
const here = (gap: string) => !lacking.some((check) => gap.endsWith(`: ${check}`));

Deno.test("the page has every kind that a spec can name, with a mark for each check", async () => {
  const gaps = (markdown: string) => {
    const tables = new Map(tablesOf(markdown).map(({ header, rows }) => [header.join(), rows]));
    return (Object.entries(COLUMNS) as [Group, readonly string[]][]).flatMap(([group, columns]) => {
      const rows = tables.get([group, ...columns].join()) ?? [];
      const types = KINDS.filter(([own]) => own === group).map(([, type]) => type);
      const missing = types.filter((type) => !rows.some(([first]) => quoted(first)[0] === type));
      const others = rows.filter(([first]) => !types.includes(quoted(first)[0])).map(([first]) =>
        `${first}, which is none`
      );
      const empty = rows.filter((cells) => cells.slice(1).some((cell) => cell !== "✓")).map(([first]) =>
        `${first}: a gap`
      );
      return [...missing, ...others, ...empty];
    });
  };
  const page = await Deno.readTextFile(PAGE);
  assert.deepEqual(gaps(page), [], "deno task kinds");
  // negative control
  assert.deepEqual(gaps(page.replace(/^\| `relu`.*\n/m, "")), ["relu"]);
  assert.deepEqual(gaps(page.replace("✓", " ")), ["`conv2d`: a gap"]);
  assert.equal(gaps(page.replace("webgpu", "opengl")).length, KINDS.filter(([group]) => group === "layer").length);
});

Deno.test(`each check was run for each kind: ${EVERY === 1 ? "all" : `one in ${EVERY}`} of them`, async () => {
  const rows = [];
  for (const [group, type] of KINDS.filter((_, i) => i % EVERY === 0)) rows.push(await rowOf(group, type, { onnx }));
  assert.deepEqual(gapsOf(rows).filter(here), []);
  if (EVERY === 1 && lacking.length === 0) {
    assert.equal(await kindsPage(rows), await Deno.readTextFile(PAGE), "deno task kinds");
  }
  // negative control: what has no operation of ONNX, and what was not found to be checked
  const mix = await rowOf("layer", "mix", { onnx });
  assert.deepEqual(gapsOf([mix]).filter(here), onnx ? ["layer mix: ONNX"] : []);
  const [{ counts, ...kind }] = rows;
  assert.deepEqual(gapsOf([{ ...kind, counts: { ...counts, "plain loops": 0 } }]).filter(here), [
    `${kind.group} ${kind.type}: plain loops`,
  ]);
});
