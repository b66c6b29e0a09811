/**
 * Winograd's minimal filtering in one dimension: some neighbouring outputs of a filter with few multiplications.
 *
 * `y[i] = sum over k of g[k] * d[i+k]`, for `i < outputs` and `k < taps`, is `result * ((weights * g) . (data * d))`, where
 * `.` multiplies element by element: `outputs + taps - 1` products in place of `outputs * taps`. In two dimensions each
 * matrix is applied along rows and along columns.
 *
 * The construction is Toom and Cook's, transposed: polynomials are multiplied by their values at points, one of which is
 * infinity (Blahut, Fast Algorithms for Signal Processing, 2010, chapter 5; Barabasz and others, ACM TOMS 46, 2020).
 *
 * @module
 */

/** Rows of whole numbers. */
export type Matrix = readonly (readonly number[])[];

/** The matrices of a filter; all of their numbers are whole and small, so exact in f32. */
export interface Filter {
  readonly outputs: number;
  readonly taps: number;
  /** Of products: `outputs + taps - 1` rows, and so many columns. It depends on their number alone. */
  readonly data: Matrix;
  /** A row for each product; each row is to be divided by a divisor of its own. */
  readonly weights: Matrix;
  readonly divisors: readonly number[];
  /** A row for each output. */
  readonly result: Matrix;
}

/** Points by which polynomials are told apart, beside infinity: the smallest, since larger ones round more. */
const POINTS = [0, 1, -1, 2, -2];

/** The filter that makes so many outputs with so many taps: up to six products, or one, of one output and one tap. */
export function filterOf(outputs: number, taps: number): Filter {
  const points = POINTS.slice(0, outputs + taps - 2);
  if (outputs < 1 || taps < 1 || points.length !== outputs + taps - 2) {
    throw new RangeError(`no points for ${outputs} outputs and ${taps} taps`);
  }
  const others = points.map((point) => points.filter((other) => other !== point));
  const spans = points.map((point, j) => others[j].reduce((product, other) => product * (point - other), 1));
  const last = (length: number) => Array.from({ length }, (_, k) => Number(k === length - 1));
  const powers = (point: number, count: number) => Array.from({ length: count }, (_, k) => point ** k);
  return {
    outputs,
    taps,
    // a divisor's sign stands with the data
    data: [
      ...others.map((roots, j) => [...withRoots(roots).map((c) => Math.sign(spans[j]) * c + 0), 0]),
      withRoots(points),
    ],
    weights: [...points.map((point) => powers(point, taps)), last(taps)],
    divisors: [...spans.map(Math.abs), 1],
    result: Array.from(
      { length: outputs },
      (_, i) => [...points.map((point) => point ** i), Number(i === outputs - 1)],
    ),
  };
}

/** The coefficients of the polynomial with such roots, that of the highest power 1 and last. */
function withRoots(roots: readonly number[]): number[] {
  return roots.reduce<number[]>(
    (coefficients, root) =>
      [...coefficients, 0].map((c, k) => (k > 0 ? coefficients[k - 1] : 0) - root * (k < coefficients.length ? c : 0)),
    [1],
  ).map((c) => c + 0);
}

/**
 * How many times larger the bound of rounding errors is than that of the direct sum, of filters along rows and along
 * columns, if all weights and data are as large as the largest: products of the row sums of absolute values, by the terms
 * of the direct sum.
 */
export function amplification(...filters: readonly Filter[]): number {
  return filters.reduce((product, filter) => product * growth(filter), 1);
}

function growth({ taps, data, weights, divisors, result }: Filter): number {
  const size = (row: readonly number[]) => row.reduce((sum, c) => sum + Math.abs(c), 0);
  const products = data.map((row, j) => size(row) * size(weights[j]) / divisors[j]);
  const rows = result.map((row) => row.reduce((sum, c, j) => sum + Math.abs(c) * products[j], 0));
  return Math.max(...rows) / taps;
}
