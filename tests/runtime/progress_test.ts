/** The line that shows how far a run is. */
import assert from "node:assert/strict";
import { count, duration, ProgressBar, progressLine } from "../../mod.ts";

const HALF = { epoch: 3, epochs: 10, samples: 30_000, total: 60_000 };
const PACE = { imagesPerSecond: 1234.5, secondsLeft: 75 };

const LINES: [string, string][] = [
  [
    progressLine(HALF, PACE, 100, false),
    `epoch  3/10 ${"━".repeat(15)}${"─".repeat(15)}  50 %  1,235 images/s  1 min 15 s left`,
  ],
  [progressLine(HALF, PACE, 60, false), "epoch  3/10 ━━━━─────  50 %  1,235 images/s  1 min 15 s left"],
  [progressLine(HALF, PACE, 40, false), "epoch  3/10  50 %  1,235 images/s  1 min"],
  [progressLine(HALF, PACE, 1, false), "e"],
  [progressLine(HALF, PACE, 0, false), ""],
  [progressLine(HALF, undefined, 30, false), "epoch  3/10 ━━━━━━──────  50 %"],
  [progressLine({ ...HALF, samples: 0 }, undefined, 30, false), "epoch  3/10 ────────────   0 %"],
  [progressLine({ ...HALF, samples: 60_000 }, undefined, 30, false), "epoch  3/10 ━━━━━━━━━━━━ 100 %"],
  [progressLine({ epoch: 1, epochs: 1, samples: 1, total: 3 }, undefined, 21, false), "epoch 1/1 ━────  33 %"],
];

Deno.test("the line fits the columns, down to none", () => {
  for (const [line, expected] of LINES) assert.equal(line, expected);
  for (let columns = 0; columns < 120; columns++) {
    assert(progressLine(HALF, PACE, columns, false).length <= columns, `${columns} columns`);
  }
});

Deno.test("color changes nothing but color", () => {
  const plain = progressLine(HALF, PACE, 100, false), color = progressLine(HALF, PACE, 100, true);
  assert.notEqual(color, plain);
  // deno-lint-ignore no-control-regex
  assert.equal(color.replaceAll(/\x1b\[\d+m/g, ""), plain);
  assert(!plain.includes("\x1b"));
});

Deno.test("each change is one write, and erasing leaves the line empty", () => {
  const writes: string[] = [];
  const bar = new ProgressBar({ write: (text) => void writes.push(text), columns: () => 41, color: false });
  bar.erase();
  assert.deepEqual(writes, [], "nothing to erase yet");
  bar.show(HALF);
  bar.note("testing on 10,000 images, which takes a while");
  bar.erase();
  bar.erase();
  assert.deepEqual(writes, [
    `\repoch  3/10 ${"━".repeat(11)}${"─".repeat(11)}  50 %\x1b[K`,
    "\rtesting on 10,000 images, which takes a \x1b[K",
    "\r\x1b[K",
  ]);
});

/** What the line says of speed and time left, at some seconds: so many images are known to be done. */
function paces(at: readonly (readonly [seconds: number, images: number])[], total: number): string[] {
  const lines: string[] = [];
  let now = 0;
  const bar = new ProgressBar({ write: (text) => void lines.push(text), columns: () => 120, color: false }, () => now);
  for (const [seconds, images] of at) {
    now = seconds;
    const epoch = Math.floor(images / total) + 1;
    bar.show({ epoch, epochs: 2, samples: images - (epoch - 1) * total, total });
  }
  return lines.map((line) => line.split("%  ")[1]?.replace("\x1b[K", "") ?? "");
}

/** Readings ten times a second of a run at 800 images/s that tells of them every so many tenths of a second. */
const jumps = (every: number) =>
  Array.from({ length: 600 }, (_, i) => [i / 10, 80 * every * Math.floor(i / every)] as const);

Deno.test("the speed is the true one, however seldom images are known to be done", () => {
  for (const every of [5, 30, 49, 50, 70, 100, 250]) {
    const said = paces(jumps(every), 40_000), first = said.findIndex((pace) => pace !== "");
    assert.equal(first, every, `every ${every} tenths: known from the first time on`);
    const speeds = said.slice(first).map((pace) => pace.split("  ")[0]);
    assert.deepEqual([...new Set(speeds)], ["800 images/s"], `every ${every} tenths`);
  }
  // the time left goes on between
  assert.deepEqual(paces([[0, 0], [10, 8000], [14, 8000], [20, 16_000], [25, 16_000]], 40_000).slice(1), [
    "800 images/s  1 min 30 s left",
    "800 images/s  1 min 26 s left",
    "800 images/s  1 min 20 s left",
    "800 images/s  1 min 15 s left",
  ]);
});

Deno.test("the speed is that of the last seconds, over the end of an epoch too", () => {
  const slower = Array.from({ length: 40 }, (_, i) => [i, i < 20 ? 100 * i : 1900 + 10 * (i - 19)] as const);
  const said = paces(slower, 1200);
  assert.equal(said[12], "100 images/s  12 s left");
  assert.match(said[30], /^10 images\/s /);
});

Deno.test("numbers and times for people", () => {
  assert.deepEqual([0, 999, 1000, 1234567.8].map(count), ["0", "999", "1,000", "1,234,568"]);
  assert.deepEqual([0.4, 59.4, 59.6, 61, 3599, 3600, 7260].map(duration), [
    "0 s",
    "59 s",
    "1 min 0 s",
    "1 min 1 s",
    "59 min 59 s",
    "1 h 0 min",
    "2 h 1 min",
  ]);
});
