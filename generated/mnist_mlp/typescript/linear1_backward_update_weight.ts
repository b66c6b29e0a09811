// kernel    linear1_backward_update_weight   dw = sum over n of x[n,i] * dy[n,o]
//           g = dw + l2 * w[o,i]
//           mean = beta1 * m[o,i] + beta1_rest * g
//           and 4 more
// shape     o = 128, i = 784, n = 64   (f32 in, sums in f64)
// schedule  tile o 2, i 2 · parallel o
// cost      14.4 MFLOP · 1.4 MB read · 1.2 MB written · 5.4 FLOP/B · 4 accumulators
// source    kernels/linear.ts + kernels/adam.ts sha256:47b47f5f   regenerate: deno task generate specs/mnist_mlp.json
export function linear1_backward_update_weight(m: Float32Array, x: Float32Array, dy: Float32Array, w: Float32Array, v: Float32Array, params: Float32Array, step: number, from: number, to: number): void {
  const params_at_step = step * 9;
  const beta1 = params[params_at_step + 1];
  const beta1_rest = params[params_at_step + 2];
  const l2 = params[params_at_step + 3];
  const beta2 = params[params_at_step + 4];
  const beta2_rest = params[params_at_step + 5];
  const step_size = params[params_at_step + 6];
  const v_scale = params[params_at_step + 7];
  const epsilon = params[params_at_step + 8];
  for (let o = from; o < to; o += 2) {
    const m_at_o = o * 784;
    for (let i = 0; i < 784; i += 2) {
      // seed
      let dw00 = 0;
      let dw01 = 0;
      let dw10 = 0;
      let dw11 = 0;

      // reduce
      for (let n = 0; n < 64; n++) {
        const x_at_i_n = i + n * 784;
        const dy_at_o_n = o + n * 128;
        const x0 = x[x_at_i_n];
        const dy0 = dy[dy_at_o_n];
        dw00 += x0 * dy0;
        const x1 = x[x_at_i_n + 1];
        dw01 += x1 * dy0;
        const dy1 = dy[dy_at_o_n + 1];
        dw10 += x0 * dy1;
        dw11 += x1 * dy1;
      }

      // finish
      const m00 = m[m_at_o + i];
      const w00 = w[m_at_o + i];
      const g00 = dw00 + l2 * w00;
      const mean00 = beta1 * m00 + beta1_rest * g00;
      const v00 = v[m_at_o + i];
      const square00 = beta2 * v00 + beta2_rest * g00 * g00;
      m[m_at_o + i] = mean00;
      v[m_at_o + i] = square00;
      w[m_at_o + i] = w00 - step_size * mean00 / (Math.sqrt(square00) * v_scale + epsilon);
      const m01 = m[m_at_o + i + 1];
      const w01 = w[m_at_o + i + 1];
      const g01 = dw01 + l2 * w01;
      const mean01 = beta1 * m01 + beta1_rest * g01;
      const v01 = v[m_at_o + i + 1];
      const square01 = beta2 * v01 + beta2_rest * g01 * g01;
      m[m_at_o + i + 1] = mean01;
      v[m_at_o + i + 1] = square01;
      w[m_at_o + i + 1] = w01 - step_size * mean01 / (Math.sqrt(square01) * v_scale + epsilon);
      const m10 = m[m_at_o + i + 784];
      const w10 = w[m_at_o + i + 784];
      const g10 = dw10 + l2 * w10;
      const mean10 = beta1 * m10 + beta1_rest * g10;
      const v10 = v[m_at_o + i + 784];
      const square10 = beta2 * v10 + beta2_rest * g10 * g10;
      m[m_at_o + i + 784] = mean10;
      v[m_at_o + i + 784] = square10;
      w[m_at_o + i + 784] = w10 - step_size * mean10 / (Math.sqrt(square10) * v_scale + epsilon);
      const m11 = m[m_at_o + i + 785];
      const w11 = w[m_at_o + i + 785];
      const g11 = dw11 + l2 * w11;
      const mean11 = beta1 * m11 + beta1_rest * g11;
      const v11 = v[m_at_o + i + 785];
      const square11 = beta2 * v11 + beta2_rest * g11 * g11;
      m[m_at_o + i + 785] = mean11;
      v[m_at_o + i + 785] = square11;
      w[m_at_o + i + 785] = w11 - step_size * mean11 / (Math.sqrt(square11) * v_scale + epsilon);
    }
  }
}
