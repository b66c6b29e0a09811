// kernel    pool1_tanh1_conv1_backward_update_bias   value = dy[n,o,i,j] * 0.25; dy_2 = value * (1 - y[n,o,2i,2j] * y[n,o,2i,2j]); dy_3 = value * (1 - y[n,o,2i,2j+1] * y[n,o,2i,2j+1])
//           dy_4 = value * (1 - y[n,o,2i+1,2j] * y[n,o,2i+1,2j]); dy_5 = value * (1 - y[n,o,2i+1,2j+1] * y[n,o,2i+1,2j+1])
//           db = sum over n,i,j of dy_2 + dy_3 + dy_4 + dy_5; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           and 2 more lines
// shape     o = 6, n = 64, i = 14, j = 14   (f32 in, sums in f64)
// schedule  parallel o
// cost      1.3 MFLOP · 1.5 MB read · 72 B written · 0.8 FLOP/B · 1 accumulator
// source    kernels/layers/avg_pool2d.ts + kernels/layers/tanh.ts + kernels/layers/conv2d.ts + kernels/optimizers/adam.ts sha256:3c690aea   regenerate: deno task generate specs/lenet5.json
export function pool1_tanh1_conv1_backward_update_bias(
  m: Float32Array, dy: Float32Array, y: Float32Array, v: Float32Array, w: Float32Array, params: Float32Array,
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
  for (let o = from; o < to; o++) {
    const dy_at_o = o * 196;
    const y_at_o = o * 784;

    // seed
    let db = 0;

    // reduce
    for (let n = 0; n < 64; n++) {
      const dy_at_o_n = dy_at_o + n * 1176;
      const y_at_o_n = y_at_o + n * 4704;
      for (let i = 0; i < 14; i++) {
        const dy_at_o_n_i = dy_at_o_n + i * 14;
        const y_at_o_n_i = y_at_o_n + i * 56;
        for (let j = 0; j < 14; j++) {
          const y_at_o_n_i_j = y_at_o_n_i + j * 2;
          const dy_noij = dy[dy_at_o_n_i + j];
          const value = dy_noij * 0.25;
          const y_noij = y[y_at_o_n_i_j];
          const dy_2 = value * (1 - y_noij * y_noij);
          db += dy_2;
          const y_noij_2 = y[y_at_o_n_i_j + 1];
          const dy_3 = value * (1 - y_noij_2 * y_noij_2);
          db += dy_3;
          const y_noij_3 = y[y_at_o_n_i_j + 28];
          const dy_4 = value * (1 - y_noij_3 * y_noij_3);
          db += dy_4;
          const y_noij_4 = y[y_at_o_n_i_j + 29];
          const dy_5 = value * (1 - y_noij_4 * y_noij_4);
          db += dy_5;
        }
      }
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
