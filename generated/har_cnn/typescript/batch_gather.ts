// kernel    batch_gather   x[n,c,l] = data[order[step,n],c,l] / 255
// shape     n = 32, c = 9, l = 128   (f32 in, sums in f64)
// schedule  parallel n
// cost      36.9 kFLOP · 37.0 kB read · 147.5 kB written · 0.2 FLOP/B
// source    kernels/step/batch.ts sha256:9ac53495   regenerate: deno task generate specs/har_cnn.json
export function batch_gather(
  order: Int32Array, data: Uint8Array, x: Float32Array, step: number, from: number, to: number,
): void {
  const order_at_step = step * 32;
  for (let n = from; n < to; n++) {
    const x_at_n = n * 1152;
    const order_stepn = order[order_at_step + n];
    const data_at_order_stepn = order_stepn * 1152;
    for (let c = 0; c < 9; c++) {
      const data_at_order_stepn_c = data_at_order_stepn + c * 128;
      const x_at_n_c = x_at_n + c * 128;
      for (let l = 0; l < 128; l++) {
        const data_cl = data[data_at_order_stepn_c + l];
        x[x_at_n_c + l] = data_cl / 255;
      }
    }
  }
}
