// kernel    linear2_backward_update_weight   dw = sum over n of x[n,i] * dy[n,o]; gradient = dw + l2 * w[o,i]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[o,i] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o,i] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[o,i] = mean; v[o,i] = square
//           w[o,i] = w[o,i] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 6, i = 100, n = 32   (f32 in, sums in f64)
// schedule  tile o 2, i 2 · parallel i
// cost      47.4 kFLOP · 20.8 kB read · 7200 B written · 1.7 FLOP/B · 4 accumulators
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:8e606682   regenerate: deno task generate specs/har_cnn.json
export function linear2_backward_update_weight(
  m: Float32Array, x: Float32Array, dy: Float32Array, w: Float32Array, v: Float32Array, params: Float32Array,
  step: number, from: number, to: number,
): void {
  const params_at_step = step * 9;
  const beta1 = params[params_at_step + 1];
  const beta1_rest = params[params_at_step + 2];
  const l2 = params[params_at_step + 3];
  const beta2 = params[params_at_step + 4];
  const beta2_rest = params[params_at_step + 5];
  const step_size = params[params_at_step + 6];
  const v_scale = params[params_at_step + 7];
  const epsilon = params[params_at_step + 8];
  for (let i = from; i < to; i += 2) {
    for (let o = 0; o < 6; o += 2) {
      const at_i_o = i + o * 100;

      // seed
      let dw00 = 0;
      let dw10 = 0;
      let dw01 = 0;
      let dw11 = 0;

      // reduce
      for (let n = 0; n < 32; n++) {
        const x_at_i_n = i + n * 100;
        const dy_at_o_n = o + n * 6;
        const x0 = x[x_at_i_n];
        const dy0 = dy[dy_at_o_n];
        dw00 += x0 * dy0;
        const dy1 = dy[dy_at_o_n + 1];
        dw10 += x0 * dy1;
        const x1 = x[x_at_i_n + 1];
        dw01 += x1 * dy0;
        dw11 += x1 * dy1;
      }

      // finish
      const m00 = m[at_i_o];
      const w00 = w[at_i_o];
      const v00 = v[at_i_o];
      const gradient00 = dw00 + l2 * w00;
      const g00 = Math.abs(gradient00) < 8.881784197001252e-16 ? 0 : gradient00;
      const t00 = beta1 * m00 + beta1_rest * g00;
      const mean00 = Math.abs(t00) < 8.881784197001252e-16 ? 0 : t00;
      const t00_2 = beta2 * v00 + beta2_rest * g00 * g00;
      const square00 = Math.abs(t00_2) < 1.1754943508222875e-38 ? 0 : t00_2;
      m[at_i_o] = mean00;
      v[at_i_o] = square00;
      w[at_i_o] = w00 - step_size * mean00 / (Math.sqrt(square00) * v_scale + epsilon);
      const m10 = m[at_i_o + 100];
      const w10 = w[at_i_o + 100];
      const v10 = v[at_i_o + 100];
      const gradient10 = dw10 + l2 * w10;
      const g10 = Math.abs(gradient10) < 8.881784197001252e-16 ? 0 : gradient10;
      const t10 = beta1 * m10 + beta1_rest * g10;
      const mean10 = Math.abs(t10) < 8.881784197001252e-16 ? 0 : t10;
      const t10_2 = beta2 * v10 + beta2_rest * g10 * g10;
      const square10 = Math.abs(t10_2) < 1.1754943508222875e-38 ? 0 : t10_2;
      m[at_i_o + 100] = mean10;
      v[at_i_o + 100] = square10;
      w[at_i_o + 100] = w10 - step_size * mean10 / (Math.sqrt(square10) * v_scale + epsilon);
      const m01 = m[at_i_o + 1];
      const w01 = w[at_i_o + 1];
      const v01 = v[at_i_o + 1];
      const gradient01 = dw01 + l2 * w01;
      const g01 = Math.abs(gradient01) < 8.881784197001252e-16 ? 0 : gradient01;
      const t01 = beta1 * m01 + beta1_rest * g01;
      const mean01 = Math.abs(t01) < 8.881784197001252e-16 ? 0 : t01;
      const t01_2 = beta2 * v01 + beta2_rest * g01 * g01;
      const square01 = Math.abs(t01_2) < 1.1754943508222875e-38 ? 0 : t01_2;
      m[at_i_o + 1] = mean01;
      v[at_i_o + 1] = square01;
      w[at_i_o + 1] = w01 - step_size * mean01 / (Math.sqrt(square01) * v_scale + epsilon);
      const m11 = m[at_i_o + 101];
      const w11 = w[at_i_o + 101];
      const v11 = v[at_i_o + 101];
      const gradient11 = dw11 + l2 * w11;
      const g11 = Math.abs(gradient11) < 8.881784197001252e-16 ? 0 : gradient11;
      const t11 = beta1 * m11 + beta1_rest * g11;
      const mean11 = Math.abs(t11) < 8.881784197001252e-16 ? 0 : t11;
      const t11_2 = beta2 * v11 + beta2_rest * g11 * g11;
      const square11 = Math.abs(t11_2) < 1.1754943508222875e-38 ? 0 : t11_2;
      m[at_i_o + 101] = mean11;
      v[at_i_o + 101] = square11;
      w[at_i_o + 101] = w11 - step_size * mean11 / (Math.sqrt(square11) * v_scale + epsilon);
    }
  }
}
