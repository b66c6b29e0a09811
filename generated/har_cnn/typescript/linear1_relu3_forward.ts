// kernel    linear1_relu3_forward   value = b[o] + (sum over i of x[n,i] * w[o,i])
//           y[n,o] = max(value, 0)
// shape     n = 32, o = 100, i = 3904   (f32 in, sums in f64)
// schedule  tile n 2, o 2 · parallel n
// cost      25.0 MFLOP · 2.1 MB read · 12.8 kB written · 12 FLOP/B · 4 accumulators
// source    kernels/layers/linear.ts + kernels/layers/relu.ts sha256:c4d1dc28   regenerate: deno task generate specs/har_cnn.json
export function linear1_relu3_forward(
  b: Float32Array, x: Float32Array, w: Float32Array, y: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n += 2) {
    const x_at_n = n * 3904;
    const y_at_n = n * 100;
    for (let o = 0; o < 100; o += 2) {
      const w_at_o = o * 3904;

      // seed
      let y00 = 0;
      let y01 = 0;
      let y10 = 0;
      let y11 = 0;

      // reduce
      for (let i = 0; i < 3904; i++) {
        const x0 = x[x_at_n + i];
        const w0 = w[w_at_o + i];
        y00 += x0 * w0;
        const w1 = w[w_at_o + i + 3904];
        y01 += x0 * w1;
        const x1 = x[x_at_n + i + 3904];
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
      y[y_at_n + o + 100] = Math.max(value10, 0);
      const value11 = b1 + y11;
      y[y_at_n + o + 101] = Math.max(value11, 0);
    }
  }
}
