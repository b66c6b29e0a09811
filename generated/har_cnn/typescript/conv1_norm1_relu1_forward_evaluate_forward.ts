// kernel    conv1_norm1_relu1_forward_evaluate_forward   value = sum over c,r of x[n,c,p+r] * w[o,c,r]
//           value_2 = b[o] + (value - rm[o]) * g[o]
//           y[n,o,p] = max(value_2, 0)
// shape     n = 32, o = 64, p = 126, c = 9, r = 3   (f32 in, sums in f64)
// schedule  tile p 4 · unroll r 3 · parallel n
// cost      14.7 MFLOP · 155.1 kB read · 1.0 MB written · 12 FLOP/B · 4 accumulators
// source    kernels/layers/conv1d.ts + kernels/layers/batch_norm.ts + kernels/layers/relu.ts sha256:73e12e32   regenerate: deno task generate specs/har_cnn.json
export function conv1_norm1_relu1_forward_evaluate_forward(
  b: Float32Array, x: Float32Array, w: Float32Array, rm: Float32Array, g: Float32Array, y: Float32Array, from: number,
  to: number,
): void {
  for (let n = from; n < to; n++) {
    const x_at_n = n * 1152;
    const y_at_n = n * 8064;
    for (let o = 0; o < 64; o++) {
      const w_at_o = o * 27;
      const y_at_n_o = y_at_n + o * 126;
      const b_o = b[o];
      const rm_o = rm[o];
      const g_o = g[o];
      for (let p = 0; p < 124; p += 4) {
        const x_at_n_p = x_at_n + p;

        // seed
        let value0 = 0;
        let value1 = 0;
        let value2 = 0;
        let value3 = 0;

        // reduce
        for (let c = 0; c < 9; c++) {
          const x_at_n_p_c = x_at_n_p + c * 128;
          const w_at_o_c = w_at_o + c * 3;
          const x0 = x[x_at_n_p_c];
          const w0 = w[w_at_o_c];
          value0 += x0 * w0;
          const x1 = x[x_at_n_p_c + 1];
          value1 += x1 * w0;
          const x2 = x[x_at_n_p_c + 2];
          value2 += x2 * w0;
          const x3 = x[x_at_n_p_c + 3];
          value3 += x3 * w0;
          const w1 = w[w_at_o_c + 1];
          value0 += x1 * w1;
          value1 += x2 * w1;
          value2 += x3 * w1;
          const x4 = x[x_at_n_p_c + 4];
          value3 += x4 * w1;
          const w2 = w[w_at_o_c + 2];
          value0 += x2 * w2;
          value1 += x3 * w2;
          value2 += x4 * w2;
          const x5 = x[x_at_n_p_c + 5];
          value3 += x5 * w2;
        }

        // finish
        const value0_2 = b_o + (value0 - rm_o) * g_o;
        y[y_at_n_o + p] = Math.max(value0_2, 0);
        const value1_2 = b_o + (value1 - rm_o) * g_o;
        y[y_at_n_o + p + 1] = Math.max(value1_2, 0);
        const value2_2 = b_o + (value2 - rm_o) * g_o;
        y[y_at_n_o + p + 2] = Math.max(value2_2, 0);
        const value3_2 = b_o + (value3 - rm_o) * g_o;
        y[y_at_n_o + p + 3] = Math.max(value3_2, 0);
      }
      {
        // seed
        let value0 = 0;
        let value1 = 0;

        // reduce
        for (let c = 0; c < 9; c++) {
          const x_at_n_c = x_at_n + c * 128;
          const w_at_o_c = w_at_o + c * 3;
          const x0 = x[x_at_n_c + 124];
          const w0 = w[w_at_o_c];
          value0 += x0 * w0;
          const x1 = x[x_at_n_c + 125];
          value1 += x1 * w0;
          const w1 = w[w_at_o_c + 1];
          value0 += x1 * w1;
          const x2 = x[x_at_n_c + 126];
          value1 += x2 * w1;
          const w2 = w[w_at_o_c + 2];
          value0 += x2 * w2;
          const x3 = x[x_at_n_c + 127];
          value1 += x3 * w2;
        }

        // finish
        const value0_2 = b_o + (value0 - rm_o) * g_o;
        y[y_at_n_o + 124] = Math.max(value0_2, 0);
        const value1_2 = b_o + (value1 - rm_o) * g_o;
        y[y_at_n_o + 125] = Math.max(value1_2, 0);
      }
    }
  }
}
