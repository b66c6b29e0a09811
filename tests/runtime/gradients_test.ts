/** Gradients against central differences: what kinks do to them, and that a wrong one is found. */
import assert from "node:assert/strict";
import { gradientError } from "../../runtime/check/gradients.ts";

const GRADIENT = 0.2;
/** A loss whose slope rises by so much at each of some places. */
const bent = (kinks: Readonly<Record<number, number>>) => (by: number) =>
  1 + GRADIENT * by + 3 * by ** 2 + 5 * by ** 3 +
  Object.entries(kinks).reduce((sum, [at, rise]) => sum + rise * Math.max(0, by - Number(at)), 0);

/** Slopes that change by a ten-thousandth within the widest step, but such that the two differences agree. */
const SMALL = bent({ 0.000025: 1e-4, 0.00006: -6.25e-5 });

const isRight = (loss: (by: number) => number, gradient: number) => {
  const found = gradientError(loss, gradient);
  assert(found);
  return found.error <= found.tolerance;
};

Deno.test("gradients: small kinks whose differences agree by chance do not refuse a right gradient", () => {
  const [coarse, fine] = [1e-4, 5e-5].map((h) => (SMALL(h) - SMALL(-h)) / (2 * h));
  assert(Math.abs(fine - GRADIENT) > 100 * Math.abs(coarse - fine), "the widest differences alone would refuse it");
  assert(isRight(SMALL, GRADIENT));
  assert(isRight(bent({}), GRADIENT));
});

Deno.test("gradients: where differences disagree there is a kink, and no answer", () => {
  assert.equal(gradientError(bent({ 0.00003: 0.1 }), GRADIENT), undefined);
});

Deno.test("negative control: a wrong gradient is refused, among kinks too", () => {
  for (const factor of [0, -1, 0.999, 1.001, 1.5]) {
    assert(!isRight(bent({}), factor * GRADIENT), `${factor}`);
    assert(!isRight(SMALL, factor * GRADIENT), `${factor} among kinks`);
  }
});
