/**
 * What was drawn, and the image of it that the net sees: as those of MNIST are made, from the strokes themselves.
 *
 * @module
 */

/** A point of the field, whose sides go from 0 to 1. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** The way of a pen, from down to up. */
export type Stroke = readonly Spot[];

/** Pixels along a side of the image, and of the box in it that the digit fills: so MNIST has it. */
export const SIDE = 28;
const BOX = 20;
/** Half of a stroke's width, in pixels of the image: that of the pens of MNIST, about. */
const RADIUS = 1.15;
/** Samples along a side of a pixel. */
const FINE = 4;

/** How far a spot is from a part of a stroke, squared. */
function distance(x: number, y: number, from: Spot, to: Spot): number {
  const dx = to.x - from.x, dy = to.y - from.y, length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / length));
  return (x - from.x - along * dx) ** 2 + (y - from.y - along * dy) ** 2;
}

/** Ink of an image, from 0 to 1, of strokes whose spots are pixels of it: the share of a pixel's samples that are near one. */
function inked(strokes: readonly Stroke[]): Float32Array {
  const side = SIDE * FINE, covered = new Uint8Array(side * side), ink = new Float32Array(SIDE * SIDE);
  /** Samples along a side that may be near what goes from one place to another. */
  const samples = (a: number, b: number): [from: number, to: number] => [
    Math.max(0, Math.floor((Math.min(a, b) - RADIUS) * FINE)),
    Math.min(side - 1, Math.ceil((Math.max(a, b) + RADIUS) * FINE)),
  ];
  for (const stroke of strokes) {
    stroke.forEach((to, i) => {
      const from = stroke[Math.max(0, i - 1)],
        [left, right] = samples(from.x, to.x),
        [top, end] = samples(from.y, to.y);
      for (let row = top; row <= end; row++) {
        for (let column = left; column <= right; column++) {
          const x = (column + 0.5) / FINE, y = (row + 0.5) / FINE;
          if (distance(x, y, from, to) < RADIUS * RADIUS) covered[row * side + column] = 1;
        }
      }
    });
  }
  covered.forEach((value, i) => {
    const row = Math.floor(Math.floor(i / side) / FINE), column = Math.floor(i % side / FINE);
    ink[row * SIDE + column] += value / (FINE * FINE);
  });
  return ink;
}

/** The middle of the ink's mass. */
function middleOf(ink: Float32Array): Spot {
  let sum = 0, x = 0, y = 0;
  ink.forEach((value, i) => {
    sum += value;
    x += value * (i % SIDE + 0.5);
    y += value * (Math.floor(i / SIDE) + 0.5);
  });
  return { x: x / sum, y: y / sum };
}

/**
 * The image of strokes, 28 x 28 bytes: as large as fits a box of 20 x 20, its middle by mass in the image's middle, with
 * soft edges. The pen is as wide whatever the size of what was drawn.
 *
 * @returns nothing where nothing was drawn.
 */
export function imageOf(strokes: readonly Stroke[]): Uint8Array | undefined {
  const spots = strokes.flat();
  if (spots.length === 0) return undefined;
  const sides = (["x", "y"] as const).map((axis) => {
    const values = spots.map((spot) => spot[axis]);
    return { from: Math.min(...values), to: Math.max(...values) };
  });
  const largest = Math.max(...sides.map(({ from, to }) => to - from));
  // a dot stays one
  const scale = (BOX - 2 * RADIUS) / Math.max(largest, 0.1);
  const [left, top] = sides.map(({ from, to }) => (from + to) / 2);
  const placed = (by: Spot) =>
    strokes.map((stroke) =>
      stroke.map(({ x, y }) => ({ x: (x - left) * scale + SIDE / 2 + by.x, y: (y - top) * scale + SIDE / 2 + by.y }))
    );
  const { x, y } = middleOf(inked(placed({ x: 0, y: 0 })));
  const ink = inked(placed({ x: SIDE / 2 - x, y: SIDE / 2 - y }));
  return Uint8Array.from(ink, (value) => Math.round(255 * value));
}
