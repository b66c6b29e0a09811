/**
 * Products of small matrices with values, written out as additions.
 *
 * @module
 */
import type { Expr } from "../../ir/ir.ts";
import { add, mul, named, neg, sub } from "../../language/notation.ts";
import type { Matrix } from "./filter.ts";

/** A row of a matrix, or a column. */
type Line = readonly number[];

/**
 * A grid of values between two matrices: the first one times each of its columns, then the second one times each row of
 * that.
 *
 * @param name of the values in between, before their places.
 */
export function nested(
  [first, second]: readonly [Matrix, Matrix],
  values: readonly (readonly Expr[])[],
  name: string,
): Expr[][] {
  const columns = values[0].map((_, j) => combinations(first, values.map((row) => row[j])));
  const half = first.map((_, k) => columns.map((column, j) => named(`${name}_${k}${j}`, column[k])));
  return half.map((row) => combinations(second, row));
}

/** A matrix times a column of values; what several rows have in common is one expression. */
export function combinations(matrix: Matrix, values: readonly Expr[]): Expr[] {
  const { lines, terms } = pairedColumns(matrix, values);
  const results: (Expr | undefined)[] = lines.map(() => undefined);
  for (const [i, row] of lines.entries()) {
    if (results[i]) continue;
    const other = lines.findIndex((line, k) => k > i && !results[k] && alike(row, line));
    const same = row.map((c, j) => c === lines[other]?.[j] ? c : 0), opposite = row.map((c, j) => c - same[j]);
    if (other < 0 || !same.some(Boolean) || !opposite.some(Boolean)) results[i] = combination(row, terms);
    else {
      const [a, b] = [combination(same, terms), combination(opposite, terms)];
      results[i] = add(a, b);
      results[other] = sub(a, b);
    }
  }
  return results as Expr[];
}

/** Whether two lines differ in signs alone. */
function alike(a: Line, b: Line): boolean {
  return a.some(Boolean) && a.every((c, i) => Math.abs(c) === Math.abs(b[i]));
}

/** The matrix with sums and differences of values in place of two that all rows take with the same factor but for its sign. */
function pairedColumns(matrix: Matrix, values: readonly Expr[]): { lines: Matrix; terms: readonly Expr[] } {
  const columns = values.map((value, j) => ({ value, column: matrix.map((row) => row[j]) }));
  for (let j = 0; j < columns.length; j++) {
    const { value, column } = columns[j];
    const l = columns.findIndex((other, l) => l > j && alike(column, other.column));
    if (l < 0) continue;
    const other = columns[l], same = column.map((c, i) => c === other.column[i] ? c : 0);
    const opposite = column.map((c, i) => c - same[i]);
    const pairs = [
      { value: add(value, other.value), column: same },
      { value: sub(value, other.value), column: opposite },
    ];
    columns.splice(l, 1);
    columns.splice(j, 1, ...pairs.filter(({ column }) => column.some(Boolean)));
  }
  return {
    lines: matrix.map((_, i) => columns.map(({ column }) => column[i])),
    terms: columns.map(({ value }) => value),
  };
}

/** One row times the values. */
function combination(row: Line, values: readonly Expr[]): Expr {
  const terms = row.map((c, j) => ({ c, value: values[j] })).filter(({ c }) => c !== 0);
  const common = terms.reduce((divisor, { c }) => greatestDivisor(divisor, Math.abs(c)), 0);
  const scaled = (c: number, value: Expr) => Math.abs(c) === 1 ? value : mul(value, Math.abs(c));
  // a positive term is first, where there is one
  const first = Math.max(0, terms.findIndex(({ c }) => c > 0));
  const begin = scaled(terms[first].c / common, terms[first].value);
  const sum = terms.filter((_, i) => i !== first).reduce(
    (sum, { c, value }) => (c > 0 ? add : sub)(sum, scaled(c / common, value)),
    terms[first].c > 0 ? begin : neg(begin),
  );
  return common === 1 ? sum : mul(sum, common);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
