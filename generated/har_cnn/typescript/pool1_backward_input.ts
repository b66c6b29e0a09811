// kernel    pool1_backward_input   dx[n,c,2i] = if code[n,c,i] = 0 then dy[n,c,i] else 0
//           dx[n,c,2i+1] = if code[n,c,i] = 1 then dy[n,c,i] else 0
// shape     n = 32, c = 64, i = 61   (f32 in, sums in f64)
// schedule  parallel n
// cost      0 FLOP · 624.6 kB read · 999.4 kB written · 0.0 FLOP/B
// source    kernels/layers/max_pool1d.ts sha256:75a09c7b   regenerate: deno task generate specs/har_cnn.json
export function pool1_backward_input(
  code: Uint8Array, dy: Float32Array, dx: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n++) {
    const at_n = n * 3904;
    const dx_at_n = n * 7808;
    for (let c = 0; c < 64; c++) {
      const at_n_c = at_n + c * 61;
      const dx_at_n_c = dx_at_n + c * 122;
      for (let i = 0; i < 61; i++) {
        const dx_at_n_c_i = dx_at_n_c + i * 2;
        const code_nci = code[at_n_c + i];
        const dy_nci = dy[at_n_c + i];
        dx[dx_at_n_c_i] = code_nci === 0 ? dy_nci : 0;
        dx[dx_at_n_c_i + 1] = code_nci === 1 ? dy_nci : 0;
      }
    }
  }
}
