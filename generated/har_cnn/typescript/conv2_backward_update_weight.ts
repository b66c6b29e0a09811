// kernel    conv2_backward_update_weight   dw = sum over n,p of dy[n,o,p] * x[n,c,p+2r]; gradient = dw + l2 * w[o,c,r]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[o,c,r] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o,c,r] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[o,c,r] = mean; v[o,c,r] = square
//           w[o,c,r] = w[o,c,r] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 64, c = 64, r = 3, n = 32, p = 122   (f32 in, sums in f64)
// schedule  tile o 2, r 2 · unroll p 4 · parallel o
// cost      96.1 MFLOP · 2.2 MB read · 147.5 kB written · 41 FLOP/B · 4 accumulators
// source    kernels/layers/conv1d.ts + kernels/optimizers/adam.ts sha256:835bd0d7   regenerate: deno task generate specs/har_cnn.json
export function conv2_backward_update_weight(
  m: Float32Array, dy: Float32Array, x: Float32Array, w: Float32Array, v: Float32Array, params: Float32Array,
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
  for (let o = from; o < to; o += 2) {
    const dy_at_o = o * 130;
    const at_o = o * 192;
    for (let c = 0; c < 64; c++) {
      const x_at_c = c * 126;
      const at_o_c = at_o + c * 3;
      {
        // seed
        let dw00 = 0;
        let dw01 = 0;
        let dw10 = 0;
        let dw11 = 0;

        // reduce
        for (let n = 0; n < 32; n++) {
          const dy_at_o_n = dy_at_o + n * 8320;
          const x_at_c_n = x_at_c + n * 8064;
          for (let p = 0; p < 120; p += 4) {
            const dy00 = dy[dy_at_o_n + p + 4];
            const x0 = x[x_at_c_n + p];
            dw00 += dy00 * x0;
            const x2 = x[x_at_c_n + p + 2];
            dw01 += dy00 * x2;
            const dy10 = dy[dy_at_o_n + p + 134];
            dw10 += dy10 * x0;
            dw11 += dy10 * x2;
            const dy01 = dy[dy_at_o_n + p + 5];
            const x1 = x[x_at_c_n + p + 1];
            dw00 += dy01 * x1;
            const x3 = x[x_at_c_n + p + 3];
            dw01 += dy01 * x3;
            const dy11 = dy[dy_at_o_n + p + 135];
            dw10 += dy11 * x1;
            dw11 += dy11 * x3;
            const dy02 = dy[dy_at_o_n + p + 6];
            dw00 += dy02 * x2;
            const x4 = x[x_at_c_n + p + 4];
            dw01 += dy02 * x4;
            const dy12 = dy[dy_at_o_n + p + 136];
            dw10 += dy12 * x2;
            dw11 += dy12 * x4;
            const dy03 = dy[dy_at_o_n + p + 7];
            dw00 += dy03 * x3;
            const x5 = x[x_at_c_n + p + 5];
            dw01 += dy03 * x5;
            const dy13 = dy[dy_at_o_n + p + 137];
            dw10 += dy13 * x3;
            dw11 += dy13 * x5;
          }
          {
            const dy00 = dy[dy_at_o_n + 124];
            const x0 = x[x_at_c_n + 120];
            dw00 += dy00 * x0;
            const x2 = x[x_at_c_n + 122];
            dw01 += dy00 * x2;
            const dy10 = dy[dy_at_o_n + 254];
            dw10 += dy10 * x0;
            dw11 += dy10 * x2;
            const dy01 = dy[dy_at_o_n + 125];
            const x1 = x[x_at_c_n + 121];
            dw00 += dy01 * x1;
            const x3 = x[x_at_c_n + 123];
            dw01 += dy01 * x3;
            const dy11 = dy[dy_at_o_n + 255];
            dw10 += dy11 * x1;
            dw11 += dy11 * x3;
          }
        }

        // finish
        const m00 = m[at_o_c];
        const w00 = w[at_o_c];
        const v00 = v[at_o_c];
        const gradient00 = dw00 + l2 * w00;
        const g00 = Math.abs(gradient00) < 8.881784197001252e-16 ? 0 : gradient00;
        const t00 = beta1 * m00 + beta1_rest * g00;
        const mean00 = Math.abs(t00) < 8.881784197001252e-16 ? 0 : t00;
        const t00_2 = beta2 * v00 + beta2_rest * g00 * g00;
        const square00 = Math.abs(t00_2) < 1.1754943508222875e-38 ? 0 : t00_2;
        m[at_o_c] = mean00;
        v[at_o_c] = square00;
        w[at_o_c] = w00 - step_size * mean00 / (Math.sqrt(square00) * v_scale + epsilon);
        const m01 = m[at_o_c + 1];
        const w01 = w[at_o_c + 1];
        const v01 = v[at_o_c + 1];
        const gradient01 = dw01 + l2 * w01;
        const g01 = Math.abs(gradient01) < 8.881784197001252e-16 ? 0 : gradient01;
        const t01 = beta1 * m01 + beta1_rest * g01;
        const mean01 = Math.abs(t01) < 8.881784197001252e-16 ? 0 : t01;
        const t01_2 = beta2 * v01 + beta2_rest * g01 * g01;
        const square01 = Math.abs(t01_2) < 1.1754943508222875e-38 ? 0 : t01_2;
        m[at_o_c + 1] = mean01;
        v[at_o_c + 1] = square01;
        w[at_o_c + 1] = w01 - step_size * mean01 / (Math.sqrt(square01) * v_scale + epsilon);
        const m10 = m[at_o_c + 192];
        const w10 = w[at_o_c + 192];
        const v10 = v[at_o_c + 192];
        const gradient10 = dw10 + l2 * w10;
        const g10 = Math.abs(gradient10) < 8.881784197001252e-16 ? 0 : gradient10;
        const t10 = beta1 * m10 + beta1_rest * g10;
        const mean10 = Math.abs(t10) < 8.881784197001252e-16 ? 0 : t10;
        const t10_2 = beta2 * v10 + beta2_rest * g10 * g10;
        const square10 = Math.abs(t10_2) < 1.1754943508222875e-38 ? 0 : t10_2;
        m[at_o_c + 192] = mean10;
        v[at_o_c + 192] = square10;
        w[at_o_c + 192] = w10 - step_size * mean10 / (Math.sqrt(square10) * v_scale + epsilon);
        const m11 = m[at_o_c + 193];
        const w11 = w[at_o_c + 193];
        const v11 = v[at_o_c + 193];
        const gradient11 = dw11 + l2 * w11;
        const g11 = Math.abs(gradient11) < 8.881784197001252e-16 ? 0 : gradient11;
        const t11 = beta1 * m11 + beta1_rest * g11;
        const mean11 = Math.abs(t11) < 8.881784197001252e-16 ? 0 : t11;
        const t11_2 = beta2 * v11 + beta2_rest * g11 * g11;
        const square11 = Math.abs(t11_2) < 1.1754943508222875e-38 ? 0 : t11_2;
        m[at_o_c + 193] = mean11;
        v[at_o_c + 193] = square11;
        w[at_o_c + 193] = w11 - step_size * mean11 / (Math.sqrt(square11) * v_scale + epsilon);
      }
      {
        // seed
        let dw0 = 0;
        let dw1 = 0;

        // reduce
        for (let n = 0; n < 32; n++) {
          const dy_at_o_n = dy_at_o + n * 8320;
          const x_at_c_n = x_at_c + n * 8064;
          for (let p = 0; p < 120; p += 4) {
            const dy00 = dy[dy_at_o_n + p + 4];
            const x0 = x[x_at_c_n + p + 4];
            dw0 += dy00 * x0;
            const dy10 = dy[dy_at_o_n + p + 134];
            dw1 += dy10 * x0;
            const dy01 = dy[dy_at_o_n + p + 5];
            const x1 = x[x_at_c_n + p + 5];
            dw0 += dy01 * x1;
            const dy11 = dy[dy_at_o_n + p + 135];
            dw1 += dy11 * x1;
            const dy02 = dy[dy_at_o_n + p + 6];
            const x2 = x[x_at_c_n + p + 6];
            dw0 += dy02 * x2;
            const dy12 = dy[dy_at_o_n + p + 136];
            dw1 += dy12 * x2;
            const dy03 = dy[dy_at_o_n + p + 7];
            const x3 = x[x_at_c_n + p + 7];
            dw0 += dy03 * x3;
            const dy13 = dy[dy_at_o_n + p + 137];
            dw1 += dy13 * x3;
          }
          {
            const dy00 = dy[dy_at_o_n + 124];
            const x0 = x[x_at_c_n + 124];
            dw0 += dy00 * x0;
            const dy10 = dy[dy_at_o_n + 254];
            dw1 += dy10 * x0;
            const dy01 = dy[dy_at_o_n + 125];
            const x1 = x[x_at_c_n + 125];
            dw0 += dy01 * x1;
            const dy11 = dy[dy_at_o_n + 255];
            dw1 += dy11 * x1;
          }
        }

        // finish
        const m0 = m[at_o_c + 2];
        const w0 = w[at_o_c + 2];
        const v0 = v[at_o_c + 2];
        const gradient0 = dw0 + l2 * w0;
        const g0 = Math.abs(gradient0) < 8.881784197001252e-16 ? 0 : gradient0;
        const t0 = beta1 * m0 + beta1_rest * g0;
        const mean0 = Math.abs(t0) < 8.881784197001252e-16 ? 0 : t0;
        const t0_2 = beta2 * v0 + beta2_rest * g0 * g0;
        const square0 = Math.abs(t0_2) < 1.1754943508222875e-38 ? 0 : t0_2;
        m[at_o_c + 2] = mean0;
        v[at_o_c + 2] = square0;
        w[at_o_c + 2] = w0 - step_size * mean0 / (Math.sqrt(square0) * v_scale + epsilon);
        const m1 = m[at_o_c + 194];
        const w1 = w[at_o_c + 194];
        const v1 = v[at_o_c + 194];
        const gradient1 = dw1 + l2 * w1;
        const g1 = Math.abs(gradient1) < 8.881784197001252e-16 ? 0 : gradient1;
        const t1 = beta1 * m1 + beta1_rest * g1;
        const mean1 = Math.abs(t1) < 8.881784197001252e-16 ? 0 : t1;
        const t1_2 = beta2 * v1 + beta2_rest * g1 * g1;
        const square1 = Math.abs(t1_2) < 1.1754943508222875e-38 ? 0 : t1_2;
        m[at_o_c + 194] = mean1;
        v[at_o_c + 194] = square1;
        w[at_o_c + 194] = w1 - step_size * mean1 / (Math.sqrt(square1) * v_scale + epsilon);
      }
    }
  }
}
