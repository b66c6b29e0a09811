/** What is drawn becomes an image as those of MNIST are made; files with drawings are read, or refused in one line. */
import assert from "node:assert/strict";
import { percent, sentence } from "../../site/page/draw/answers.ts";
import { drawingsOf, fileOf, MOST, Store } from "../../site/page/draw/store.ts";
import { imageOf, SIDE, type Stroke } from "../../site/page/draw/strokes.ts";

/** A hook, three times as high as wide, at a place and in a size. */
const hook = (x: number, y: number, size: number): Stroke[] => [
  Array.from(
    { length: 40 },
    (_, i) => ({ x: x + size * (i < 10 ? i / 30 : 1 / 3), y: y + size * Math.max(0, i - 10) / 29 }),
  ),
];

/** Rows and columns with ink, and the middle of its mass. */
function facts(image: Uint8Array) {
  const rows = new Set<number>(), columns = new Set<number>();
  let sum = 0, x = 0, y = 0;
  image.forEach((value, i) => {
    const row = Math.floor(i / SIDE), column = i % SIDE;
    // what is fainter than a twentieth is an edge's
    if (value > 12) [rows.add(row), columns.add(column)];
    sum += value;
    x += value * (column + 0.5);
    y += value * (row + 0.5);
  });
  return { rows: rows.size, columns: columns.size, x: x / sum, y: y / sum, sum };
}

Deno.test("an image fills a box of 20, its mass is in the middle, and its edges are soft, wherever and however large it was drawn", () => {
  const image = imageOf(hook(0.2, 0.1, 0.7))!, { rows, columns, x, y } = facts(image);
  assert.equal(image.length, SIDE * SIDE);
  assert(Math.abs(x - SIDE / 2) < 0.1 && Math.abs(y - SIDE / 2) < 0.1, `${x}, ${y}`);
  assert(rows >= 19 && rows <= 21 && columns >= 7 && columns <= 10, `${rows} x ${columns}`);
  assert(Math.max(...image) === 255 && image.filter((value) => value > 0 && value < 255).length > 20);
  // the same hook elsewhere, three times smaller: edges may differ
  const other = imageOf(hook(0.6, 0.5, 0.25))!;
  const off = image.reduce((sum, value, i) => sum + Math.abs(value - other[i]), 0) / facts(image).sum;
  assert(off < 0.02, `${off}`);
});

Deno.test("a dot is a dot, and nothing is no image", () => {
  assert.equal(imageOf([]), undefined);
  const { rows, columns } = facts(imageOf([[{ x: 0.9, y: 0.1 }]])!);
  assert(rows >= 2 && rows <= 4 && columns === rows, `${rows} x ${columns}`);
});

Deno.test("drawings come back from their file; another one is refused in a line", () => {
  const drawings = [3, 9].map((label) => ({ label, image: imageOf(hook(0.1 * label, 0.1, 0.3))! }));
  assert.deepEqual(drawingsOf(fileOf(drawings)), drawings);
  const file = JSON.parse(fileOf(drawings));
  const wrong = [
    ["nothing", /no JSON/],
    ["null", /no drawings/],
    ["[]", /no drawings/],
    [JSON.stringify({ ...file, drawings: [null] }), /drawing 1 has no label/],
    [
      JSON.stringify({ ...file, drawings: [file.drawings[0], { ...file.drawings[1], label: 10 }] }),
      /drawing 2 has no label/,
    ],
    [JSON.stringify({ ...file, drawings: [{ label: 1, image: "AAAA" }] }), /drawing 1 has no image of 28 x 28/],
    [JSON.stringify({ ...file, drawings: [{ label: 1, image: "?" }] }), /drawing 1 has no image/],
    [JSON.stringify({ ...file, drawings: [{ label: 1 }] }), /drawing 1 has no image/],
  ] as const;
  for (const [text, message] of wrong) assert.throws(() => drawingsOf(text), message);
});

Deno.test("as many drawings are kept as may be, and no more; a line says what to do", async () => {
  // there is no database here
  const store = new Store(), some = (count: number) => Array(count).fill({ label: 1, image: imageOf(hook(0, 0, 1))! });
  await assert.rejects(store.add(some(MOST + 1)), { message: `${MOST} drawings are kept at most, and these are 201` });
  await store.add(some(MOST));
  await assert.rejects(store.add(some(1)), /there are 200; delete some first$/);
  await store.delete((await store.all())[0].id);
  await store.add(some(1));
  assert.deepEqual([(await store.all()).length, await store.stays()], [MOST, false]);
});

Deno.test("nothing but all is 100 %, nothing but none is 0 %, and what is no number is told", () => {
  const shares = [0, 1e-9, 0.0005, 0.1234, 0.9989, 0.9996, 1 - 1e-9, 1, NaN];
  assert.deepEqual(shares.map(percent), [
    ...["0 %", "<0.1 %", "0.1 %", "12.3 %", "99.9 %", "99.9 %", "99.9 %", "100 %", "NaN %"],
  ]);
  assert.equal(sentence([0.2, 0.8]), "It is a 1, by 80.0 %.");
  assert.equal(sentence([NaN, 0.8]), "Its numbers are not finite any more: start over.");
});
