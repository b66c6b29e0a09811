/** A net whose kernels are chained, forward and backward. */
import { type CompiledNet, compileTarget, type Optimization, plan } from "../codegen/compile.ts";
import type { Target } from "../codegen/targets/target.ts";
import { findTarget, parseSpec, registry } from "../mod.ts";
import { conv, netOf } from "./channel_nets.ts";

const RELU = { type: "relu" }, POOL = { type: "maxPool2d", kernel: 2 };

/** Three convolutions with channels enough for tiles, and samples enough for blocks. */
export const CHAINED = parseSpec(netOf(
  [3, 16, 16],
  [conv(32), RELU, conv(32), RELU, POOL, conv(32), RELU, { type: "flatten" }, { type: "linear", outFeatures: 3 }],
  32,
  "adam",
));

/** The fastest target that has chains. */
export const RELAXED = findTarget("wasm_relaxed");

/** The net for a target. */
export const chained = (target: Target = RELAXED, without: readonly Optimization[] = []): CompiledNet =>
  compileTarget(plan(CHAINED, registry, { layout: target.layout, data: "f32" }), target, undefined, without);
