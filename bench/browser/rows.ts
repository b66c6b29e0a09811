/**
 * What is compared in `../browser.ts`: bundles in every engine, and other libraries in a page of Chromium.
 *
 * @module
 */
import type { EngineName } from "../../tests/engines.ts";
import type { PageWork } from "../peers/peer.ts";

/** What trains, and where. */
export interface Trainer {
  readonly name: string;
  /** Its name in tables, as Markdown. */
  readonly title: string;
  readonly engine: EngineName | "deno" | "chromium";
  /** A library in place of a bundle, and which of its forms. */
  readonly peer?: Pick<PageWork, "peer" | "form">;
  /** Of a bundle. */
  readonly threads?: number;
  /** V8's flags: for vectors of 256 bits, and in Deno for no bounds checks too. */
  readonly flags?: "full" | "packed";
  /** Whether a page is isolated, so that it may have threads. */
  readonly isolated?: boolean;
  /** Whether it computes on a GPU, here by an adapter in software. */
  readonly gpu?: boolean;
  /** Whether its step takes seconds: it is measured once, and of the reference net alone. */
  readonly slow?: boolean;
}

const ours = (name: string, title: string, engine: Trainer["engine"], more: Partial<Trainer> = {}): Trainer => ({
  ...{ name, title, engine, threads: 2 },
  ...more,
});
const peer = (library: PageWork["peer"], form: string, title: string, more: Partial<Trainer> = {}): Trainer => ({
  ...{ name: `${library} ${form}`, title, engine: "chromium", peer: { peer: library, form }, isolated: true },
  ...more,
});

/** Bundles, the fastest ways last. */
export const OURS: readonly Trainer[] = [
  ours("Deno, 1 thread", "Deno, no flags, 1 thread", "deno", { threads: 1 }),
  ours("Deno", "Deno, no flags", "deno"),
  ours("Deno, full speed", "Deno, full speed: packed, no bounds checks", "deno", { flags: "full" }),
  ours("Node 24", "Node 24", "node24"),
  ours("Node 26", "Node 26, no flags", "node26"),
  ours("Node 26, packed", "Node 26, packed, with bounds checks", "node26", { flags: "packed" }),
  ours("Bun", "Bun", "bun"),
  ours("Chromium, not isolated", "Chromium, page not isolated, 1 thread", "chromium", { threads: 1, isolated: false }),
  ours("Chromium, 1 thread", "Chromium, 1 thread", "chromium", { threads: 1, isolated: true }),
  ours("Chromium", "Chromium", "chromium", { isolated: true }),
];

/** Other libraries in Chromium. */
export const PEERS: readonly Trainer[] = [
  peer("TensorFlow.js", "cpu", "TensorFlow.js, JavaScript, 1 thread", { slow: true }),
  peer("TensorFlow.js", "wasm", "TensorFlow.js, WebAssembly"),
  peer("TensorFlow.js", "webgl", "TensorFlow.js, WebGL in software (no GPU)", { gpu: true }),
  peer("TensorFlow.js", "webgpu", "TensorFlow.js, WebGPU in software (no GPU)", { gpu: true, slow: true }),
  peer("jax-js", "wasm lax", "jax-js, WebAssembly, as one would write it"),
  peer("jax-js", "wasm im2col", "jax-js, WebAssembly, its conv written as im2col"),
  peer("jax-js", "webgpu lax", "jax-js, WebGPU in software (no GPU), as one would write it", { gpu: true }),
  peer("jax-js", "webgpu im2col", "jax-js, WebGPU in software (no GPU), its conv written as im2col", { gpu: true }),
];

/** All rows. */
export const ALL: readonly Trainer[] = [...OURS, ...PEERS];

/** The rows that others are compared with: by rate, and by losses. */
export const BASE = "jax-js wasm lax", REFERENCE = "Deno";

/** What a row should reach of another: a share of its rate. */
export interface Bar {
  readonly row: string;
  readonly of: string;
  readonly least: number;
}

/** What bundles should reach. */
export const BARS: readonly Bar[] = [
  { row: "Node 26, packed", of: "Deno, full speed", least: 0.95 },
  { row: "Chromium", of: "Deno", least: 0.9 },
  { row: "Chromium, not isolated", of: "Deno, 1 thread", least: 0.9 },
];

/** Nets that are compared; of all but the first, no row that is slow or on a GPU. */
export const NETS = ["mnist_cnn", "lenet5", "mnist_mlp"] as const;

/** What `--only` chooses: the row of that name, or all whose names have it in them. */
export function chosen(word: string): readonly Trainer[] {
  const exact = ALL.filter(({ name }) => name === word);
  return exact.length > 0 ? exact : ALL.filter(({ name }) => name.includes(word));
}
