/**
 * What a layer must say of itself. `kernels/layers/` fills it in; the compiler knows no more of layers than this.
 *
 * @module
 */
import { z } from "../zod.ts";
import { InputError } from "../error.ts";
import type { Axis, DType, Expr, Load, Part } from "../ir/ir.ts";
import type { Init } from "./init.ts";
import { featureAxes, part, type Tensor } from "./notation.ts";

/** Extents, without the batch. */
export type Shape = readonly number[];

/** How many elements a shape has. */
export function elementsIn(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Shapes of the tensors of a layer by symbol: `x`, or `x0`, `x1`, ... its inputs, `y` its output. */
export type Shapes = Readonly<Record<string, Shape>>;

/** A trained tensor. */
export interface ParameterSpec {
  /** As in PyTorch: `weight`, `bias`. */
  readonly name: string;
  /** In formulas; its gradient is `d` and the symbol. */
  readonly symbol: string;
  readonly shape: Shape;
  readonly fanIn: number;
  readonly fanOut: number;
  /** How it is drawn, or what all elements begin with. */
  readonly init: Init | number;
  /** Whether L2 applies: to weights, not to biases, nor to what only scales a channel. */
  readonly decay: boolean;
}

/** State that is kept from step to step and not trained, such as a running mean: only kernels of training write it. */
export interface BufferSpec {
  /** As in PyTorch: `running_mean`. */
  readonly name: string;
  /** In formulas. */
  readonly symbol: string;
  readonly shape: Shape;
  /** What all elements begin with. */
  readonly initial: number;
  /** None is below this, such as 0 of a variance: weights of other programs are checked. Default: any may be. */
  readonly least?: number;
}

/** A tensor in which a layer's kernels leave something for each other: for the next one, or for the backward pass. */
export interface InnerSpec {
  readonly symbol: string;
  /** Without the batch. */
  readonly shape: Shape;
  readonly dtype: DType;
  /** For integers: all values are below this. */
  readonly below?: number;
  /** For floats: no value is below this, whatever goes in. */
  readonly least?: number;
  /** There is one for the whole batch; all others have the samples first. */
  readonly once?: true;
}

/**
 * The tensors of one layer by symbol: `x` input (or `x0`, `x1`, ...), `y` output, `dx`, `dy` their gradients, parameters
 * (`w`) and their gradients (`dw`), buffers, and what its kernels leave for each other. Inputs, outputs and most of the
 * last have the samples first.
 */
export type Tensors = Readonly<Record<string, Tensor>>;

/** One of the kernels of a pass. */
export interface PassKernel {
  /** What tells it from others of its pass; none needed where it is the only one. */
  readonly name?: string;
  readonly parts: readonly Part[];
  /** It only renames elements: without halos it is not needed. */
  readonly reshapes?: true;
}

/** The kernels of a pass in the order in which they run: each may read what those before it wrote. */
export type Pass = readonly PassKernel[];

/** An operation of ONNX, of opset 17 and newer. */
export interface OnnxOperation {
  readonly op: string;
  /**
   * In the operation's order: symbols of the layer's tensors, `y` for what the operation before it in a list gives, or
   * what those before call theirs, and numbers; "" for one that is left out.
   */
  readonly inputs: readonly (string | OnnxConstant)[];
  /** How those further behind it in a list call what it gives; the last one gives the layer's output. */
  readonly output?: string;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** Numbers that an operation of ONNX takes as an input: floats, or whole ones such as extents and axes. */
export interface OnnxConstant {
  /** [] for one number. */
  readonly shape: Shape;
  readonly values: readonly number[];
  /** Default: floats. */
  readonly dtype?: "i64";
}

/** A float as an input of an operation. */
export function onnxNumber(value: number): OnnxConstant {
  return { shape: [], values: [value] };
}

/** A whole number, a list of them, or a float: ONNX has types for each, and 1 as a float is none of the others. */
export type OnnxAttribute = number | readonly number[] | { readonly float: number };

/**
 * A kind of layer. `Options`: what its schema makes of a layer of the spec.
 *
 * Most layers are shorter: {@linkcode layer} makes one of a layer with one input and one kernel for each thing it
 * computes, {@linkcode elementwise} of two formulas.
 */
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
  /** Symbols of its inputs; or how many there may be, which are `x0`, `x1`, ... Default: one, `x`. */
  readonly inputs?: readonly string[] | { readonly least: number; readonly most: number };
  /** The shape it makes of its inputs; throws an `InputError` that goes on after "layers[i] type: ". */
  shape(options: Options, inputs: Shapes): Shape;
  /** What it learns. */
  parameters?(options: Options, inputs: Shapes): readonly ParameterSpec[];
  /** What it keeps from step to step beside. */
  buffers?(options: Options, inputs: Shapes): readonly BufferSpec[];
  /** What its kernels leave for each other; `shapes`: of its inputs, and of `y`. */
  inner?(options: Options, shapes: Shapes): readonly InnerSpec[];
  /** All it does is to give elements other indices. */
  readonly reshapes?: true;
  /** A larger element never gives a smaller one, so that it may as well be done after a maximum. */
  readonly monotone?: true;
  /** Its output elements are the largest of some input elements each. */
  readonly maximum?: true;
  /** Fewest samples of a batch that it can be trained with, where one is too few. */
  leastBatch?(options: Options, inputs: Shapes): number;
  /**
   * The operation of ONNX that does in a test what the layer does, or several, the last of which gives its output; `inputs`:
   * symbols of its inputs, `shapes`: theirs, and that of `y`.
   */
  onnx?(options: Options, inputs: readonly string[], shapes: Shapes): OnnxOperation | readonly OnnxOperation[];
  /** Writes `y`, what is left for backward, and buffers. `name`: the layer's own name, for keys of random numbers. */
  forward(n: Axis, tensors: Tensors, options: Options, name: string): Pass;
  /** In place of forward when testing; a layer that writes buffers in forward needs it. */
  evaluate?(n: Axis, tensors: Tensors, options: Options): Pass;
  /** Writes the gradients of inputs and parameters. What nobody needs of them is left out. */
  backward(n: Axis, tensors: Tensors, options: Options): Pass;
}

/** Symbols of so many inputs of a kind of layer; undefined where it takes another number. */
export function inputSymbols({ inputs = ["x"] }: Pick<LayerKind, "inputs">, count: number): string[] | undefined {
  if (!("least" in inputs)) return inputs.length === count ? [...inputs] : undefined;
  return count < inputs.least || count > inputs.most ? undefined : Array.from({ length: count }, (_, i) => `x${i}`);
}

/** Shapes as messages tell them: `[3] and [4]`. */
export function shapesOf(shapes: Shapes): string {
  return Object.values(shapes).map((shape) => `[${shape.join(", ")}]`).join(" and ");
}

/**
 * The one shape that all inputs have.
 *
 * @throws {InputError} when shapes differ.
 */
export function alike(inputs: Shapes): Shape {
  const [first, ...rest] = Object.values(inputs);
  if (rest.every((shape) => shape.join() === first.join())) return first;
  throw new InputError(`its inputs are ${shapesOf(inputs)}; all must have one shape`);
}

/** The tensors `x0`, `x1`, ... of a layer with several inputs; or, with `dx`, their gradients. */
export function numbered(symbol: "x" | "dx", tensors: Tensors): Tensor[] {
  const found: Tensor[] = [];
  while (tensors[`${symbol}${found.length}`]) found.push(tensors[`${symbol}${found.length}`]);
  return found;
}

/** A layer of one input `x`, of which each pass is one kernel, backward one for each gradient. */
export interface PlainLayer<Options> extends
  Omit<
    LayerKind<Options>,
    "inputs" | "shape" | "parameters" | "buffers" | "inner" | "forward" | "evaluate" | "backward"
  > {
  shape(options: Options, input: Shape): Shape;
  parameters?(options: Options, input: Shape): readonly ParameterSpec[];
  /** What forward writes for backward. */
  saved?(options: Options, input: Shape, output: Shape): readonly InnerSpec[];
  forward(n: Axis, tensors: Tensors, options: Options, name: string): Part[];
  evaluate?(n: Axis, tensors: Tensors, options: Options): Part[];
  /** Gradients by what they are with respect to: `input` (writes `dx`) and each parameter's name. */
  backward(n: Axis, tensors: Tensors, options: Options): Readonly<Record<string, Part[]>>;
}

/** The kind of a plain layer. */
export function layer<Options>({ parameters, saved, evaluate, ...plain }: PlainLayer<Options>): LayerKind<Options> {
  const reshapes = plain.reshapes && { reshapes: plain.reshapes };
  return {
    ...plain,
    shape: (options, { x }) => plain.shape(options, x),
    ...parameters && { parameters: (options, { x }) => parameters(options, x) },
    ...saved && { inner: (options, { x, y }) => saved(options, x, y) },
    forward: (n, tensors, options, name) => [{ parts: plain.forward(n, tensors, options, name), ...reshapes }],
    ...evaluate && { evaluate: (n, tensors, options) => [{ parts: evaluate(n, tensors, options) }] },
    backward: (n, tensors, options) =>
      Object.entries(plain.backward(n, tensors, options))
        .map(([name, parts]) => ({ name, parts, ...name === "input" && reshapes })),
  };
}

/** What the gradient of an elementwise layer may be made of: an element of its input, of its output, and that one's gradient. */
export interface Slopes {
  readonly x: Load;
  readonly y: Load;
  readonly dy: Load;
}

/** The options of an elementwise layer. */
type OwnOptions<Own extends z.ZodRawShape> = { [Key in keyof Own]: z.output<Own[Key]> };

/**
 * A layer that maps each element by itself. Where its gradient follows from `y` alone, `x` need not be kept; with
 * `monotone`, `x` then may be that of a maximum behind it.
 */
export function elementwise<Type extends string, Own extends z.ZodRawShape = Record<never, never>>(
  { type, stem = snake(type), source, summary, options, monotone, onnx, forward, backward }: {
    type: Type;
    /** Default: its type, as names of layers are written: `leaky_relu`. */
    stem?: string;
    source: string;
    summary: string;
    /** Schemas of its options, if it has any. */
    options?: Own;
    monotone?: true;
    /** The operation of ONNX, if there is one; or what makes operations of options. */
    onnx?: string | ((options: OwnOptions<Own>) => OnnxOperation | readonly OnnxOperation[]);
    forward: (x: Load, options: OwnOptions<Own>) => Expr;
    backward: (slopes: Slopes, options: OwnOptions<Own>) => Expr;
  },
): LayerKind<{ type: Type } & OwnOptions<Own>> {
  type Options = { type: Type } & OwnOptions<Own>;
  return layer<Options>({
    type,
    stem,
    source,
    schema: z.strictObject({ type: z.literal(type), ...options }) as unknown as z.ZodType<Options>,
    summary,
    ...(monotone && { monotone }),
    ...(onnx !== undefined && { onnx: typeof onnx === "string" ? () => ({ op: onnx, inputs: ["x"] }) : onnx }),
    shape: (_options, input) => input,
    forward(n, { x, y }, options) {
      const at = [n, ...featureAxes(x.shape.slice(1))];
      return [part(at, y.set(at, forward(x.at(...at), options)))];
    },
    backward(n, { x, y, dx, dy }, options) {
      const at = [n, ...featureAxes(dx.shape.slice(1))];
      const slopes = { x: x.at(...at), y: y.at(...at), dy: dy.at(...at) };
      return { input: [part(at, dx.set(at, backward(slopes, options)))] };
    },
  });
}

/** `leakyRelu` as `leaky_relu`. */
function snake(type: string): string {
  return type.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
