// kernel    dropout1_forward   t = (3904n+61c+l) * 2654435769 xor dropout1_key; t_2 = (t xor (t >> 16)) * 2146121005; t_3 = (t_2 xor (t_2 >> 15)) * 2221713035
//           keep = if ((t_3 xor (t_3 >> 16)) >> 8) * 5.960464e-8 < 0.5 then 0 else 2; mask[n,c,l] = keep; y[n,c,l] = x[n,c,l] * keep
// shape     n = 32, c = 64, l = 61   (f32 in, sums in f64)
// schedule  parallel n
// cost      249.9 kFLOP · 499.7 kB read · 999.4 kB written · 0.2 FLOP/B
// source    kernels/layers/dropout.ts sha256:450d3e1e   regenerate: deno task generate specs/har_cnn.json
export function dropout1_forward(
  x: Float32Array, mask: Float32Array, y: Float32Array, keys: Uint32Array, step: number, from: number, to: number,
): void {
  const dropout1_key = keys[step];
  for (let n = from; n < to; n++) {
    const at_n = n * 3904;
    for (let c = 0; c < 64; c++) {
      const at_n_c = at_n + c * 61;
      for (let l = 0; l < 61; l++) {
        const x_ncl = x[at_n_c + l];
        const t = (Math.imul(n * 3904 + c * 61 + l, 2654435769) ^ dropout1_key);
        const t_2 = Math.imul((t ^ (t >>> 16)), 2146121005);
        const t_3 = Math.imul((t_2 ^ (t_2 >>> 15)), 2221713035);
        const keep = (((t_3 ^ (t_3 >>> 16)) >>> 8) >>> 0) * 5.960464477539063e-8 < 0.5 ? 0 : 2;
        mask[at_n_c + l] = keep;
        y[at_n_c + l] = x_ncl * keep;
      }
    }
  }
}
