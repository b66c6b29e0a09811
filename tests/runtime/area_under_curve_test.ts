import assert from "node:assert/strict";
import { streamKey, uniform } from "../../runtime/run/random.ts";
import { areaUnderCurve } from "../../runtime/run/area_under_curve.ts";

/** By its meaning: of all pairs of a sample that is sought and one that is not, those in order, ties by half. */
function byPairs(scores: ArrayLike<number>, sought: ArrayLike<number>): number | undefined {
  let right = 0, pairs = 0;
  for (let i = 0; i < scores.length; i++) {
    for (let j = 0; j < scores.length; j++) {
      if (sought[i] !== 1 || sought[j] !== 0) continue;
      pairs++;
      right += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0;
    }
  }
  return pairs > 0 ? right / pairs : undefined;
}

Deno.test("the area under the curve is the share of pairs in order, ties by half", () => {
  const cases = 400;
  let tied = 0, counted = 0;
  for (let seed = 0; seed < cases; seed++) {
    const key = streamKey(seed, "area"), samples = 1 + Math.floor(60 * uniform(key, 0));
    // few different scores: most are tied; and infinite ones
    const levels = 1 + seed % 9, scale = seed % 3 === 0 ? 1e30 : 1;
    const scores = Float32Array.from({ length: samples }, (_, i) => {
      const level = Math.floor(levels * uniform(key, 1 + 2 * i));
      return seed % 5 === 0 && level === 0 ? -Infinity : scale * (level - 3);
    });
    const sought = Uint8Array.from({ length: samples }, (_, i) => uniform(key, 2 + 2 * i) < 0.4 ? 1 : 0);
    const expected = byPairs(scores, sought), found = areaUnderCurve(scores, sought);
    if (expected === undefined) assert.equal(found, undefined);
    else assert(Math.abs(found! - expected) < 1e-12, `seed ${seed}: ${found}, not ${expected}`);
    counted += expected === undefined ? 0 : 1;
    tied += new Set(scores).size < samples ? 1 : 0;
  }
  assert(counted > cases / 2 && tied > cases / 2, `${counted} of ${cases} with two kinds, ${tied} with ties`);
});

Deno.test("by hand: all in order, none, one score for all, one kind, no number", () => {
  assert.equal(areaUnderCurve([1, 2, 3, 4], [0, 0, 1, 1]), 1);
  assert.equal(areaUnderCurve([4, 3, 2, 1], [0, 0, 1, 1]), 0);
  assert.equal(areaUnderCurve([7, 7, 7, 7], [0, 1, 0, 1]), 0.5);
  // three pairs of four are in order
  assert.equal(areaUnderCurve([1, 3, 2, 4], [0, 0, 1, 1]), 0.75);
  // 0 and -0 are tied
  assert.equal(areaUnderCurve([0, -0], [0, 1]), 0.5);
  assert.equal(areaUnderCurve([1, 2], [1, 1]), undefined);
  assert.equal(areaUnderCurve([1, 2], [0, 0]), undefined);
  assert.equal(areaUnderCurve([], []), undefined);
  assert.equal(areaUnderCurve([1, NaN], [0, 1]), undefined);
});

Deno.test("negative control: ties that are not halved, and ranks from 0, are noticed", () => {
  const scores = [1, 1, 2, 2, 2], sought = [1, 0, 0, 1, 1], right = byPairs(scores, sought)!;
  const strict = sought.flatMap((kind, i) =>
    kind === 1 ? sought.flatMap((other, j) => other === 0 ? [[i, j]] : []) : []
  );
  const unhalved = strict.filter(([i, j]) => scores[i] > scores[j]).length / strict.length;
  assert.notEqual(unhalved, right);
  assert.equal(areaUnderCurve(scores, sought), right);
});

Deno.test("a million samples are ranked, not compared with each other", () => {
  const samples = 1_000_000, scores = Float32Array.from({ length: samples }, (_, i) => (i * 7919) % samples);
  const sought = Uint8Array.from(scores, (score) => score >= samples / 2 ? 1 : 0);
  assert.equal(areaUnderCurve(scores, sought), 1);
});
