// kernel    norm2_backward_update_bias   total = sum over n of e[n,c,0]; g = if abs(total) < 8.881784e-16 then 0 else total; t = beta1 * m2[c] + beta1_rest * g
//           mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v2[c] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2
//           along = (sum over n of f[n,c,0]) * r[c]; g_2 = if abs(along) < 8.881784e-16 then 0 else along; t_3 = beta1 * m[c] + beta1_rest * g_2
//           and 4 more lines
// shape     c = 64, n = 32   (f32 in, sums in f64)
// schedule  parallel c
// cost      6.1 kFLOP · 18.2 kB read · 2048 B written · 0.3 FLOP/B · 2 accumulators
// source    kernels/layers/batch_norm.ts + kernels/optimizers/adam.ts sha256:a5941972   regenerate: deno task generate specs/har_cnn.json
export function norm2_backward_update_bias(
  m2: Float32Array, e: Float32Array, v2: Float32Array, w2: Float32Array, m: Float32Array, f: Float32Array,
  r: Float32Array, v: Float32Array, w: Float32Array, k: Float32Array, l: Float32Array, params: Float32Array,
  step: number, from: number, to: number,
): void {
  const params_at_step = step * 9;
  const beta1 = params[params_at_step + 1];
  const beta1_rest = params[params_at_step + 2];
  const beta2 = params[params_at_step + 4];
  const beta2_rest = params[params_at_step + 5];
  const step_size = params[params_at_step + 6];
  const v_scale = params[params_at_step + 7];
  const epsilon = params[params_at_step + 8];
  const count = params[params_at_step];
  const t = count * 122;
  for (let c = from; c < to; c++) {
    // seed
    let total = 0;
    let m_sum = 0;

    // reduce
    for (let n = 0; n < 32; n++) {
      const at_c_n = c + n * 64;
      const e_nc = e[at_c_n];
      total += e_nc;
      const f_nc = f[at_c_n];
      m_sum += f_nc;
    }

    // finish
    const m2_c = m2[c];
    const v2_c = v2[c];
    const w2_c = w2[c];
    const m_c = m[c];
    const r_c = r[c];
    const v_c = v[c];
    const w_c = w[c];
    const g = Math.abs(total) < 8.881784197001252e-16 ? 0 : total;
    const t_2 = beta1 * m2_c + beta1_rest * g;
    const mean = Math.abs(t_2) < 8.881784197001252e-16 ? 0 : t_2;
    const t_3 = beta2 * v2_c + beta2_rest * g * g;
    const square = Math.abs(t_3) < 1.1754943508222875e-38 ? 0 : t_3;
    const along = m_sum * r_c;
    const g_2 = Math.abs(along) < 8.881784197001252e-16 ? 0 : along;
    const t_4 = beta1 * m_c + beta1_rest * g_2;
    const mean_2 = Math.abs(t_4) < 8.881784197001252e-16 ? 0 : t_4;
    const t_5 = beta2 * v_c + beta2_rest * g_2 * g_2;
    const square_2 = Math.abs(t_5) < 1.1754943508222875e-38 ? 0 : t_5;
    m2[c] = mean;
    v2[c] = square;
    w2[c] = w2_c - step_size * mean / (Math.sqrt(square) * v_scale + epsilon);
    m[c] = mean_2;
    v[c] = square_2;
    w[c] = w_c - step_size * mean_2 / (Math.sqrt(square_2) * v_scale + epsilon);
    k[c] = total / t;
    l[c] = along * r_c / t;
  }
}
