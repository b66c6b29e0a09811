// kernel    pool1_relu1_backward_input   dx[n,c,2i,2j] = if y[n,c,2i,2j] <= 0 then 0 else if code[n,c,i,j] = 0 then dy[n,c,i,j] else 0
//           dx[n,c,2i,2j+1] = if y[n,c,2i,2j+1] <= 0 then 0 else if code[n,c,i,j] = 1 then dy[n,c,i,j] else 0
//           dx[n,c,2i+1,2j] = if y[n,c,2i+1,2j] <= 0 then 0 else if code[n,c,i,j] = 2 then dy[n,c,i,j] else 0
//           dx[n,c,2i+1,2j+1] = if y[n,c,2i+1,2j+1] <= 0 then 0 else if code[n,c,i,j] = 3 then dy[n,c,i,j] else 0
// shape     n = 64, c = 32, i = 14, j = 14   (f32 in, sums in f64)
// schedule  parallel n
// cost      0 FLOP · 8.4 MB read · 6.4 MB written · 0.0 FLOP/B · 0 accumulators
// source    kernels/max_pool2d.ts + kernels/relu.ts sha256:5f43ffe4   regenerate: deno task generate specs/mnist_cnn.json
export function pool1_relu1_backward_input(y: Float32Array, code: Uint8Array, dy: Float32Array, dx: Float32Array, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const y_at_n = n * 25088;
    const code_at_n = n * 6272;
    for (let c = 0; c < 32; c++) {
      const y_at_n_c = y_at_n + c * 784;
      const code_at_n_c = code_at_n + c * 196;
      for (let i = 0; i < 14; i++) {
        const y_at_n_c_i = y_at_n_c + i * 56;
        const code_at_n_c_i = code_at_n_c + i * 14;
        for (let j = 0; j < 14; j++) {
          const y_at_n_c_i_j = y_at_n_c_i + j * 2;
          const y_ncij = y[y_at_n_c_i_j];
          const code_ncij = code[code_at_n_c_i + j];
          const dy_ncij = dy[code_at_n_c_i + j];
          const value = code_ncij === 0 ? dy_ncij : 0;
          const y_ncij_2 = y[y_at_n_c_i_j + 1];
          const value_2 = code_ncij === 1 ? dy_ncij : 0;
          const y_ncij_3 = y[y_at_n_c_i_j + 28];
          const value_3 = code_ncij === 2 ? dy_ncij : 0;
          const y_ncij_4 = y[y_at_n_c_i_j + 29];
          const value_4 = code_ncij === 3 ? dy_ncij : 0;
          dx[y_at_n_c_i_j] = y_ncij <= 0 ? 0 : value;
          dx[y_at_n_c_i_j + 1] = y_ncij_2 <= 0 ? 0 : value_2;
          dx[y_at_n_c_i_j + 28] = y_ncij_3 <= 0 ? 0 : value_3;
          dx[y_at_n_c_i_j + 29] = y_ncij_4 <= 0 ? 0 : value_4;
        }
      }
    }
  }
}
