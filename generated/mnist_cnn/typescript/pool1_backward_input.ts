// kernel    pool1_backward_input   dx[n,c,2i,2j] = if code[n,c,i,j] = 0 then dy[n,c,i,j] else 0
//           dx[n,c,2i,2j+1] = if code[n,c,i,j] = 1 then dy[n,c,i,j] else 0
//           dx[n,c,2i+1,2j] = if code[n,c,i,j] = 2 then dy[n,c,i,j] else 0
//           dx[n,c,2i+1,2j+1] = if code[n,c,i,j] = 3 then dy[n,c,i,j] else 0
// shape     n = 64, c = 32, i = 14, j = 14   (f32 in, sums in f64)
// schedule  parallel n
// cost      0 FLOP · 2.0 MB read · 6.4 MB written · 0.0 FLOP/B · 0 accumulators
// source    kernels/max_pool2d.ts sha256:5657c12a   regenerate: deno task generate specs/mnist_cnn.json
export function pool1_backward_input(code: Uint8Array, dy: Float32Array, dx: Float32Array, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const code_at_n = n * 6272;
    const dx_at_n = n * 25088;
    for (let c = 0; c < 32; c++) {
      const code_at_n_c = code_at_n + c * 196;
      const dx_at_n_c = dx_at_n + c * 784;
      for (let i = 0; i < 14; i++) {
        const code_at_n_c_i = code_at_n_c + i * 14;
        const dx_at_n_c_i = dx_at_n_c + i * 56;
        for (let j = 0; j < 14; j++) {
          const dx_at_n_c_i_j = dx_at_n_c_i + j * 2;
          const code_ncij = code[code_at_n_c_i + j];
          const dy_ncij = dy[code_at_n_c_i + j];
          dx[dx_at_n_c_i_j] = code_ncij === 0 ? dy_ncij : 0;
          dx[dx_at_n_c_i_j + 1] = code_ncij === 1 ? dy_ncij : 0;
          dx[dx_at_n_c_i_j + 28] = code_ncij === 2 ? dy_ncij : 0;
          dx[dx_at_n_c_i_j + 29] = code_ncij === 3 ? dy_ncij : 0;
        }
      }
    }
  }
}
