/** Which windows cover an input position, for strides small and large: each position once, and just the windows that do. */
import assert from "node:assert/strict";
import type { Affine, Axis } from "../../codegen/ir/ir.ts";
import { coveringWindows, windowCount } from "../../codegen/language/window.ts";

/** Along one dimension: input, kernel, stride and padding. */
type Slide = readonly [number, number, number, number];

/** Small and odd sizes; windows that overlap, touch, leave gaps, are as large as the input, or stand in the padding. */
const SLIDES: readonly Slide[] = [1, 2, 5, 8, 13].flatMap((input) =>
  [1, 2, 3, 5, 8, 13].flatMap((kernel) =>
    [1, 2, 3, 4, 7, 13].flatMap((stride) =>
      [0, 1, 3].filter((padding) => kernel <= input + 2 * padding)
        .map((padding): Slide => [input, kernel, stride, padding])
    )
  )
);

/** All values of axes, one after the other. */
function* points(axes: readonly Axis[]): Generator<ReadonlyMap<Axis, number>> {
  const [first, ...rest] = axes;
  if (!first) return yield new Map();
  for (let i = 0; i < first.extent; i++) for (const point of points(rest)) yield new Map([[first, i], ...point]);
}

const at = ({ constant, terms }: Affine, point: ReadonlyMap<Axis, number>) =>
  terms.reduce((sum, { axis, coefficient }) => sum + coefficient * point.get(axis)!, constant);

/** The windows and elements of each input position, by the text of the position, as the compiler has them. */
function covered(rows: Slide, columns: Slide): Map<string, string[]> {
  const [shape, kernel, stride, padding] = [0, 1, 2, 3].map((i) => [rows[i], columns[i]] as const);
  const windows = [rows, columns].map(([input, kernel, stride, padding]) =>
    windowCount(input, kernel, stride, padding, "rows")
  );
  const found = new Map<string, string[]>();
  for (const { axes, positions } of coveringWindows([1, 1, ...shape], kernel, stride, padding)) {
    for (const point of points(axes)) {
      for (const { at: place, windows: over } of positions) {
        const key = place.map((index) => at(index, point)).join();
        assert(!found.has(key), `${rows} by ${columns}: ${key} is written twice`);
        const own: string[] = [];
        for (const inner of over ? points(over.axes) : []) {
          const all = new Map([...point, ...inner]);
          const index = over!.index.map((i) => at(i, all)), tap = over!.tap.map((i) => at(i, all));
          assert(tap.every((t, d) => t >= 0 && t < kernel[d]), `${rows} by ${columns}: element ${tap}`);
          if (index.every((i, d) => i >= 0 && i < windows[d])) own.push(`${index} at ${tap}`);
        }
        found.set(key, own.sort());
      }
    }
  }
  return found;
}

/** The same, window by window. */
function plainly([rows, columns]: readonly [Slide, Slide]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (let h = 0; h < rows[0]; h++) for (let w = 0; w < columns[0]; w++) found.set(`${h},${w}`, []);
  const places = ([input, kernel, stride, padding]: Slide) =>
    Array.from(
      { length: windowCount(input, kernel, stride, padding, "rows") },
      (_, window) =>
        Array.from({ length: kernel }, (_, tap) => ({ window, tap, position: window * stride + tap - padding })),
    ).flat();
  for (const row of places(rows)) {
    for (const column of places(columns)) {
      found.get(`${row.position},${column.position}`)?.push(
        `${row.window},${column.window} at ${row.tap},${column.tap}`,
      );
    }
  }
  for (const own of found.values()) own.sort();
  return found;
}

Deno.test("every input position is written once, from just the windows that cover it", () => {
  let ran = 0, large = 0;
  for (const [i, rows] of SLIDES.entries()) {
    // each with one other, itself and a plain one
    for (const columns of [SLIDES[(7 * i + 3) % SLIDES.length], rows, [3, 1, 1, 0] as const]) {
      const found = covered(rows, columns), expected = plainly([rows, columns]);
      assert.deepEqual(Object.fromEntries([...found].sort()), Object.fromEntries([...expected].sort()));
      if (rows[2] * columns[2] > 16) large++;
      ran++;
    }
  }
  assert(ran > 800 && large > 200, `${ran} windows, ${large} with large strides`);
});

Deno.test("a window of any size has few formulas", () => {
  for (const [size, kernel, stride] of [[64, 64, 64], [4096, 4096, 4096], [224, 7, 5], [30, 3, 29], [500, 200, 100]]) {
    const parts = coveringWindows([1, 1, size, size], [kernel, kernel], [stride, stride]);
    const formulas = parts.flatMap(({ positions }) => positions).length;
    assert(parts.length <= 16 && formulas <= 32, `${size}, ${kernel}, ${stride}: ${formulas} in ${parts.length}`);
  }
});

Deno.test("where most named elements would be of no window, only those of windows are named", () => {
  const named = (size: number, kernel: number, limit = Infinity) =>
    coveringWindows([1, 1, size, 1], [kernel, 1], [1, 1]).reduce((sum, { axes, positions }) => {
      const each = positions.map(({ windows }) => windows?.axes.reduce((taps, { extent }) => taps * extent, 1) ?? 0);
      assert(positions.length <= limit);
      return sum + axes.reduce((points, { extent }) => points * extent, 1) * each.reduce((a, b) => a + b, 0);
    }, 0);
  // 2 windows of 7; and 5 of 4, of which less than half would be named in vain
  assert.equal(named(8, 7), 2 * 7);
  assert.equal(named(8, 4), 8 * 4);
});
