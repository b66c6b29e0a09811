// kernel    linear1_tanh3_forward   value = b[o] + (sum over i of x[n,i] * w[o,i])
//           y[n,o] = tanh(value)
// shape     n = 64, o = 120, i = 400   (f32 in, sums in f64)
// schedule  tile n 2, o 2 · parallel n
// cost      6.2 MFLOP · 294.9 kB read · 30.7 kB written · 19 FLOP/B · 4 accumulators
// source    kernels/layers/linear.ts + kernels/layers/tanh.ts sha256:0a62c2ee   regenerate: deno task generate specs/lenet5.json
export function linear1_tanh3_forward(
  b: Float32Array, x: Float32Array, w: Float32Array, y: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n += 2) {
    const x_at_n = n * 400;
    const y_at_n = n * 120;
    for (let o = 0; o < 120; o += 2) {
      const w_at_o = o * 400;

      // seed
      let y00 = 0;
      let y01 = 0;
      let y10 = 0;
      let y11 = 0;

      // reduce
      for (let i = 0; i < 400; i++) {
        const x0 = x[x_at_n + i];
        const w0 = w[w_at_o + i];
        y00 += x0 * w0;
        const w1 = w[w_at_o + i + 400];
        y01 += x0 * w1;
        const x1 = x[x_at_n + i + 400];
        y10 += x1 * w0;
        y11 += x1 * w1;
      }

      // finish
      const b0 = b[o];
      const value00 = b0 + y00;
      y[y_at_n + o] = Math.tanh(value00);
      const b1 = b[o + 1];
      const value01 = b1 + y01;
      y[y_at_n + o + 1] = Math.tanh(value01);
      const value10 = b0 + y10;
      y[y_at_n + o + 120] = Math.tanh(value10);
      const value11 = b1 + y11;
      y[y_at_n + o + 121] = Math.tanh(value11);
    }
  }
}
