// kernel    batch_gather   x[n,c,h,w] = data[order[step,n],c,h,w] / 255
// shape     n = 64, c = 1, h = 28, w = 28   (f32 in, sums in f64)
// schedule  parallel n
// cost      50.2 kFLOP · 50.4 kB read · 200.7 kB written · 0.2 FLOP/B
// source    kernels/step/batch.ts sha256:e433487b   regenerate: deno task generate specs/lenet5.json
export function batch_gather(
  order: Int32Array, data: Uint8Array, x: Float32Array, step: number, from: number, to: number,
): void {
  const order_at_step = step * 64;
  for (let n = from; n < to; n++) {
    const x_at_n = n * 1024;
    const order_stepn = order[order_at_step + n];
    const data_at_order_stepn = order_stepn * 784;
    for (let h = 0; h < 28; h++) {
      const data_at_order_stepn_h = data_at_order_stepn + h * 28;
      const x_at_n_h = x_at_n + h * 32;
      for (let w = 0; w < 28; w++) {
        const data_chw = data[data_at_order_stepn_h + w];
        x[x_at_n_h + w + 66] = data_chw / 255;
      }
    }
  }
}
