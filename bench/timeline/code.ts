/**
 * The code that a configuration runs, in pieces that are short enough to be read.
 *
 * @module
 */
import { kernelStages, type Spec } from "../../mod.ts";
import { projectFile } from "../measure/programs.ts";
import { innermostLoop, linesWith, shortened } from "./excerpt.ts";
import type { Configuration, ExcerptPlace } from "./ladder.ts";

/** Pieces of code. */
export interface Excerpt {
  readonly language: "typescript" | "wat" | "wgsl";
  readonly text: string;
}

/** What a target is written in. */
const LANGUAGE: Readonly<Record<Configuration["target"], Excerpt["language"]>> = {
  naive: "typescript",
  typescript: "typescript",
  wasm: "wat",
  wasm_relaxed: "wat",
  webgpu: "wgsl",
};

/** Pieces of a configuration's code, as it was generated. */
export async function excerptOf(
  { target, without }: Configuration,
  places: readonly ExcerptPlace[],
  spec: Spec,
): Promise<Excerpt> {
  const language = LANGUAGE[target], mark = language === "wat" ? ";;" : "//";
  const pieces: string[] = [];
  for (const { kernel, local } of places) {
    const source = target === "naive"
      ? (await Deno.readTextFile(projectFile("bench/naive/linear.ts"))).split("class Linear ")[1]
      : kernelStages(spec, { target, without }).get(kernel)?.source ?? "";
    const lines = local === undefined ? innermostLoop(source) : linesWith(local, source, mark);
    if (!lines || lines.length === 0) throw new Error(`kernel ${kernel} of target ${target} has no ${local ?? "loop"}`);
    const schedule = source.split("\n").filter((line) => line.startsWith(`${mark} schedule `));
    const head = target === "naive" ? [`${mark} class Linear, forward`] : [`${mark} kernel    ${kernel}`, ...schedule];
    pieces.push([...head, shortened(lines, mark)].join("\n"));
  }
  return { language, text: pieces.join("\n\n") };
}
