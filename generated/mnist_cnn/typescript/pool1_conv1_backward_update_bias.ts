// kernel    pool1_conv1_backward_update_bias   dy_2 = if code[n,o,i,j] = 0 then dy[n,o,i,j] else 0; dy_3 = if code[n,o,i,j] = 1 then dy[n,o,i,j] else 0
//           dy_4 = if code[n,o,i,j] = 2 then dy[n,o,i,j] else 0; dy_5 = if code[n,o,i,j] = 3 then dy[n,o,i,j] else 0
//           db = sum over n,i,j of dy_2 + dy_3 + dy_4 + dy_5; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           and 2 more lines
// shape     o = 32, n = 64, i = 14, j = 14   (f32 in, sums in f64)
// schedule  parallel o
// cost      1.6 MFLOP · 2.0 MB read · 384 B written · 0.8 FLOP/B · 1 accumulator
// source    kernels/layers/max_pool2d.ts + kernels/layers/conv2d.ts + kernels/optimizers/adam.ts sha256:7470f9b2   regenerate: deno task generate specs/mnist_cnn.json
export function pool1_conv1_backward_update_bias(
  m: Float32Array, code: Uint8Array, dy: Float32Array, v: Float32Array, w: Float32Array, params: Float32Array,
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
    const at_o = o * 196;

    // seed
    let db = 0;

    // reduce
    for (let n = 0; n < 64; n++) {
      const at_o_n = at_o + n * 6272;
      for (let i = 0; i < 14; i++) {
        const at_o_n_i = at_o_n + i * 14;
        for (let j = 0; j < 14; j++) {
          const code_noij = code[at_o_n_i + j];
          const dy_noij = dy[at_o_n_i + j];
          const dy_2 = code_noij === 0 ? dy_noij : 0;
          db += dy_2;
          const dy_3 = code_noij === 1 ? dy_noij : 0;
          db += dy_3;
          const dy_4 = code_noij === 2 ? dy_noij : 0;
          db += dy_4;
          const dy_5 = code_noij === 3 ? dy_noij : 0;
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
