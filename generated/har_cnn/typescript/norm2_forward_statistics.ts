// kernel    norm2_forward_statistics   test = n < count; mean = (sum over n of if test then p[n,c,0] else 0) / count; t = p[n,c,0] - mean; values = count * 122
//           variance = ((sum over n of if test then t * t else 0) * 122 + (sum over n of if test then q[n,c,0] else 0)) / values
//           rate = 1 / sqrt(variance + 0.00001); s[c] = mean; r[c] = rate; rm[c] = rm[c] * 0.9 + mean * 0.1
//           rv[c] = if 1 < values then rv[c] * 0.9 + variance * values / max(values - 1, 1) * 0.1 else rv[c]
// shape     c = 64, n = 32   (f32 in, sums in f64)
// schedule  parallel c
// cost      11.3 kFLOP · 16.9 kB read · 1024 B written · 0.6 FLOP/B · 3 accumulators
// source    kernels/layers/batch_norm.ts sha256:5bcb19b1   regenerate: deno task generate specs/har_cnn.json
export function norm2_forward_statistics(
  p: Float32Array, q: Float32Array, rm: Float32Array, rv: Float32Array, s: Float32Array, r: Float32Array,
  params: Float32Array, step: number, from: number, to: number,
): void {
  const params_at_step = step * 9;
  const count = params[params_at_step];
  const values = count * 122;
  const test = 1 < values;
  const t = values / Math.max(values - 1, 1);
  for (let c = from; c < to; c++) {
    // seed
    let s_sum = 0;

    // reduce
    for (let n = 0; n < 32; n++) {
      const p_at_c_n = c + n * 64;
      const test_2 = n < count;
      const p_nc = p[p_at_c_n];
      s_sum += test_2 ? p_nc : 0;
    }

    // finish
    const mean = s_sum / count;

    // seed
    let r_sum = 0;
    let r_sum_2 = 0;

    // reduce
    for (let n = 0; n < 32; n++) {
      const at_c_n = c + n * 64;
      const test_2 = n < count;
      const p_nc = p[at_c_n];
      const t_2 = p_nc - mean;
      r_sum += test_2 ? t_2 * t_2 : 0;
      const q_nc = q[at_c_n];
      r_sum_2 += test_2 ? q_nc : 0;
    }

    // finish
    const rm_c = rm[c];
    const rv_c = rv[c];
    const variance = (r_sum * 122 + r_sum_2) / values;
    const rate = 1 / Math.sqrt(variance + 0.00001);
    s[c] = mean;
    r[c] = rate;
    rm[c] = rm_c * 0.9 + mean * 0.1;
    rv[c] = test ? rv_c * 0.9 + variance * t * 0.1 : rv_c;
  }
}
