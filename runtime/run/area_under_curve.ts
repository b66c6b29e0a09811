/**
 * How well a number for each sample tells two kinds of samples apart.
 *
 * @module
 */

/**
 * The area under the receiver operating characteristic: how probable it is that a sample of the kind sought has a larger
 * score than another one, equal scores counting half. By ranks (Mann and Whitney 1947), in n log n.
 *
 * @param scores one for each sample.
 * @param sought whether a sample is of the kind sought: 1 or 0.
 * @returns 0 to 1; undefined where there is one kind only, or a score is NaN.
 */
export function areaUnderCurve(scores: ArrayLike<number>, sought: ArrayLike<number>): number | undefined {
  const samples = scores.length, order = Uint32Array.from({ length: samples }, (_, i) => i);
  for (let i = 0; i < samples; i++) if (Number.isNaN(scores[i])) return undefined;
  order.sort((a, b) => scores[a] - scores[b] || 0);
  // twice the ranks, so that the mean rank of equal scores is whole: sums are exact up to 9e7 samples
  let ranks = 0, found = 0;
  for (let from = 0, to = 0; from < samples; from = to) {
    let tied = 0;
    while (to < samples && scores[order[to]] === scores[order[from]]) tied += sought[order[to++]];
    ranks += tied * (from + 1 + to);
    found += tied;
  }
  const others = samples - found;
  return found === 0 || others === 0 ? undefined : (ranks / 2 - found * (found + 1) / 2) / (found * others);
}
