/// <reference lib="dom" />
/**
 * How the net runs here, why not otherwise, and what else it could run on.
 *
 * @module
 */
import type { OpenChoice } from "../../workers/trainer_methods.ts";
import { element } from "../elements.ts";
import type { Standing } from "./trained_net.ts";
import { targetName } from "./training_part.ts";

/** The part of the page. */
export interface RunsPart {
  readonly element: HTMLElement;
  show(standing: Standing): void;
}

type Choice = Omit<OpenChoice, "seed">;

/** What may be chosen. */
const CHOICES: Readonly<Record<string, readonly [text: string, choice: Choice]>> = {
  threads: ["WebAssembly, all threads", { target: "wasm" }],
  one: ["WebAssembly, one thread", { target: "wasm", threads: 1 }],
  gpu: ["WebGPU", { target: "webgpu" }],
};

/** What WebGPU runs on, as the worker tells it. */
const ADAPTERS: Readonly<Record<string, string>> = {
  none: "there is none for this browser here",
  software: "there is one in software here, which is slower than threads",
  "a GPU": "this browser has a GPU for it",
};

/** `choose`: opens the net anew. `gpu`: what there is for WebGPU. */
export function runsPart(choose: (choice: Choice) => void, gpu: () => Promise<string>): RunsPart {
  const options = Object.entries(CHOICES).map(([value, [text]]) => element("option", { value }, text));
  let shown: Standing["opened"], adapter: string | undefined;
  const select = element("select", { id: "runs" }, options), facts = element("dl", { class: "facts" });
  select.onchange = () => choose(CHOICES[select.value][1]);
  return {
    element: element(
      "div",
      {},
      element("div", { class: "row" }, element("label", { for: select.id }, "Train by"), select),
      element("p", { class: "note" }, "Another choice begins with new weights."),
      facts,
    ),
    async show({ opened }) {
      if (!opened || shown === opened) return;
      shown = opened;
      // what failed is not what runs
      if (opened.target !== "webgpu" && select.value === "gpu") select.value = "threads";
      adapter ??= await gpu().catch(() => "none");
      const rows = factsOf(opened.target, opened.threads, ADAPTERS[adapter]);
      facts.replaceChildren(...rows.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]));
    },
  };
}

/** What it took, and why. */
function factsOf(target: string, threads: number, adapter: string): [name: string, text: string][] {
  const isolated = globalThis.crossOriginIsolated;
  return [
    ["Runs as", targetName(target) + (target === "wasm" ? ": this browser knows no relaxed SIMD" : "")],
    [
      "Threads",
      target === "webgpu"
        ? "none: the GPU computes, or what this browser has in its place"
        : isolated
        ? `${threads} of ${navigator.hardwareConcurrency} that this machine tells of${
          threads > 1 ? "; they share memory" : ""
        }`
        : "1: the page is not isolated, so threads cannot share memory",
    ],
    ["WebGPU", adapter],
    ["The net", "mnist_cnn: a convolution of 32 filters, two linear layers; 805,066 numbers are learned"],
    ["Data", "MNIST: 60,000 images to learn from, 10,000 to test with; 11 MB, loaded from this site"],
  ];
}
