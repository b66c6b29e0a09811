// kernel    linear1_relu2_forward   value = b[o] + (sum over i of x[n,i] * w[o,i])
//           y[n,o] = max(value, 0)
// shape     n = 64, o = 128, i = 6272   (f32 in, sums in f64)
// schedule  tile n 2, o 2 · parallel n
// cost      102.8 MFLOP · 4.8 MB read · 32.8 kB written · 21 FLOP/B · 4 accumulators
// source    kernels/layers/linear.ts + kernels/layers/relu.ts sha256:8a9fb400   regenerate: deno task generate specs/mnist_cnn.json
export function linear1_relu2_forward(
  b: Float32Array, x: Float32Array, w: Float32Array, y: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n += 2) {
    const x_at_n = n * 6272;
    const y_at_n = n * 128;
    for (let o = 0; o < 128; o += 2) {
      const w_at_o = o * 6272;

      // seed
      let y00 = 0;
      let y01 = 0;
      let y10 = 0;
      let y11 = 0;

      // reduce
      for (let i = 0; i < 6272; i++) {
        const x0 = x[x_at_n + i];
        const w0 = w[w_at_o + i];
        y00 += x0 * w0;
        const w1 = w[w_at_o + i + 6272];
        y01 += x0 * w1;
        const x1 = x[x_at_n + i + 6272];
        y10 += x1 * w0;
        y11 += x1 * w1;
      }

      // finish
      const b0 = b[o];
      const value00 = b0 + y00;
      y[y_at_n + o] = Math.max(value00, 0);
      const b1 = b[o + 1];
      const value01 = b1 + y01;
      y[y_at_n + o + 1] = Math.max(value01, 0);
      const value10 = b0 + y10;
      y[y_at_n + o + 128] = Math.max(value10, 0);
      const value11 = b1 + y11;
      y[y_at_n + o + 129] = Math.max(value11, 0);
    }
  }
}
