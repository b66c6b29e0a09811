// kernel    pool1_conv1_backward_update_weight   dy_2 = if code[n,o,i,j] = 0 then dy[n,o,i,j] else 0; dy_3 = if code[n,o,i,j] = 1 then dy[n,o,i,j] else 0
//           dy_4 = if code[n,o,i,j] = 2 then dy[n,o,i,j] else 0; dy_5 = if code[n,o,i,j] = 3 then dy[n,o,i,j] else 0
//           dw = sum over n,i,j of dy_2 * x[n,c,2i+r-2,2j+s-2] + dy_3 * x[n,c,2i+r-2,2j+s-1] + dy_4 * x[n,c,2i+r-1,2j+s-2] + dy_5 * x[n,c,2i+r-1,2j+s-1]
//           and 3 more lines
// shape     o = 32, c = 1, r = 5, s = 5, n = 64, i = 14, j = 14   (f32 in, sums in f64)
// schedule  tile s 5 · unroll j 4 · parallel o
// cost      80.3 MFLOP · 2.2 MB read · 9600 B written · 36 FLOP/B · 5 accumulators
// source    kernels/layers/max_pool2d.ts + kernels/layers/conv2d.ts + kernels/optimizers/adam.ts sha256:b5229c40   regenerate: deno task generate specs/mnist_cnn.json
export function pool1_conv1_backward_update_weight(
  m: Float32Array, code: Uint8Array, dy: Float32Array, x: Float32Array, w: Float32Array, v: Float32Array,
  params: Float32Array, step: number, from: number, to: number,
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
    const at_o = o * 196;
    const at_o_2 = o * 25;
    for (let r = 0; r < 5; r++) {
      const x_at_r = r * 32;
      const at_o_r = at_o_2 + r * 5;

      // seed
      let dw0 = 0;
      let dw1 = 0;
      let dw2 = 0;
      let dw3 = 0;
      let dw4 = 0;

      // reduce
      for (let n = 0; n < 64; n++) {
        const at_o_n = at_o + n * 6272;
        const x_at_r_n = x_at_r + n * 1024;
        for (let i = 0; i < 14; i++) {
          const at_o_n_i = at_o_n + i * 14;
          const x_at_r_n_i = x_at_r_n + i * 64;
          for (let j = 0; j < 12; j += 4) {
            const x_at_r_n_i_j = x_at_r_n_i + j * 2;
            const code0 = code[at_o_n_i + j];
            const dy0 = dy[at_o_n_i + j];
            const dy0_2 = code0 === 0 ? dy0 : 0;
            const x0 = x[x_at_r_n_i_j];
            dw0 += dy0_2 * x0;
            const x1 = x[x_at_r_n_i_j + 1];
            dw1 += dy0_2 * x1;
            const x2 = x[x_at_r_n_i_j + 2];
            dw2 += dy0_2 * x2;
            const x3 = x[x_at_r_n_i_j + 3];
            dw3 += dy0_2 * x3;
            const x4 = x[x_at_r_n_i_j + 4];
            dw4 += dy0_2 * x4;
            const dy0_3 = code0 === 1 ? dy0 : 0;
            dw0 += dy0_3 * x1;
            dw1 += dy0_3 * x2;
            dw2 += dy0_3 * x3;
            dw3 += dy0_3 * x4;
            const x4_2 = x[x_at_r_n_i_j + 5];
            dw4 += dy0_3 * x4_2;
            const dy0_4 = code0 === 2 ? dy0 : 0;
            const x0_2 = x[x_at_r_n_i_j + 32];
            dw0 += dy0_4 * x0_2;
            const x1_2 = x[x_at_r_n_i_j + 33];
            dw1 += dy0_4 * x1_2;
            const x2_2 = x[x_at_r_n_i_j + 34];
            dw2 += dy0_4 * x2_2;
            const x3_2 = x[x_at_r_n_i_j + 35];
            dw3 += dy0_4 * x3_2;
            const x4_3 = x[x_at_r_n_i_j + 36];
            dw4 += dy0_4 * x4_3;
            const dy0_5 = code0 === 3 ? dy0 : 0;
            dw0 += dy0_5 * x1_2;
            dw1 += dy0_5 * x2_2;
            dw2 += dy0_5 * x3_2;
            dw3 += dy0_5 * x4_3;
            const x4_4 = x[x_at_r_n_i_j + 37];
            dw4 += dy0_5 * x4_4;
            const code1 = code[at_o_n_i + j + 1];
            const dy1 = dy[at_o_n_i + j + 1];
            const dy1_2 = code1 === 0 ? dy1 : 0;
            dw0 += dy1_2 * x2;
            dw1 += dy1_2 * x3;
            dw2 += dy1_2 * x4;
            dw3 += dy1_2 * x4_2;
            const x6 = x[x_at_r_n_i_j + 6];
            dw4 += dy1_2 * x6;
            const dy1_3 = code1 === 1 ? dy1 : 0;
            dw0 += dy1_3 * x3;
            dw1 += dy1_3 * x4;
            dw2 += dy1_3 * x4_2;
            dw3 += dy1_3 * x6;
            const x6_2 = x[x_at_r_n_i_j + 7];
            dw4 += dy1_3 * x6_2;
            const dy1_4 = code1 === 2 ? dy1 : 0;
            dw0 += dy1_4 * x2_2;
            dw1 += dy1_4 * x3_2;
            dw2 += dy1_4 * x4_3;
            dw3 += dy1_4 * x4_4;
            const x6_3 = x[x_at_r_n_i_j + 38];
            dw4 += dy1_4 * x6_3;
            const dy1_5 = code1 === 3 ? dy1 : 0;
            dw0 += dy1_5 * x3_2;
            dw1 += dy1_5 * x4_3;
            dw2 += dy1_5 * x4_4;
            dw3 += dy1_5 * x6_3;
            const x6_4 = x[x_at_r_n_i_j + 39];
            dw4 += dy1_5 * x6_4;
            const code2 = code[at_o_n_i + j + 2];
            const dy2 = dy[at_o_n_i + j + 2];
            const dy2_2 = code2 === 0 ? dy2 : 0;
            dw0 += dy2_2 * x4;
            dw1 += dy2_2 * x4_2;
            dw2 += dy2_2 * x6;
            dw3 += dy2_2 * x6_2;
            const x8 = x[x_at_r_n_i_j + 8];
            dw4 += dy2_2 * x8;
            const dy2_3 = code2 === 1 ? dy2 : 0;
            dw0 += dy2_3 * x4_2;
            dw1 += dy2_3 * x6;
            dw2 += dy2_3 * x6_2;
            dw3 += dy2_3 * x8;
            const x8_2 = x[x_at_r_n_i_j + 9];
            dw4 += dy2_3 * x8_2;
            const dy2_4 = code2 === 2 ? dy2 : 0;
            dw0 += dy2_4 * x4_3;
            dw1 += dy2_4 * x4_4;
            dw2 += dy2_4 * x6_3;
            dw3 += dy2_4 * x6_4;
            const x8_3 = x[x_at_r_n_i_j + 40];
            dw4 += dy2_4 * x8_3;
            const dy2_5 = code2 === 3 ? dy2 : 0;
            dw0 += dy2_5 * x4_4;
            dw1 += dy2_5 * x6_3;
            dw2 += dy2_5 * x6_4;
            dw3 += dy2_5 * x8_3;
            const x8_4 = x[x_at_r_n_i_j + 41];
            dw4 += dy2_5 * x8_4;
            const code3 = code[at_o_n_i + j + 3];
            const dy3 = dy[at_o_n_i + j + 3];
            const dy3_2 = code3 === 0 ? dy3 : 0;
            dw0 += dy3_2 * x6;
            dw1 += dy3_2 * x6_2;
            dw2 += dy3_2 * x8;
            dw3 += dy3_2 * x8_2;
            const x_10 = x[x_at_r_n_i_j + 10];
            dw4 += dy3_2 * x_10;
            const dy3_3 = code3 === 1 ? dy3 : 0;
            dw0 += dy3_3 * x6_2;
            dw1 += dy3_3 * x8;
            dw2 += dy3_3 * x8_2;
            dw3 += dy3_3 * x_10;
            const x_10_2 = x[x_at_r_n_i_j + 11];
            dw4 += dy3_3 * x_10_2;
            const dy3_4 = code3 === 2 ? dy3 : 0;
            dw0 += dy3_4 * x6_3;
            dw1 += dy3_4 * x6_4;
            dw2 += dy3_4 * x8_3;
            dw3 += dy3_4 * x8_4;
            const x_10_3 = x[x_at_r_n_i_j + 42];
            dw4 += dy3_4 * x_10_3;
            const dy3_5 = code3 === 3 ? dy3 : 0;
            dw0 += dy3_5 * x6_4;
            dw1 += dy3_5 * x8_3;
            dw2 += dy3_5 * x8_4;
            dw3 += dy3_5 * x_10_3;
            const x_10_4 = x[x_at_r_n_i_j + 43];
            dw4 += dy3_5 * x_10_4;
          }
          {
            const code0 = code[at_o_n_i + 12];
            const dy0 = dy[at_o_n_i + 12];
            const dy0_2 = code0 === 0 ? dy0 : 0;
            const x0 = x[x_at_r_n_i + 24];
            dw0 += dy0_2 * x0;
            const x1 = x[x_at_r_n_i + 25];
            dw1 += dy0_2 * x1;
            const x2 = x[x_at_r_n_i + 26];
            dw2 += dy0_2 * x2;
            const x3 = x[x_at_r_n_i + 27];
            dw3 += dy0_2 * x3;
            const x4 = x[x_at_r_n_i + 28];
            dw4 += dy0_2 * x4;
            const dy0_3 = code0 === 1 ? dy0 : 0;
            dw0 += dy0_3 * x1;
            dw1 += dy0_3 * x2;
            dw2 += dy0_3 * x3;
            dw3 += dy0_3 * x4;
            const x4_2 = x[x_at_r_n_i + 29];
            dw4 += dy0_3 * x4_2;
            const dy0_4 = code0 === 2 ? dy0 : 0;
            const x0_2 = x[x_at_r_n_i + 56];
            dw0 += dy0_4 * x0_2;
            const x1_2 = x[x_at_r_n_i + 57];
            dw1 += dy0_4 * x1_2;
            const x2_2 = x[x_at_r_n_i + 58];
            dw2 += dy0_4 * x2_2;
            const x3_2 = x[x_at_r_n_i + 59];
            dw3 += dy0_4 * x3_2;
            const x4_3 = x[x_at_r_n_i + 60];
            dw4 += dy0_4 * x4_3;
            const dy0_5 = code0 === 3 ? dy0 : 0;
            dw0 += dy0_5 * x1_2;
            dw1 += dy0_5 * x2_2;
            dw2 += dy0_5 * x3_2;
            dw3 += dy0_5 * x4_3;
            const x4_4 = x[x_at_r_n_i + 61];
            dw4 += dy0_5 * x4_4;
            const code1 = code[at_o_n_i + 13];
            const dy1 = dy[at_o_n_i + 13];
            const dy1_2 = code1 === 0 ? dy1 : 0;
            dw0 += dy1_2 * x2;
            dw1 += dy1_2 * x3;
            dw2 += dy1_2 * x4;
            dw3 += dy1_2 * x4_2;
            const x6 = x[x_at_r_n_i + 30];
            dw4 += dy1_2 * x6;
            const dy1_3 = code1 === 1 ? dy1 : 0;
            dw0 += dy1_3 * x3;
            dw1 += dy1_3 * x4;
            dw2 += dy1_3 * x4_2;
            dw3 += dy1_3 * x6;
            const x6_2 = x[x_at_r_n_i + 31];
            dw4 += dy1_3 * x6_2;
            const dy1_4 = code1 === 2 ? dy1 : 0;
            dw0 += dy1_4 * x2_2;
            dw1 += dy1_4 * x3_2;
            dw2 += dy1_4 * x4_3;
            dw3 += dy1_4 * x4_4;
            const x6_3 = x[x_at_r_n_i + 62];
            dw4 += dy1_4 * x6_3;
            const dy1_5 = code1 === 3 ? dy1 : 0;
            dw0 += dy1_5 * x3_2;
            dw1 += dy1_5 * x4_3;
            dw2 += dy1_5 * x4_4;
            dw3 += dy1_5 * x6_3;
            const x6_4 = x[x_at_r_n_i + 63];
            dw4 += dy1_5 * x6_4;
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
