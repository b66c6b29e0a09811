// kernel    batch_sum   losses = sum over n of loss[n]
//           hits = sum over n of hit[n]
//           loss_sum[0] = loss_sum[0] + losses
//           hit_sum[0] = hit_sum[0] + hits
// shape     n = 64   (f32 in, sums in f64)
// schedule  plain loops
// cost      130 FLOP · 520 B read · 8 B written · 0.2 FLOP/B · 2 accumulators
// source    kernels/batch.ts sha256:c53d44ed   regenerate: deno task generate specs/lenet5.json
export function batch_sum(loss_sum: Float32Array, loss: Float32Array, hit_sum: Float32Array, hit: Float32Array): void {
  // seed
  let losses = 0;
  let hits = 0;

  // reduce
  for (let n = 0; n < 64; n++) {
    const loss_n = loss[n];
    losses += loss_n;
    const hit_n = hit[n];
    hits += hit_n;
  }

  // finish
  const loss_sum_2 = loss_sum[0];
  const hit_sum_2 = hit_sum[0];
  loss_sum[0] = loss_sum_2 + losses;
  hit_sum[0] = hit_sum_2 + hits;
}
