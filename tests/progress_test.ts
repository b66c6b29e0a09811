/** The line that shows how far a run is. */
import assert from "node:assert/strict";
import { count, duration, ProgressBar, progressLine } from "../mod.ts";

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

Deno.test("the pace is that of the last seconds, and the true one where progress jumps more seldom", () => {
  const { now } = performance;
  /** Images per second that are shown at the end, when so many are done after each second. */
  const shown = (done: (second: number) => number, seconds: number) => {
    let text = "";
    const bar = new ProgressBar({ write: (line) => text = line, columns: () => 100, color: false });
    for (let second = 0; second <= seconds; second++) {
      performance.now = () => 1000 * second;
      bar.show({ epoch: 1, epochs: 1, samples: done(second), total: 100_000 });
    }
    return text.match(/([\d,]+) images\/s {2}(.*) left/)?.slice(1);
  };
  try {
    assert.equal(shown(() => 0, 20), undefined);
    assert.deepEqual(shown((second) => 100 * second, 20), ["100", "16 min 20 s"]);
    // slower lately
    assert.equal(shown((second) => second < 20 ? 1000 * second : 20_000 + 100 * (second - 20), 30)![0], "100");
    // 8,192 images at once, every ten seconds: from the second on, between them, and while nothing is heard
    for (const second of [10, 12, 19, 20, 25, 41]) {
      assert.equal(shown((second) => 8192 * Math.floor(second / 10), second)?.[0], "819", `${second}`);
    }
  } finally {
    performance.now = now;
  }
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
