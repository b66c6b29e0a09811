/**
 * What pools over all positions share: [c, h, w] or [c, l] to [c].
 *
 * What they compute goes through an image of one position, so that channels may lie innermost on both sides of it; what it
 * then becomes, a row of the next matrix, is the same elements by other names.
 *
 * @module
 */
import type { Axis } from "../codegen/ir/ir.ts";
import { InputError } from "../codegen/error.ts";
import type { InnerSpec, PassKernel, Shape } from "../codegen/language/layer.ts";
import { axis, featureAxes, part, type Tensor } from "../codegen/language/notation.ts";

/** @throws {InputError} when `input` is neither [channels, length] nor [channels, height, width]. */
export function pooledShape(input: Shape): Shape {
  if (input.length === 2 || input.length === 3) return [input[0]];
  throw new InputError(
    `it takes [channels, height, width] or [channels, length], but its input is [${input.join(", ")}]`,
  );
}

/** The shape with one position. */
export function onePosition([c, ...positions]: Shape): Shape {
  return [c, ...positions.map(() => 1)];
}

/** The image of one position, and its gradient. */
export function innerImages(input: Shape): InnerSpec[] {
  return ["s", "ds"].map((symbol) => ({ symbol, shape: onePosition(input), dtype: "f32" }));
}

/** Axes over an image [n, c, ...positions], and where its only position is. */
export function imageAxes({ shape }: Tensor): { c: Axis; positions: Axis[]; only: number[] } {
  const [c, ...positions] = featureAxes(shape.slice(1));
  return { c, positions, only: positions.map(() => 0) };
}

/** The elements of one tensor as those of the other: [n, c] and an image of one position. */
export function renamed(n: Axis, from: Tensor, to: Tensor, name: string): PassKernel {
  const c = axis("c", from.shape[1]), at = ({ shape }: Tensor) => [n, c, ...shape.slice(2).map(() => 0)];
  return { name, parts: [part([n, c], to.set(at(to), from.at(...at(from))))], reshapes: true };
}
