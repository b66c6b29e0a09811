/**
 * Activations and their slopes as textbooks have them, in f64: what kernels and models of plain loops are compared with.
 *
 * @module
 */

/** A function of one number, and its slope. */
export interface PlainCurve {
  readonly of: (x: number) => number;
  readonly slope: (x: number) => number;
}

/** The share of the normal distribution below x: by the series of its integral, or far out by the continued fraction. */
export function normalShare(x: number): number {
  const a = Math.abs(x);
  if (a < 3) {
    let sum = x, term = x;
    for (let k = 1; Math.abs(term) > 1e-18 * Math.abs(sum); k++) sum += term *= x * x / (2 * k + 1);
    return 0.5 + bell(x) * sum;
  }
  let fraction = a;
  for (let k = 200; k > 0; k--) fraction = a + k / fraction;
  const tail = bell(x) / fraction;
  return x < 0 ? tail : 1 - tail;
}
/** The density of the normal distribution. */
export const bell = (x: number): number => Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
/** 1 / (1 + e^-x). */
export const logistic = (x: number): number => x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
/** Twice what gelu's approximation takes the hyperbolic tangent of, and its slope. */
export const twice = (x: number): number => 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
/** The slope of {@linkcode twice}. */
export const twiceSlope = (x: number): number => 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x ** 2);

type Options = { readonly type: string; readonly [option: string]: unknown };

const CURVES: Readonly<Record<string, (options: Options) => PlainCurve>> = {
  relu: () => ({ of: (x) => Math.max(0, x), slope: (x) => x > 0 ? 1 : 0 }),
  sigmoid: () => ({ of: logistic, slope: (x) => logistic(x) * logistic(-x) }),
  tanh: () => ({ of: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 }),
  leakyRelu({ negativeSlope = 0.01 }) {
    const slope = negativeSlope as number;
    return { of: (x) => x > 0 ? x : slope * x, slope: (x) => x > 0 ? 1 : slope };
  },
  elu({ alpha = 1 }) {
    const low = alpha as number;
    return { of: (x) => x > 0 ? x : low * Math.expm1(x), slope: (x) => x > 0 ? 1 : low * Math.exp(x) };
  },
  gelu: ({ approximate = "none" }) =>
    approximate === "none" ? { of: (x) => x * normalShare(x), slope: (x) => normalShare(x) + x * bell(x) } : {
      of: (x) => x * logistic(twice(x)),
      slope: (x) => logistic(twice(x)) * (1 + x * twiceSlope(x) * logistic(-twice(x))),
    },
  silu: () => ({ of: (x) => x * logistic(x), slope: (x) => logistic(x) * (1 + x * logistic(-x)) }),
  hardSwish: () => ({
    of: (x) => x * Math.min(6, Math.max(0, x + 3)) / 6,
    slope: (x) => x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5,
  }),
  relu6: () => ({ of: (x) => Math.min(6, Math.max(0, x)), slope: (x) => x > 0 && x < 6 ? 1 : 0 }),
  softplus({ beta = 1 }) {
    const sharp = beta as number;
    return {
      of: (x) => (Math.max(sharp * x, 0) + Math.log1p(Math.exp(-Math.abs(sharp * x)))) / sharp,
      slope: (x) => logistic(sharp * x),
    };
  },
};

/** What a layer does with each element, if it works element by element. */
export function plainCurve(options: Options): PlainCurve | undefined {
  return CURVES[options.type]?.(options);
}
