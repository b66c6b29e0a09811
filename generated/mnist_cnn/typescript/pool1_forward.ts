// kernel    pool1_forward   y[n,c,p,q] = max over r,s of x[n,c,2p+r,2q+s]
//           code[n,c,p,q] = argmax over r,s of x[n,c,2p+r,2q+s]
// shape     n = 64, c = 32, p = 14, q = 14, r = 2, s = 2   (f32 in, sums in f64)
// schedule  unroll r 2, s 2 · parallel n
// cost      0 FLOP · 6.4 MB read · 2.0 MB written · 0.0 FLOP/B · 2 accumulators
// source    kernels/max_pool2d.ts sha256:1c9a91c3   regenerate: deno task generate specs/mnist_cnn.json
export function pool1_forward(x: Float32Array, y: Float32Array, code: Uint8Array, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const x_at_n = n * 25088;
    const y_at_n = n * 6272;
    for (let c = 0; c < 32; c++) {
      const x_at_n_c = x_at_n + c * 784;
      const y_at_n_c = y_at_n + c * 196;
      for (let p = 0; p < 14; p++) {
        const x_at_n_c_p = x_at_n_c + p * 56;
        const y_at_n_c_p = y_at_n_c + p * 14;
        for (let q = 0; q < 14; q++) {
          const x_at_n_c_p_q = x_at_n_c_p + q * 2;

          // seed
          let y_sum = -Infinity;
          let code_sum = 0;

          // reduce
          const x00 = x[x_at_n_c_p_q];
          const stays = x00 <= y_sum;
          code_sum = stays ? code_sum : 0;
          y_sum = stays ? y_sum : x00;
          const x01 = x[x_at_n_c_p_q + 1];
          const stays_2 = x01 <= y_sum;
          code_sum = stays_2 ? code_sum : 1;
          y_sum = stays_2 ? y_sum : x01;
          const x10 = x[x_at_n_c_p_q + 28];
          const stays_3 = x10 <= y_sum;
          code_sum = stays_3 ? code_sum : 2;
          y_sum = stays_3 ? y_sum : x10;
          const x11 = x[x_at_n_c_p_q + 29];
          const stays_4 = x11 <= y_sum;
          code_sum = stays_4 ? code_sum : 3;
          y_sum = stays_4 ? y_sum : x11;

          // finish
          y[y_at_n_c_p + q] = y_sum;
          code[y_at_n_c_p + q] = code_sum;
        }
      }
    }
  }
}
