/** A target is one folder: one that prints C, made here of one file, is proven, compiled by gcc, and right. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { compileTarget, plan } from "../../codegen/compile.ts";
import { interpretKernel, type Storages } from "../../codegen/ir/interpret.ts";
import { loadSpec, registry } from "../../mod.ts";
import { c } from "../c_target.ts";
import { makeArena } from "../interpreted.ts";

const run = async (program: string, ...args: string[]) => {
  const { success, stderr } = await new Deno.Command(program, { args, stdout: "null" }).output();
  assert(success, new TextDecoder().decode(stderr));
};
const gcc = await run("gcc", "--version").then(() => true, () => false);

const ARRAY = { f32: Float32Array, i32: Int32Array, u32: Uint32Array, u8: Uint8Array };

/** A program that reads the memory and the run's tensors from a file, takes one step, and writes the memory back. */
const main = (memory: number, rows: readonly number[]) => `
#include <stdio.h>
#include "net.c"
static char memory[${memory}] __attribute__((aligned(64)));
${rows.map((bytes, i) => `static char row_${i}[${bytes}] __attribute__((aligned(64)));`).join("\n")}
int main(int count, char **names) {
  char *rows[] = {${rows.map((_, i) => `row_${i}`).join(", ")}};
  FILE *file = fopen(names[1], "r+");
  size_t read = fread(memory, 1, sizeof memory, file);
${rows.map((_, i) => `  read += fread(row_${i}, 1, sizeof row_${i}, file);`).join("\n")}
  evaluate(memory, rows, 0);
  rewind(file);
  return fwrite(memory, 1, sizeof memory, file) == sizeof memory ? fclose(file) : 1;
}
`;

Deno.test({
  name: "mnist_cnn forward in C is what its kernels say",
  ignore: !gcc,
  async fn() {
    const spec = await loadSpec("specs/mnist_cnn.json"), planned = plan(spec, registry, { predict: true });
    const { plan: { tensors, evaluate, arenaBytes, graph } } = planned, output = `${graph.output}.output`;
    const { files } = compileTarget(planned, c), arena = makeArena(planned.plan, spec);
    const memory = new Uint8Array(arenaBytes), rows: Uint8Array<ArrayBuffer>[] = [];
    for (const { name, dtype, offset, role, alias } of Object.values(tensors)) {
      const bytes = new Uint8Array(ARRAY[dtype].from(arena[name]).buffer);
      if (role === "run") rows.push(bytes);
      else if (alias === undefined) memory.set(bytes, offset);
    }
    const folder = await Deno.makeTempDir(), at = (name: string) => join(folder, name);
    try {
      await Deno.writeTextFile(at("net.c"), files["net.c"]);
      await Deno.writeTextFile(at("main.c"), main(arenaBytes, rows.map(({ length }) => length)));
      await Deno.writeFile(at("memory"), new Uint8Array(await new Blob([memory, ...rows]).arrayBuffer()));
      await run("gcc", "-O2", "-ffp-contract=off", "-o", at("main"), at("main.c"), "-lm");
      await run(at("main"), at("memory"));
      const { buffer } = await Deno.readFile(at("memory"));

      for (const { kernel, bindings } of evaluate.kernels) {
        const own = Object.entries(bindings).map(([symbol, name]) => [symbol, arena[name]]);
        interpretKernel(kernel, Object.fromEntries(own) as Storages);
      }
      const expected = [...arena[output]], largest = Math.max(...expected.map(Math.abs));
      const found = new Float32Array(buffer, tensors[output].offset, expected.length);
      assert(expected.length === 640 && largest > 0.1, `${expected.length} outputs up to ${largest}`);
      for (const [i, value] of expected.entries()) assert(Math.abs(found[i] - value) < 1e-5 * largest, `${i}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
