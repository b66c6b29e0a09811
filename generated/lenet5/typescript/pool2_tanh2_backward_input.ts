// kernel    pool2_tanh2_backward_input   value = dy[n,c,i,j] * 0.25; dx[n,c,2i,2j] = value * (1 - y[n,c,2i,2j] * y[n,c,2i,2j]); dx[n,c,2i,2j+1] = value * (1 - y[n,c,2i,2j+1] * y[n,c,2i,2j+1])
//           dx[n,c,2i+1,2j] = value * (1 - y[n,c,2i+1,2j] * y[n,c,2i+1,2j]); dx[n,c,2i+1,2j+1] = value * (1 - y[n,c,2i+1,2j+1] * y[n,c,2i+1,2j+1])
// shape     n = 64, c = 16, i = 5, j = 5   (f32 in, sums in f64)
// schedule  parallel n
// cost      332.8 kFLOP · 512.0 kB read · 409.6 kB written · 0.4 FLOP/B
// source    kernels/layers/avg_pool2d.ts + kernels/layers/tanh.ts sha256:35921c6b   regenerate: deno task generate specs/lenet5.json
export function pool2_tanh2_backward_input(
  dy: Float32Array, y: Float32Array, dx: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n++) {
    const dy_at_n = n * 400;
    const y_at_n = n * 1600;
    const dx_at_n = n * 5184;
    for (let c = 0; c < 16; c++) {
      const dy_at_n_c = dy_at_n + c * 25;
      const y_at_n_c = y_at_n + c * 100;
      const dx_at_n_c = dx_at_n + c * 324;
      for (let i = 0; i < 5; i++) {
        const dy_at_n_c_i = dy_at_n_c + i * 5;
        const y_at_n_c_i = y_at_n_c + i * 20;
        const dx_at_n_c_i = dx_at_n_c + i * 36;
        for (let j = 0; j < 5; j++) {
          const y_at_n_c_i_j = y_at_n_c_i + j * 2;
          const dx_at_n_c_i_j = dx_at_n_c_i + j * 2;
          const dy_ncij = dy[dy_at_n_c_i + j];
          const y_ncij = y[y_at_n_c_i_j];
          const y_ncij_2 = y[y_at_n_c_i_j + 1];
          const y_ncij_3 = y[y_at_n_c_i_j + 10];
          const y_ncij_4 = y[y_at_n_c_i_j + 11];
          const value = dy_ncij * 0.25;
          dx[dx_at_n_c_i_j + 76] = value * (1 - y_ncij * y_ncij);
          dx[dx_at_n_c_i_j + 77] = value * (1 - y_ncij_2 * y_ncij_2);
          dx[dx_at_n_c_i_j + 94] = value * (1 - y_ncij_3 * y_ncij_3);
          dx[dx_at_n_c_i_j + 95] = value * (1 - y_ncij_4 * y_ncij_4);
        }
      }
    }
  }
}
