/** Modules are assembled without WebAssembly, to the bytes that another assembler makes of the same text. */
import assert from "node:assert/strict";
import wabt from "wabt";
import { compile, parseSpec, targets } from "../../mod.ts";
import { binaryOf } from "../../runtime/backends/threads/load.ts";
import { randomSpec } from "../random_spec.ts";
import { width } from "../width.ts";

const { parseWat } = await wabt();

/** The same text through the reference toolkit. */
function reference(text: string): Uint8Array {
  const module = parseWat("module.wat", text, { simd: true, relaxed_simd: true, threads: true });
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

const WASM = targets.filter(({ entry }) => entry === "module.wat").map(({ name }) => name);
const SHIPPED = width(["mnist_mlp"], ["mnist_cnn", "lenet5", "mnist_mlp"]).map((name) =>
  JSON.parse(Deno.readTextFileSync(new URL(`../../specs/${name}.json`, import.meta.url)))
);
const RANDOM = width(8, 40);

Deno.test("a second assembler makes the same bytes of the modules of shipped and random nets", async () => {
  let ran = 0;
  for (const json of [...SHIPPED, ...Array.from({ length: RANDOM }, (_, i) => randomSpec(i + 1))]) {
    const spec = parseSpec(json);
    for (const target of WASM) {
      const text = compile(spec, { target }).files["module.wat"];
      const binary = await binaryOf(text);
      assert(WebAssembly.validate(binary), `${spec.name}, ${target}`);
      assert.deepEqual(binary, reference(text), `${spec.name}, ${target}`);
      ran++;
    }
  }
  assert.equal(ran, (SHIPPED.length + RANDOM) * WASM.length);
  assert.equal(WASM.length, 2);
});

Deno.test("numbers are assembled to the nearest there are", async () => {
  const floats = [
    0.1,
    -0.1,
    1e-45,
    1.1754943508222875e-38,
    3.4028234663852886e38,
    1 / 3,
    Math.fround(1 / 3),
    2 ** -149,
    1e-8,
  ];
  const integers = [0, -1, 2 ** 31 - 1, -(2 ** 31), 63, 64, 127, 128, -64, -65];
  const function_ = (type: string, value: number | string) => `(func (result ${type}) (${type}.const ${value}))`;
  const text = `(module ${
    [...floats.map((x) => function_("f32", x)), function_("f32", "-inf"), ...integers.map((x) => function_("i32", x))]
      .join("\n")
  })`;
  assert.deepEqual(await binaryOf(text), reference(text));
});

Deno.test("negative control: another constant, another place or another instruction are other bytes", async () => {
  const text = compile(parseSpec(SHIPPED.at(-1)), { target: "wasm" }).files["module.wat"], right = reference(text);
  for (
    const [from, to] of [["offset=64", "offset=68"], ["f32x4.add", "f32x4.sub"], ["(i32.const 0)", "(i32.const 1)"]]
  ) {
    assert(text.includes(from), from);
    assert.notDeepEqual(await binaryOf(text.replace(from, to)), right, from);
  }
});
