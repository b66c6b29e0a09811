/** Which windows cover an input position, for strides small and large: each position once, and just the windows that do. */
import assert from "node:assert/strict";
import type { Affine, Axis } from "../../codegen/ir/ir.ts";
import { coveringWindows, type Slide, slideOf, type SlideOptions } from "../../codegen/language/window.ts";

const PADDINGS = [[0, 0], [1, 1], [3, 3], [0, 1], [2, 0], [1, 4]] as const;

/** Small and odd sizes; windows that overlap, touch, leave gaps, are as large as the input, or stand in the padding. */
const SLIDES: readonly Slide[] = [1, 2, 5, 8, 13].flatMap((input) =>
  [1, 2, 3, 5, 8, 13].flatMap((kernel) =>
    [1, 2, 3, 4, 7, 13].flatMap((stride) =>
      PADDINGS.flatMap((padding, i): SlideOptions[] =>
        [
          { input, kernel, stride, padding },
          // of these one in three: dilated, with a partial window, and both
          { input, kernel, stride, dilation: 2 + (input + i) % 3, padding },
          { input, kernel, stride, padding, partial: true },
          { input, kernel, stride, dilation: 2 + (kernel + i) % 3, padding, partial: true },
        ].filter((_, k) => k === 0 || (input + kernel + stride + i) % 3 === k - 1)
      )
    )
  )
).filter(({ input, kernel, dilation = 1, padding: [before, after] = [0, 0] }) =>
  dilation * (kernel - 1) + 1 <= input + before + after
).map((options) => slideOf(options, "rows"));

const PLAIN = slideOf({ input: 3, kernel: 1, stride: 1 }, "rows");

/** All values of axes, one after the other. */
function* points(axes: readonly Axis[]): Generator<ReadonlyMap<Axis, number>> {
  const [first, ...rest] = axes;
  if (!first) return yield new Map();
  for (let i = 0; i < first.extent; i++) for (const point of points(rest)) yield new Map([[first, i], ...point]);
}

const at = ({ constant, terms }: Affine, point: ReadonlyMap<Axis, number>) =>
  terms.reduce((sum, { axis, coefficient }) => sum + coefficient * point.get(axis)!, constant);

/** The windows and elements of each input position, by the text of the position, as the compiler has them. */
function covered(slides: readonly Slide[]): Map<string, string[]> {
  const found = new Map<string, string[]>(), told = JSON.stringify(slides);
  for (const { axes, positions } of coveringWindows(slides)) {
    for (const point of points(axes)) {
      for (const { at: place, windows: over } of positions) {
        const key = place.map((index) => at(index, point)).join();
        assert(!found.has(key), `${told}: ${key} is written twice`);
        const own: string[] = [];
        for (const inner of over ? points(over.axes) : []) {
          const all = new Map([...point, ...inner]);
          const index = over!.index.map((i) => at(i, all)), tap = over!.tap.map((i) => at(i, all));
          assert(tap.every((t, d) => t >= 0 && t < slides[d].kernel), `${told}: element ${tap}`);
          if (index.every((i, d) => i >= 0 && i < slides[d].windows)) own.push(`${index} at ${tap}`);
        }
        found.set(key, own.sort());
      }
    }
  }
  return found;
}

/** The same, window by window. */
function plainly(slides: readonly Slide[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const every = <Value>(lists: readonly Value[][]): Value[][] =>
    lists.reduce<Value[][]>((all, list) => all.flatMap((each) => list.map((value) => [...each, value])), [[]]);
  const range = (extent: number) => Array.from({ length: extent }, (_, i) => i);
  for (const position of every(slides.map(({ input }) => range(input)))) found.set(position.join(), []);
  const places = slides.map(({ kernel, stride, dilation, before, windows }) =>
    range(windows).flatMap((window) =>
      range(kernel).map((tap) => ({ window, tap, position: window * stride + tap * dilation - before }))
    )
  );
  for (const place of every(places)) {
    found.get(place.map(({ position }) => position).join())?.push(
      `${place.map(({ window }) => window)} at ${place.map(({ tap }) => tap)}`,
    );
  }
  for (const own of found.values()) own.sort();
  return found;
}

Deno.test("every input position is written once, from just the windows that cover it", () => {
  let ran = 0, large = 0, dilated = 0, partial = 0;
  for (const [i, rows] of SLIDES.entries()) {
    // by itself, and with one other, itself and a plain one
    for (const slides of [[rows], [rows, SLIDES[(7 * i + 3) % SLIDES.length]], [rows, rows], [rows, PLAIN]]) {
      const found = covered(slides), expected = plainly(slides);
      assert.deepEqual(Object.fromEntries([...found].sort()), Object.fromEntries([...expected].sort()));
      if (slides.reduce((product, { stride }) => product * stride, 1) > 16) large++;
      if (slides.some(({ dilation }) => dilation > 1)) dilated++;
      if (slides.some((s) => s.stride * (s.windows - 1) + s.dilation * (s.kernel - 1) >= s.input + s.before)) partial++;
      ran++;
    }
  }
  assert(ran > 3000 && large > 800 && dilated > 400 && partial > 1000, `${[ran, large, dilated, partial]} windows`);
});

Deno.test("windows are counted as PyTorch does", () => {
  const windows = (options: SlideOptions) => slideOf(options, "rows").windows;
  // max_pool1d and conv1d of PyTorch 1.13
  assert.equal(windows({ input: 6, kernel: 3, stride: 2 }), 2);
  assert.equal(windows({ input: 6, kernel: 3, stride: 2, partial: true }), 3);
  assert.equal(windows({ input: 5, kernel: 2, stride: 3, partial: true }), 2);
  // the third would begin behind the input
  assert.equal(windows({ input: 4, kernel: 2, stride: 3, padding: [1, 1], partial: true }), 2);
  assert.equal(windows({ input: 10, kernel: 3, stride: 2, dilation: 3, padding: [0, 3] }), 4);
  assert.throws(() => windows({ input: 4, kernel: 3, stride: 1, dilation: 3, padding: [0, 1] }), {
    name: "InputError",
    message:
      "its kernel is 3 rows with dilation 3, 7 in all, but its input has only 4 and 0 and 1 of padding; make the kernel smaller",
  });
});

Deno.test("a window of any size has few formulas", () => {
  for (const [size, kernel, stride] of [[64, 64, 64], [4096, 4096, 4096], [224, 7, 5], [30, 3, 29], [500, 200, 100]]) {
    const parts = coveringWindows(Array(2).fill(slideOf({ input: size, kernel, stride }, "rows")));
    const formulas = parts.flatMap(({ positions }) => positions).length;
    assert(parts.length <= 16 && formulas <= 32, `${size}, ${kernel}, ${stride}: ${formulas} in ${parts.length}`);
  }
});

Deno.test("where most named elements would be of no window, only those of windows are named", () => {
  const one = slideOf({ input: 1, kernel: 1, stride: 1 }, "columns");
  const named = (size: number, kernel: number, limit = Infinity) =>
    coveringWindows([slideOf({ input: size, kernel, stride: 1 }, "rows"), one]).reduce((sum, { axes, positions }) => {
      const each = positions.map(({ windows }) => windows?.axes.reduce((taps, { extent }) => taps * extent, 1) ?? 0);
      assert(positions.length <= limit);
      return sum + axes.reduce((points, { extent }) => points * extent, 1) * each.reduce((a, b) => a + b, 0);
    }, 0);
  // 2 windows of 7; and 5 of 4, of which less than half would be named in vain
  assert.equal(named(8, 7), 2 * 7);
  assert.equal(named(8, 4), 8 * 4);
});
