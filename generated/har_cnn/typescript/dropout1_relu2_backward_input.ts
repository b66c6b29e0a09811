// kernel    dropout1_relu2_backward_input   value = dy[n,c,l] * mask[n,c,l]
//           dx[n,c,l] = if y[n,c,l] <= 0 then 0 else value
// shape     n = 32, c = 64, l = 61   (f32 in, sums in f64)
// schedule  parallel n
// cost      124.9 kFLOP · 1.5 MB read · 499.7 kB written · 0.1 FLOP/B
// source    kernels/layers/dropout.ts + kernels/layers/relu.ts sha256:bf2099b1   regenerate: deno task generate specs/har_cnn.json
export function dropout1_relu2_backward_input(
  y: Float32Array, dy: Float32Array, mask: Float32Array, dx: Float32Array, from: number, to: number,
): void {
  for (let n = from; n < to; n++) {
    const at_n = n * 3904;
    for (let c = 0; c < 64; c++) {
      const at_n_c = at_n + c * 61;
      for (let l = 0; l < 61; l++) {
        const y_ncl = y[at_n_c + l];
        const dy_ncl = dy[at_n_c + l];
        const mask_ncl = mask[at_n_c + l];
        const value = dy_ncl * mask_ncl;
        dx[at_n_c + l] = y_ncl <= 0 ? 0 : value;
      }
    }
  }
}
