// kernel    pool1_tanh1_backward_input   value = dy[n,c,i,j] * 0.25; dx[n,c,2i,2j] = value * (1 - y[n,c,2i,2j] * y[n,c,2i,2j]); dx[n,c,2i,2j+1] = value * (1 - y[n,c,2i,2j+1] * y[n,c,2i,2j+1])
//           dx[n,c,2i+1,2j] = value * (1 - y[n,c,2i+1,2j] * y[n,c,2i+1,2j]); dx[n,c,2i+1,2j+1] = value * (1 - y[n,c,2i+1,2j+1] * y[n,c,2i+1,2j+1])
// shape     n = 64, c = 6, i = 14, j = 14   (f32 in, sums in f64)
// schedule  parallel n
// cost      978.4 kFLOP · 1.5 MB read · 1.2 MB written · 0.4 FLOP/B
// source    kernels/layers/avg_pool2d.ts + kernels/layers/tanh.ts sha256:4b3cfb0b   regenerate: deno task generate specs/lenet5.json
export function pool1_tanh1_backward_input(
  dy: Float32Array, y: Float32Array, dx: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n++) {
    const dy_at_n = n * 1176;
    const at_n = n * 4704;
    for (let c = 0; c < 6; c++) {
      const dy_at_n_c = dy_at_n + c * 196;
      const at_n_c = at_n + c * 784;
      for (let i = 0; i < 14; i++) {
        const dy_at_n_c_i = dy_at_n_c + i * 14;
        const at_n_c_i = at_n_c + i * 56;
        for (let j = 0; j < 14; j++) {
          const at_n_c_i_j = at_n_c_i + j * 2;
          const dy_ncij = dy[dy_at_n_c_i + j];
          const y_ncij = y[at_n_c_i_j];
          const y_ncij_2 = y[at_n_c_i_j + 1];
          const y_ncij_3 = y[at_n_c_i_j + 28];
          const y_ncij_4 = y[at_n_c_i_j + 29];
          const value = dy_ncij * 0.25;
          dx[at_n_c_i_j] = value * (1 - y_ncij * y_ncij);
          dx[at_n_c_i_j + 1] = value * (1 - y_ncij_2 * y_ncij_2);
          dx[at_n_c_i_j + 28] = value * (1 - y_ncij_3 * y_ncij_3);
          dx[at_n_c_i_j + 29] = value * (1 - y_ncij_4 * y_ncij_4);
        }
      }
    }
  }
}
