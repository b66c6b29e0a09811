// kernel    conv1_pool1_relu1_forward   t = b[c] + (sum over c2,r,s of x[n,c2,2p+u+r-2,2q+v+s-2] * w[c,c2,r,s])
//           value = max over u,v of t
//           y[n,c,p,q] = max(value, 0)
//           code[n,c,p,q] = argmax over u,v of t
// shape     n = 64, c = 32, p = 14, q = 14, c2 = 1, r = 5, s = 5, u = 2, v = 2   (f32 in, sums in f64)
// schedule  unroll u 2, v 2 · parallel n
// cost      81.9 MFLOP · 204.0 kB read · 2.0 MB written · 37 FLOP/B · 6 accumulators
// source    kernels/layers/conv2d.ts + kernels/layers/max_pool2d.ts + kernels/layers/relu.ts sha256:95a444f6   regenerate: deno task generate specs/mnist_cnn.json
export function conv1_pool1_relu1_forward(
  b: Float32Array, x: Float32Array, w: Float32Array, y: Float32Array, code: Uint8Array, from: number, to: number,
): void {
  for (let n = from; n < to; n++) {
    const x_at_n = n * 1024;
    const at_n = n * 6272;
    for (let c = 0; c < 32; c++) {
      const w_at_c = c * 25;
      const at_n_c = at_n + c * 196;
      const b_c = b[c];
      for (let p = 0; p < 14; p++) {
        const x_at_n_p = x_at_n + p * 64;
        const at_n_c_p = at_n_c + p * 14;
        for (let q = 0; q < 14; q++) {
          const x_at_n_p_q = x_at_n_p + q * 2;

          // seed
          let value = -Infinity;
          let place = 0;
          let y00 = 0;
          let y01 = 0;
          let y10 = 0;
          let y11 = 0;

          // reduce
          for (let r = 0; r < 5; r++) {
            const x_at_n_p_q_r = x_at_n_p_q + r * 32;
            const w_at_c_r = w_at_c + r * 5;
            for (let s = 0; s < 5; s++) {
              const x00 = x[x_at_n_p_q_r + s];
              const w_cc2rs = w[w_at_c_r + s];
              y00 += x00 * w_cc2rs;
              const x01 = x[x_at_n_p_q_r + s + 1];
              y01 += x01 * w_cc2rs;
              const x10 = x[x_at_n_p_q_r + s + 32];
              y10 += x10 * w_cc2rs;
              const x11 = x[x_at_n_p_q_r + s + 33];
              y11 += x11 * w_cc2rs;
            }
          }

          // reduce
          const t00 = b_c + y00;
          value = t00;
          const t01 = b_c + y01;
          const stays = t01 <= value;
          place = stays ? place : 1;
          value = stays ? value : t01;
          const t10 = b_c + y10;
          const stays_2 = t10 <= value;
          place = stays_2 ? place : 2;
          value = stays_2 ? value : t10;
          const t11 = b_c + y11;
          const stays_3 = t11 <= value;
          place = stays_3 ? place : 3;
          value = stays_3 ? value : t11;

          // finish
          y[at_n_c_p + q] = Math.max(value, 0);
          code[at_n_c_p + q] = place;
        }
      }
    }
  }
}
