/**
 * A layer that uses all that a layer may have, for tests: `mix`, with two named inputs, passes of several kernels that read
 * each other, tensors between them, a parameter, and a buffer that training writes and a test reads.
 *
 * @module
 */
import { z } from "../codegen/zod.ts";
import type { Axis } from "../codegen/ir/ir.ts";
import { alike, type LayerKind } from "../codegen/language/layer.ts";
import type { Registry } from "../codegen/language/registry.ts";
import {
  add as plus,
  div,
  featureAxes,
  isSample,
  mul,
  param,
  part,
  select,
  sub,
  sum,
  type Tensor,
} from "../codegen/language/notation.ts";
import { registry as shipped } from "../mod.ts";

/** Share of the running mean that a step replaces. */
export const SHARE = 0.25;

/** Axes behind the batch, the first one that of the channels. */
const axesOf = ({ shape }: Tensor) => featureAxes(shape.slice(1));
/** The mean over the samples of a step, and all positions. */
const meanOf = (n: Axis, [, ...positions]: readonly Axis[], value: Parameters<typeof sum>[1]) => {
  const count = positions.reduce((product, { extent }) => product * extent, 1);
  return div(sum([n, ...positions], select(isSample(n), value, 0)), mul(param("count"), count));
};

const mixSchema = z.strictObject({ type: z.literal("mix") });

/** y = z - mean of z over the batch, per channel, with z = g a + b; a running mean takes its place when testing. */
export const mix: LayerKind<z.infer<typeof mixSchema>> = {
  type: "mix",
  stem: "mix",
  source: "tests/mix_layer.ts",
  schema: mixSchema,
  summary: "g a + b, less its mean over the batch",
  inputs: ["a", "b"],
  shape: (_options, inputs) => alike(inputs),
  parameters: (_options, { a: [c] }) => [
    { name: "gain", symbol: "g", shape: [c], fanIn: 1, fanOut: 1, init: "xavierUniform", decay: true },
  ],
  buffers: (_options, { a: [c] }) => [{ name: "running_mean", symbol: "m", shape: [c], initial: 0.5 }],
  inner: (_options, { a: shape }) => [
    { symbol: "z", shape, dtype: "f32" },
    { symbol: "s", shape: [shape[0]], dtype: "f32", once: true },
    { symbol: "e", shape: [shape[0]], dtype: "f32", once: true },
    { symbol: "dz", shape, dtype: "f32" },
  ],
  forward(n, { a, b, g, z, s, m, y }) {
    const axes = axesOf(a), [c] = axes, at = [n, ...axes];
    return [
      { name: "blend", parts: [part(at, z.set(at, plus(mul(g.at(c), a.at(...at)), b.at(...at))))] },
      { name: "mean", parts: [part([c], s.set([c], meanOf(n, axes, z.at(...at))))] },
      { name: "center", parts: [part(at, y.set(at, sub(z.at(...at), s.at(c))))] },
      { name: "track", parts: [part([c], m.set([c], plus(mul(m.at(c), 1 - SHARE), mul(s.at(c), SHARE))))] },
    ];
  },
  evaluate(n, { a, b, g, m, y }) {
    const axes = axesOf(a), [c] = axes, at = [n, ...axes];
    return [{ parts: [part(at, y.set(at, sub(plus(mul(g.at(c), a.at(...at)), b.at(...at)), m.at(c))))] }];
  },
  backward(n, { a, g, e, dz, dy, da, db, dg }) {
    const axes = axesOf(a), [c, ...positions] = axes, at = [n, ...axes];
    const slope = select(isSample(n), sub(dy.at(...at), e.at(c)), 0);
    return [
      { name: "mean", parts: [part([c], e.set([c], meanOf(n, axes, dy.at(...at))))] },
      { name: "center", parts: [part(at, dz.set(at, slope))] },
      { name: "inputs", parts: [part(at, da.set(at, mul(g.at(c), dz.at(...at))), db.set(at, dz.at(...at)))] },
      { name: "gain", parts: [part([c], dg.set([c], sum([n, ...positions], mul(dz.at(...at), a.at(...at)))))] },
    ];
  },
};

/** All that ships, and this. */
export const registry: Registry = { ...shipped, layers: [...shipped.layers, mix] };
