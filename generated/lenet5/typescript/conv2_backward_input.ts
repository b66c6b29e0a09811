// kernel    conv2_backward_input   dx[n,c,i,j] = sum over o,t,u of dy[n,o,i-t,j-u] * w[o,c,t,u]
// shape     n = 64, c = 6, i = 14, j = 14, o = 16, t = 5, u = 5   (f32 in, sums in f64)
// schedule  tile j 4 · unroll u 5 · parallel n
// cost      60.2 MFLOP · 419.2 kB read · 301.1 kB written · 84 FLOP/B · 4 accumulators
// source    kernels/layers/conv2d.ts sha256:57616757   regenerate: deno task generate specs/lenet5.json
export function conv2_backward_input(
  dy: Float32Array, w: Float32Array, dx: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n++) {
    const dy_at_n = n * 5184;
    const dx_at_n = n * 1176;
    for (let c = 0; c < 6; c++) {
      const w_at_c = c * 25;
      const dx_at_n_c = dx_at_n + c * 196;
      for (let i = 0; i < 14; i++) {
        const dy_at_n_i = dy_at_n + i * 18;
        const dx_at_n_c_i = dx_at_n_c + i * 14;
        for (let j = 0; j < 12; j += 4) {
          const dy_at_n_i_j = dy_at_n_i + j;

          // seed
          let dx0 = 0;
          let dx1 = 0;
          let dx2 = 0;
          let dx3 = 0;

          // reduce
          for (let o = 0; o < 16; o++) {
            const dy_at_n_i_j_o = dy_at_n_i_j + o * 324;
            const w_at_c_o = w_at_c + o * 150;
            for (let t = 0; t < 5; t++) {
              const dy_at_n_i_j_o_t = dy_at_n_i_j_o - t * 18 + 72;
              const w_at_c_o_t = w_at_c_o + t * 5;
              const dy0 = dy[dy_at_n_i_j_o_t + 4];
              const w0 = w[w_at_c_o_t];
              dx0 += dy0 * w0;
              const dy1 = dy[dy_at_n_i_j_o_t + 5];
              dx1 += dy1 * w0;
              const dy2 = dy[dy_at_n_i_j_o_t + 6];
              dx2 += dy2 * w0;
              const dy3 = dy[dy_at_n_i_j_o_t + 7];
              dx3 += dy3 * w0;
              const dy_m1 = dy[dy_at_n_i_j_o_t + 3];
              const w1 = w[w_at_c_o_t + 1];
              dx0 += dy_m1 * w1;
              dx1 += dy0 * w1;
              dx2 += dy1 * w1;
              dx3 += dy2 * w1;
              const dy_m2 = dy[dy_at_n_i_j_o_t + 2];
              const w2 = w[w_at_c_o_t + 2];
              dx0 += dy_m2 * w2;
              dx1 += dy_m1 * w2;
              dx2 += dy0 * w2;
              dx3 += dy1 * w2;
              const dy_m3 = dy[dy_at_n_i_j_o_t + 1];
              const w3 = w[w_at_c_o_t + 3];
              dx0 += dy_m3 * w3;
              dx1 += dy_m2 * w3;
              dx2 += dy_m1 * w3;
              dx3 += dy0 * w3;
              const dy_m4 = dy[dy_at_n_i_j_o_t];
              const w4 = w[w_at_c_o_t + 4];
              dx0 += dy_m4 * w4;
              dx1 += dy_m3 * w4;
              dx2 += dy_m2 * w4;
              dx3 += dy_m1 * w4;
            }
          }

          // finish
          dx[dx_at_n_c_i + j] = dx0;
          dx[dx_at_n_c_i + j + 1] = dx1;
          dx[dx_at_n_c_i + j + 2] = dx2;
          dx[dx_at_n_c_i + j + 3] = dx3;
        }
        {
          // seed
          let dx0 = 0;
          let dx1 = 0;

          // reduce
          for (let o = 0; o < 16; o++) {
            const dy_at_n_i_o = dy_at_n_i + o * 324;
            const w_at_c_o = w_at_c + o * 150;
            for (let t = 0; t < 5; t++) {
              const dy_at_n_i_o_t = dy_at_n_i_o - t * 18 + 72;
              const w_at_c_o_t = w_at_c_o + t * 5;
              const dy0 = dy[dy_at_n_i_o_t + 16];
              const w0 = w[w_at_c_o_t];
              dx0 += dy0 * w0;
              const dy1 = dy[dy_at_n_i_o_t + 17];
              dx1 += dy1 * w0;
              const dy_m1 = dy[dy_at_n_i_o_t + 15];
              const w1 = w[w_at_c_o_t + 1];
              dx0 += dy_m1 * w1;
              dx1 += dy0 * w1;
              const dy_m2 = dy[dy_at_n_i_o_t + 14];
              const w2 = w[w_at_c_o_t + 2];
              dx0 += dy_m2 * w2;
              dx1 += dy_m1 * w2;
              const dy_m3 = dy[dy_at_n_i_o_t + 13];
              const w3 = w[w_at_c_o_t + 3];
              dx0 += dy_m3 * w3;
              dx1 += dy_m2 * w3;
              const dy_m4 = dy[dy_at_n_i_o_t + 12];
              const w4 = w[w_at_c_o_t + 4];
              dx0 += dy_m4 * w4;
              dx1 += dy_m3 * w4;
            }
          }

          // finish
          dx[dx_at_n_c_i + 12] = dx0;
          dx[dx_at_n_c_i + 13] = dx1;
        }
      }
    }
  }
}
