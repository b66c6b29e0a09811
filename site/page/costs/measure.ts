/// <reference lib="dom" />
/**
 * Rungs are measured, each in a worker of its own: what the engine has learnt of one helps no other, and ending the worker
 * ends all that it does.
 *
 * @module
 */
import { connect } from "../../workers/calls.ts";
import type { PackedImages, Phase, Refused, RungMethods, RungOutcome } from "../../workers/rung_methods.ts";
import { dataAddress, loaded } from "../files.ts";
import type { Rung, Story } from "./story.ts";

/**
 * Measures a rung.
 *
 * @param onPhase told what it does.
 * @param signal ends it.
 * @throws {Error} in one line, when it fails, or was ended.
 */
export async function measure(
  { target, without, threads, module }: Rung,
  { spec, check, tolerance }: Story,
  images: PackedImages,
  onPhase: (phase: Phase) => void,
  signal: AbortSignal,
): Promise<RungOutcome | Refused> {
  signal.throwIfAborted();
  const worker = new Worker(new URL("../../workers/rung.ts", import.meta.url), { type: "module" });
  const { methods, close } = connect<RungMethods>(worker);
  signal.addEventListener("abort", close);
  try {
    return await methods.measure({ target, without, threads, module, spec, check, tolerance, ...images }, onPhase);
  } finally {
    close();
  }
}

/** Why a page cannot run a rung, if so: what is known before it is tried. */
export function hindrance({ engine, name, module, threads }: Rung): string | undefined {
  if (name === "unchecked") {
    return "A page cannot set V8’s flags, and need not set this one: in browsers the processor’s memory protection " +
      "checks addresses, at no cost.";
  }
  if (name === "packed") {
    return "A page cannot set V8’s flags. Chromium does it if it is started with " +
      "`--js-flags=--experimental-wasm-revectorize`; the rungs below then have it, too.";
  }
  const isolated = globalThis.crossOriginIsolated;
  if (module !== undefined && !isolated) {
    return "It works on memory that threads share, and pages that are not isolated from others have none.";
  }
  if (engine !== "default" && threads === "all") {
    if (!isolated) return "Threads cannot share memory: this page is not isolated from others.";
    if (navigator.hardwareConcurrency < 2) return "There is one core here.";
  }
  return undefined;
}

/**
 * The first images of MNIST, as they were loaded: unpacking them is the worker's.
 *
 * @throws {Error} in one line, when a file cannot be loaded.
 */
export async function loadImages(): Promise<PackedImages> {
  const names = ["train-images-0.gz", "train-labels.gz"];
  const [images, labels] = await Promise.all(
    names.map(async (name) => await (await loaded(dataAddress(name), `data/${name}`)).arrayBuffer()),
  );
  return { images, labels };
}
