// kernel    linear2_tanh3_backward_input   value = sum over o of dy[n,o] * w[o,i]
//           dx[n,i] = value * (1 - y[n,i] * y[n,i])
// shape     n = 64, i = 120, o = 84   (f32 in, sums in f64)
// schedule  tile n 2, i 2 · parallel n
// cost      1.3 MFLOP · 92.5 kB read · 30.7 kB written · 11 FLOP/B · 4 accumulators
// source    kernels/layers/linear.ts + kernels/layers/tanh.ts sha256:cab9b1ec   regenerate: deno task generate specs/lenet5.json
export function linear2_tanh3_backward_input(
  dy: Float32Array, w: Float32Array, y: Float32Array, dx: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n += 2) {
    const dy_at_n = n * 84;
    const at_n = n * 120;
    for (let i = 0; i < 120; i += 2) {
      // seed
      let value00 = 0;
      let value01 = 0;
      let value10 = 0;
      let value11 = 0;

      // reduce
      for (let o = 0; o < 84; o++) {
        const w_at_i_o = i + o * 120;
        const dy0 = dy[dy_at_n + o];
        const w0 = w[w_at_i_o];
        value00 += dy0 * w0;
        const w1 = w[w_at_i_o + 1];
        value01 += dy0 * w1;
        const dy1 = dy[dy_at_n + o + 84];
        value10 += dy1 * w0;
        value11 += dy1 * w1;
      }

      // finish
      const y00 = y[at_n + i];
      dx[at_n + i] = value00 * (1 - y00 * y00);
      const y01 = y[at_n + i + 1];
      dx[at_n + i + 1] = value01 * (1 - y01 * y01);
      const y10 = y[at_n + i + 120];
      dx[at_n + i + 120] = value10 * (1 - y10 * y10);
      const y11 = y[at_n + i + 121];
      dx[at_n + i + 121] = value11 * (1 - y11 * y11);
    }
  }
}
