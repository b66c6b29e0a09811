/**
 * How initial values are drawn.
 *
 * @module
 */

/** What the numbers of a tensor are drawn from: uniform in +-bound, or normal around 0. */
export type Drawn = { readonly uniform: number } | { readonly normal: number };

/** A way to draw initial values. */
export type Init =
  | "xavierUniform"
  | "heUniform"
  | "zeros"
  | "glorotUniform"
  | "xavierNormal"
  | "heNormal"
  | "pytorch";

/** What a way to draw must say of itself. */
export interface InitKind {
  /** What it draws from, for the docs. */
  readonly summary: string;
  /** What the numbers of a tensor of such fans are drawn from. */
  draw(fanIn: number, fanOut: number): Drawn;
}

/**
 * By name, as PyTorch has them with the gain of a relu for He's and of 1 for Xavier's; but `xavierUniform` is the
 * reference's own, and `glorotUniform` what PyTorch calls xavier_uniform_.
 */
export const INITS: Readonly<Record<Init, InitKind>> = {
  xavierUniform: {
    summary: "uniform in ±sqrt(2 / (fan in + fan out)): the reference's; Xavier's paper has 6 in place of 2",
    draw: (fanIn, fanOut) => ({ uniform: Math.sqrt(2 / (fanIn + fanOut)) }),
  },
  heUniform: {
    summary: "uniform in ±sqrt(6 / fan in): He's, PyTorch's kaiming_uniform_ for relu",
    draw: (fanIn) => ({ uniform: Math.sqrt(6 / fanIn) }),
  },
  zeros: { summary: "0", draw: () => ({ uniform: 0 }) },
  glorotUniform: {
    summary: "uniform in ±sqrt(6 / (fan in + fan out)): that of Xavier Glorot's paper, PyTorch's xavier_uniform_",
    draw: (fanIn, fanOut) => ({ uniform: Math.sqrt(6 / (fanIn + fanOut)) }),
  },
  xavierNormal: {
    summary: "normal with deviation sqrt(2 / (fan in + fan out)): PyTorch's xavier_normal_",
    draw: (fanIn, fanOut) => ({ normal: Math.sqrt(2 / (fanIn + fanOut)) }),
  },
  heNormal: {
    summary: "normal with deviation sqrt(2 / fan in): He's, PyTorch's kaiming_normal_ for relu",
    draw: (fanIn) => ({ normal: Math.sqrt(2 / fanIn) }),
  },
  pytorch: {
    summary: "uniform in ±sqrt(1 / fan in), biases too: what PyTorch's own layers begin with",
    draw: (fanIn) => ({ uniform: Math.sqrt(1 / fanIn) }),
  },
};

/** That of the bias beside a weight: only PyTorch's own layers draw it. */
export const biasInit = (weight: Init): Init => weight === "pytorch" ? weight : "zeros";

/** What the numbers of a tensor of such fans are drawn from. */
export function drawnFrom({ init, fanIn, fanOut }: { init: Init; fanIn: number; fanOut: number }): Drawn {
  return INITS[init].draw(fanIn, fanOut);
}
