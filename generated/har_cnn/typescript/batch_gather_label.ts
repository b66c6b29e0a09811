// kernel    batch_gather_label   label[n] = labels[order[step,n]]
// shape     n = 32   (f32 in, sums in f64)
// schedule  parallel n
// cost      0 FLOP · 256 B read · 128 B written · 0.0 FLOP/B
// source    kernels/step/batch.ts sha256:a5da5743   regenerate: deno task generate specs/har_cnn.json
export function batch_gather_label(
  order: Int32Array, labels: Int32Array, label: Int32Array, step: number, from: number, to: number,
): void {
  const order_at_step = step * 32;
  for (let n = from; n < to; n++) {
    const order_stepn = order[order_at_step + n];
    const labels_order = labels[order_stepn];
    label[n] = labels_order;
  }
}
