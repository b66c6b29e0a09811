/**
 * What a layer must say of itself. `kernels/layers/` fills it in; the compiler knows no more of layers than this.
 *
 * @module
 */
import { z } from "zod";
import type { Axis, DType, Expr, Load, Part } from "../ir/ir.ts";
import { featureAxes, part, type Tensor } from "./notation.ts";

/** Extents, without the batch. */
export type Shape = readonly number[];

/** How initial values are drawn. */
export type Init = "xavierUniform" | "heUniform" | "zeros";

/** A trained tensor. */
export interface ParameterSpec {
  /** As in PyTorch: `weight`, `bias`. */
  readonly name: string;
  /** In formulas; its gradient is `d` and the symbol. */
  readonly symbol: string;
  readonly shape: Shape;
  readonly fanIn: number;
  readonly fanOut: number;
  readonly init: Init;
  /** Whether L2 applies: to weights, not to biases. */
  readonly decay: boolean;
}

/** What forward keeps for backward beside its output; shape with the batch left out. */
export interface SavedSpec {
  readonly symbol: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** For integers: all values are below this. */
  readonly below?: number;
}

/**
 * The tensors of one layer by symbol: `x` input, `y` output, `dx`, `dy` their gradients, parameters and what was saved.
 * All but parameters have the batch first.
 */
export type Tensors = Readonly<Record<string, Tensor>>;

/** An operation of ONNX, of opset 17 and newer; it gives the layer's output. */
export interface OnnxOperation {
  readonly op: string;
  /** Symbols of the layer's tensors, in the operation's order. */
  readonly inputs: readonly string[];
  /** Whole numbers, and lists of them. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** A kind of layer. `Options`: what its schema makes of a layer of the spec. */
// deno-lint-ignore no-explicit-any -- a list of kinds holds kinds of different options
export interface LayerKind<Options = any> {
  /** Its name in specs, as in PyTorch: `conv2d`. */
  readonly type: string;
  /** What its layers are called, with a number: `conv` gives `conv1`. */
  readonly stem: string;
  /** The file it is written in. */
  readonly source: string;
  readonly schema: z.ZodType<Options>;
  /** One line for the docs: what it computes. */
  readonly summary: string;
  /** The shape it makes of an input; throws an `InputError` that goes on after "layers[i] type: ". */
  shape(options: Options, input: Shape): Shape;
  /** What it learns. */
  parameters?(options: Options, input: Shape): readonly ParameterSpec[];
  /** What forward writes for backward. */
  saved?(options: Options, input: Shape, output: Shape): readonly SavedSpec[];
  /** It only renames elements: without halos no kernel is needed. */
  readonly reshapes?: true;
  /** A larger element never gives a smaller one, so that it may as well be done after a maximum. */
  readonly monotone?: true;
  /** Its output elements are the largest of some input elements each. */
  readonly maximum?: true;
  /** The operation of ONNX that does in a test what the layer does. */
  onnx?(options: Options): OnnxOperation;
  /** A key of the random generator is made for every step: the param `<layer>_key`. */
  readonly random?: true;
  /** Writes `y` and what is saved. `name`: the layer's own name. */
  forward(n: Axis, tensors: Tensors, options: Options, name: string): Part[];
  /** In place of forward when testing. */
  evaluate?(n: Axis, tensors: Tensors, options: Options): Part[];
  /** Gradients by what they are with respect to: `input` (writes `dx`) and each parameter's name. */
  backward(n: Axis, tensors: Tensors, options: Options): Readonly<Record<string, Part[]>>;
}

/** A layer that maps each element by itself and whose gradient follows from its output. */
export function elementwise<Type extends string>(
  { type, source, summary, monotone, onnx, forward, backward }: {
    type: Type;
    source: string;
    summary: string;
    monotone?: true;
    /** The operation of ONNX, if there is one. */
    onnx?: string;
    forward: (x: Load) => Expr;
    backward: (y: Load, dy: Load) => Expr;
  },
): LayerKind<{ type: Type }> {
  return {
    type,
    stem: type,
    source,
    schema: z.strictObject({ type: z.literal(type) }) as unknown as z.ZodType<{ type: Type }>,
    summary,
    ...(monotone && { monotone }),
    ...(onnx !== undefined && { onnx: () => ({ op: onnx, inputs: ["x"] }) }),
    shape: (_options, input) => input,
    forward(n, { x, y }) {
      const at = [n, ...featureAxes(x.shape.slice(1))];
      return [part(at, y.set(at, forward(x.at(...at))))];
    },
    backward(n, { y, dx, dy }) {
      const at = [n, ...featureAxes(dx.shape.slice(1))];
      return { input: [part(at, dx.set(at, backward(y.at(...at), dy.at(...at))))] };
    },
  };
}
