// kernel    linear1_backward_update_bias   db = sum over n of dy[n,o]; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2
//           m[o] = mean; v[o] = square; w[o] = w[o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 100, n = 32   (f32 in, sums in f64)
// schedule  parallel o
// cost      4.5 kFLOP · 14.0 kB read · 1200 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:6cf1a3c7   regenerate: deno task generate specs/har_cnn.json
export function linear1_backward_update_bias(
  m: Float32Array, dy: Float32Array, v: Float32Array, w: Float32Array, params: Float32Array, step: number, from: number,
  to: number,
): void {
  const params_at_step = step * 9;
  const beta1 = params[params_at_step + 1];
  const beta1_rest = params[params_at_step + 2];
  const beta2 = params[params_at_step + 4];
  const beta2_rest = params[params_at_step + 5];
  const step_size = params[params_at_step + 6];
  const v_scale = params[params_at_step + 7];
  const epsilon = params[params_at_step + 8];
  for (let o = from; o < to; o++) {
    // seed
    let db = 0;

    // reduce
    for (let n = 0; n < 32; n++) {
      const dy_at_o_n = o + n * 100;
      const dy_no = dy[dy_at_o_n];
      db += dy_no;
    }

    // finish
    const m_o = m[o];
    const v_o = v[o];
    const w_o = w[o];
    const g = Math.abs(db) < 8.881784197001252e-16 ? 0 : db;
    const t = beta1 * m_o + beta1_rest * g;
    const mean = Math.abs(t) < 8.881784197001252e-16 ? 0 : t;
    const t_2 = beta2 * v_o + beta2_rest * g * g;
    const square = Math.abs(t_2) < 1.1754943508222875e-38 ? 0 : t_2;
    m[o] = mean;
    v[o] = square;
    w[o] = w_o - step_size * mean / (Math.sqrt(square) * v_scale + epsilon);
  }
}
