// kernel    conv2_norm2_pool1_relu2_forward_evaluate_forward   value = sum over c2,r of x[n,c2,2p+u+2r] * w[c,c2,r]; t = b[c] + (value - rm[c]) * g[c]; value_2 = max over u of t; y[n,c,p] = max(value_2, 0)
//           code[n,c,p] = argmax over u of t
// shape     n = 32, c = 64, p = 61, c2 = 64, r = 3, u = 2   (f32 in, sums in f64)
// schedule  unroll u 2 · parallel n
// cost      96.7 MFLOP · 1.1 MB read · 624.6 kB written · 57 FLOP/B · 4 accumulators
// source    kernels/layers/conv1d.ts + kernels/layers/batch_norm.ts + kernels/layers/max_pool1d.ts + kernels/layers/relu.ts sha256:d4883d5a   regenerate: deno task generate specs/har_cnn.json
export function conv2_norm2_pool1_relu2_forward_evaluate_forward(
  b: Float32Array, x: Float32Array, w: Float32Array, rm: Float32Array, g: Float32Array, y: Float32Array,
  code: Uint8Array, from: number, to: number,
): void {
  for (let n = from; n < to; n++) {
    const x_at_n = n * 8064;
    const at_n = n * 3904;
    for (let c = 0; c < 64; c++) {
      const w_at_c = c * 192;
      const at_n_c = at_n + c * 61;
      const b_c = b[c];
      const rm_c = rm[c];
      const g_c = g[c];
      for (let p = 0; p < 61; p++) {
        const x_at_n_p = x_at_n + p * 2;

        // seed
        let value = -Infinity;
        let place = 0;
        let value0 = 0;
        let value1 = 0;

        // reduce
        for (let c2 = 0; c2 < 64; c2++) {
          const x_at_n_p_c2 = x_at_n_p + c2 * 126;
          const w_at_c_c2 = w_at_c + c2 * 3;
          for (let r = 0; r < 3; r++) {
            const x_at_n_p_c2_r = x_at_n_p_c2 + r * 2;
            const x0 = x[x_at_n_p_c2_r];
            const w_cc2r = w[w_at_c_c2 + r];
            value0 += x0 * w_cc2r;
            const x1 = x[x_at_n_p_c2_r + 1];
            value1 += x1 * w_cc2r;
          }
        }

        // reduce
        const t0 = b_c + (value0 - rm_c) * g_c;
        value = t0;
        const t1 = b_c + (value1 - rm_c) * g_c;
        const stays = t1 <= value;
        place = stays ? place : 1;
        value = stays ? value : t1;

        // finish
        y[at_n_c + p] = Math.max(value, 0);
        code[at_n_c + p] = place;
      }
    }
  }
}
