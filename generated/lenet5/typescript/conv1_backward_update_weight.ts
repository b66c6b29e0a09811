// kernel    conv1_backward_update_weight   dw = sum over n,p,q of dy[n,o,p,q] * x[n,c,p+r-2,q+s-2]; gradient = dw + l2 * w[o,c,r,s]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[o,c,r,s] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o,c,r,s] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[o,c,r,s] = mean; v[o,c,r,s] = square
//           w[o,c,r,s] = w[o,c,r,s] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 6, c = 1, r = 5, s = 5, n = 64, p = 28, q = 28   (f32 in, sums in f64)
// schedule  tile s 5 · unroll q 4 · parallel o
// cost      15.1 MFLOP · 1.4 MB read · 1800 B written · 11 FLOP/B · 5 accumulators
// source    kernels/layers/conv2d.ts + kernels/optimizers/adam.ts sha256:9124cdb7   regenerate: deno task generate specs/lenet5.json
export function conv1_backward_update_weight(
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
  for (let o = from; o < to; o++) {
    const dy_at_o = o * 784;
    const at_o = o * 25;
    for (let r = 0; r < 5; r++) {
      const x_at_r = r * 32;
      const at_o_r = at_o + r * 5;

      // seed
      let dw0 = 0;
      let dw1 = 0;
      let dw2 = 0;
      let dw3 = 0;
      let dw4 = 0;

      // reduce
      for (let n = 0; n < 64; n++) {
        const dy_at_o_n = dy_at_o + n * 4704;
        const x_at_r_n = x_at_r + n * 1024;
        for (let p = 0; p < 28; p++) {
          const dy_at_o_n_p = dy_at_o_n + p * 28;
          const x_at_r_n_p = x_at_r_n + p * 32;
          for (let q = 0; q < 28; q += 4) {
            const dy0 = dy[dy_at_o_n_p + q];
            const x0 = x[x_at_r_n_p + q];
            dw0 += dy0 * x0;
            const x1 = x[x_at_r_n_p + q + 1];
            dw1 += dy0 * x1;
            const x2 = x[x_at_r_n_p + q + 2];
            dw2 += dy0 * x2;
            const x3 = x[x_at_r_n_p + q + 3];
            dw3 += dy0 * x3;
            const x4 = x[x_at_r_n_p + q + 4];
            dw4 += dy0 * x4;
            const dy1 = dy[dy_at_o_n_p + q + 1];
            dw0 += dy1 * x1;
            dw1 += dy1 * x2;
            dw2 += dy1 * x3;
            dw3 += dy1 * x4;
            const x5 = x[x_at_r_n_p + q + 5];
            dw4 += dy1 * x5;
            const dy2 = dy[dy_at_o_n_p + q + 2];
            dw0 += dy2 * x2;
            dw1 += dy2 * x3;
            dw2 += dy2 * x4;
            dw3 += dy2 * x5;
            const x6 = x[x_at_r_n_p + q + 6];
            dw4 += dy2 * x6;
            const dy3 = dy[dy_at_o_n_p + q + 3];
            dw0 += dy3 * x3;
            dw1 += dy3 * x4;
            dw2 += dy3 * x5;
            dw3 += dy3 * x6;
            const x7 = x[x_at_r_n_p + q + 7];
            dw4 += dy3 * x7;
          }
        }
      }

      // finish
      const m0 = m[at_o_r];
      const w0 = w[at_o_r];
      const v0 = v[at_o_r];
      const gradient0 = dw0 + l2 * w0;
      const g0 = Math.abs(gradient0) < 8.881784197001252e-16 ? 0 : gradient0;
      const t0 = beta1 * m0 + beta1_rest * g0;
      const mean0 = Math.abs(t0) < 8.881784197001252e-16 ? 0 : t0;
      const t0_2 = beta2 * v0 + beta2_rest * g0 * g0;
      const square0 = Math.abs(t0_2) < 1.1754943508222875e-38 ? 0 : t0_2;
      m[at_o_r] = mean0;
      v[at_o_r] = square0;
      w[at_o_r] = w0 - step_size * mean0 / (Math.sqrt(square0) * v_scale + epsilon);
      const m1 = m[at_o_r + 1];
      const w1 = w[at_o_r + 1];
      const v1 = v[at_o_r + 1];
      const gradient1 = dw1 + l2 * w1;
      const g1 = Math.abs(gradient1) < 8.881784197001252e-16 ? 0 : gradient1;
      const t1 = beta1 * m1 + beta1_rest * g1;
      const mean1 = Math.abs(t1) < 8.881784197001252e-16 ? 0 : t1;
      const t1_2 = beta2 * v1 + beta2_rest * g1 * g1;
      const square1 = Math.abs(t1_2) < 1.1754943508222875e-38 ? 0 : t1_2;
      m[at_o_r + 1] = mean1;
      v[at_o_r + 1] = square1;
      w[at_o_r + 1] = w1 - step_size * mean1 / (Math.sqrt(square1) * v_scale + epsilon);
      const m2 = m[at_o_r + 2];
      const w2 = w[at_o_r + 2];
      const v2 = v[at_o_r + 2];
      const gradient2 = dw2 + l2 * w2;
      const g2 = Math.abs(gradient2) < 8.881784197001252e-16 ? 0 : gradient2;
      const t2 = beta1 * m2 + beta1_rest * g2;
      const mean2 = Math.abs(t2) < 8.881784197001252e-16 ? 0 : t2;
      const t2_2 = beta2 * v2 + beta2_rest * g2 * g2;
      const square2 = Math.abs(t2_2) < 1.1754943508222875e-38 ? 0 : t2_2;
      m[at_o_r + 2] = mean2;
      v[at_o_r + 2] = square2;
      w[at_o_r + 2] = w2 - step_size * mean2 / (Math.sqrt(square2) * v_scale + epsilon);
      const m3 = m[at_o_r + 3];
      const w3 = w[at_o_r + 3];
      const v3 = v[at_o_r + 3];
      const gradient3 = dw3 + l2 * w3;
      const g3 = Math.abs(gradient3) < 8.881784197001252e-16 ? 0 : gradient3;
      const t3 = beta1 * m3 + beta1_rest * g3;
      const mean3 = Math.abs(t3) < 8.881784197001252e-16 ? 0 : t3;
      const t3_2 = beta2 * v3 + beta2_rest * g3 * g3;
      const square3 = Math.abs(t3_2) < 1.1754943508222875e-38 ? 0 : t3_2;
      m[at_o_r + 3] = mean3;
      v[at_o_r + 3] = square3;
      w[at_o_r + 3] = w3 - step_size * mean3 / (Math.sqrt(square3) * v_scale + epsilon);
      const m4 = m[at_o_r + 4];
      const w4 = w[at_o_r + 4];
      const v4 = v[at_o_r + 4];
      const gradient4 = dw4 + l2 * w4;
      const g4 = Math.abs(gradient4) < 8.881784197001252e-16 ? 0 : gradient4;
      const t4 = beta1 * m4 + beta1_rest * g4;
      const mean4 = Math.abs(t4) < 8.881784197001252e-16 ? 0 : t4;
      const t4_2 = beta2 * v4 + beta2_rest * g4 * g4;
      const square4 = Math.abs(t4_2) < 1.1754943508222875e-38 ? 0 : t4_2;
      m[at_o_r + 4] = mean4;
      v[at_o_r + 4] = square4;
      w[at_o_r + 4] = w4 - step_size * mean4 / (Math.sqrt(square4) * v_scale + epsilon);
    }
  }
}
