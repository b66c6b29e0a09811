/**
 * The rows of the comparison: this compiler's targets, and other libraries.
 *
 * @module
 */
import { BASE, FASTEST } from "./results.ts";

/** A library or target, and how it is started. */
export interface Trainer {
  readonly name: string;
  /** Peers lie in `bench/peers/` and run with the packages of the `deno.json` there. */
  readonly file: string;
  /** Which of the file's forms. */
  readonly form: string;
  /** Whether V8 packs two vectors into one of 256 bits, and checks no bounds: for our code, and the best peer. */
  readonly fast?: boolean;
  /** Whether it needs a WebGPU adapter. */
  readonly gpu?: boolean;
}

/** This compiler's rows. */
export const OURS: readonly Trainer[] = [
  { name: "typescript", file: "bench/comparison/ours.ts", form: "typescript" },
  { name: "wasm", file: "bench/comparison/ours.ts", form: "wasm" },
  { name: "wasm, V8 flags", file: "bench/comparison/ours.ts", form: "wasm", fast: true },
  { name: "wasm_relaxed", file: "bench/comparison/ours.ts", form: "wasm_relaxed" },
  { name: "wasm_relaxed, 1 thread, V8 flags", file: "bench/comparison/ours.ts", form: "wasm_relaxed 1", fast: true },
  { name: FASTEST, file: "bench/comparison/ours.ts", form: "wasm_relaxed", fast: true },
  { name: "webgpu", file: "bench/comparison/ours.ts", form: "webgpu", gpu: true },
];
const PEERS: readonly Trainer[] = [
  { name: "naive, 1 thread", file: "bench/peers/naive.ts", form: "" },
  { name: BASE, file: "bench/peers/jax_js.ts", form: "wasm lax" },
  { name: "jax-js wasm, im2col", file: "bench/peers/jax_js.ts", form: "wasm im2col" },
  { name: "jax-js wasm, im2col, V8 flags", file: "bench/peers/jax_js.ts", form: "wasm im2col", fast: true },
  { name: "jax-js webgpu, lax", file: "bench/peers/jax_js.ts", form: "webgpu lax", gpu: true },
  { name: "jax-js webgpu, im2col", file: "bench/peers/jax_js.ts", form: "webgpu im2col", gpu: true },
  { name: "TensorFlow.js cpu", file: "bench/peers/tfjs.ts", form: "cpu" },
  { name: "TensorFlow.js wasm", file: "bench/peers/tfjs.ts", form: "wasm" },
  { name: "TensorFlow.js webgpu", file: "bench/peers/tfjs.ts", form: "webgpu", gpu: true },
];
/** All rows. */
export const ALL = [...OURS, ...PEERS];
/** Its losses are those that all others must have. */
export const REFERENCE = OURS[1];

/** What `--only` chooses. */
export function chosen(word: string): readonly Trainer[] {
  const exact = ALL.filter(({ name }) => name === word);
  return exact.length > 0 ? exact : ALL.filter(({ name }) => name.includes(word));
}
