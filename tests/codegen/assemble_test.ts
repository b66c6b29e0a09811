/** Modules are assembled without WebAssembly, to the bytes that another assembler makes of the same text. */
import assert from "node:assert/strict";
import wabt from "wabt";
import { compile, parseSpec, targets } from "../../mod.ts";
import { binaryOf } from "../../runtime/backends/threads/assembler/module.ts";
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

Deno.test("a second assembler makes the same bytes of the modules of shipped and random nets", () => {
  let ran = 0;
  for (const json of [...SHIPPED, ...Array.from({ length: RANDOM }, (_, i) => randomSpec(i + 1))]) {
    const spec = parseSpec(json);
    for (const target of WASM) {
      const text = compile(spec, { target }).files["module.wat"];
      const binary = binaryOf(text);
      assert(WebAssembly.validate(binary), `${spec.name}, ${target}`);
      assert.deepEqual(binary, reference(text), `${spec.name}, ${target}`);
      ran++;
    }
  }
  assert.equal(ran, (SHIPPED.length + RANDOM) * WASM.length);
  assert.equal(WASM.length, 2);
});

Deno.test("numbers are assembled to the nearest there are", () => {
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
  assert.deepEqual(binaryOf(text), reference(text));
});

Deno.test("negative control: another constant, another place or another instruction are other bytes", () => {
  const text = compile(parseSpec(SHIPPED.at(-1)), { target: "wasm" }).files["module.wat"], right = reference(text);
  for (
    const [from, to] of [["offset=64", "offset=68"], ["f32x4.add", "f32x4.sub"], ["(i32.const 0)", "(i32.const 1)"]]
  ) {
    assert(text.includes(from), from);
    assert.notDeepEqual(binaryOf(text.replace(from, to)), right, from);
  }
});

Deno.test("what is not read is refused, with its line", () => {
  const refused: [text: string, message: RegExp][] = [
    ["(func (f64.sqrt))", /line 2 .*unknown instruction f64.sqrt/],
    ["(func (drop))", /unknown instruction drop/],
    ["(func (local.get $x))", /unknown name \$x/],
    ["(func (call $later)) (func $later)", /unknown name \$later/],
    ["(func (loop $a) (br $a))", /unknown label \$a/],
    ["(func (local $x i32) (local $x i32))", /\$x is there twice/],
    ["(func (param i32))", /i32 is no name/],
    ["(func (local $x f64))", /unknown type f64/],
    ["(func (result i32) (i32.const one))", /one is no number/],
    ["(func (result i32) (i32.load align=1 (i32.const 0)))", /expected \(/],
    ["(table 1 funcref)", /unknown field table/],
    ["(func (return)", /expected \(/],
  ];
  for (const [text, message] of refused) assert.throws(() => binaryOf(`(module\n${text})`), message, text);
  assert.throws(() => binaryOf("module"), /line 1 .*expected \(/);
});
