/**
 * The means that Adam and its kin keep.
 *
 * @module
 */
import type { Axis, Expr } from "../codegen/ir/ir.ts";
import type { Tensors } from "../codegen/language/layer.ts";
import { add, div, flush, mul, named, param, sqrt } from "../codegen/language/notation.ts";
import { NEGLIGIBLE } from "../codegen/language/optimizer.ts";
import { SMALLEST_NORMAL } from "../codegen/language/schema.ts";

/** The means of gradients and of their squares with one more gradient, and the step that they make. */
export function moments(
  at: readonly Axis[],
  { m, v }: Tensors,
  gradient: Expr,
): { readonly mean: Expr; readonly square: Expr; readonly step: Expr } {
  const g = named("g", gradient);
  const mean = named("mean", flush(add(mul(param("beta1"), m.at(...at)), mul(param("beta1_rest"), g)), NEGLIGIBLE));
  const square = named(
    "square",
    // what g adds is above it for every beta2, so that a step is never a mean divided by epsilon alone
    flush(add(mul(param("beta2"), v.at(...at)), mul(param("beta2_rest"), g, g)), SMALLEST_NORMAL),
  );
  const step = div(mul(param("step_size"), mean), add(mul(sqrt(square), param("v_scale")), param("epsilon")));
  return { mean, square, step };
}
