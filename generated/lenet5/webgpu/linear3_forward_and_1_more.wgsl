// kernel    linear3_forward   y[nb,o,n] = b[o] + (sum over i of x[nb,i,n] * w[o,i])
// shape     nb = 4, o = 10, n = 16, i = 84   (f32)
// schedule  tile o 2, n 2 · unroll i 7 · vectorize n · grid nb, o, n
// cost      108.2 kFLOP · 24.9 kB read · 2560 B written · 3.9 FLOP/B · 4 accumulators
// source    kernels/linear.ts sha256:29ae8a72   regenerate: deno task generate specs/lenet5.json
// kernel    tanh4_output_rows   y[16nb+n,i] = x[nb,i,n]
// shape     nb = 4, n = 16, i = 84   (f32)
// schedule  grid nb, n, i
// cost      0 FLOP · 21.5 kB read · 21.5 kB written · 0.0 FLOP/B · 0 accumulators
// source    codegen/arrange.ts sha256:a7446978   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read> x_2: array<f32>;
@group(1) @binding(5) var<storage, read_write> y_2: array<f32>;

@compute @workgroup_size(64) // 85 workgroups
fn linear3_forward_and_1_more(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  {
    if (point < 40) {
      let nb = point / 10;
      let o = (point / 2 % 5) * 2;
      let n = (point % 2) * 8;
      let x_at_nb: i32 = nb * 1344;
      let x_at_nb_n: i32 = x_at_nb + n;
      let w_at_o: i32 = o * 84;
      let y_at_nb: i32 = nb * 160;
      let y_at_nb_o: i32 = y_at_nb + o * 16;

      // seed
      var y00: vec4<f32> = vec4<f32>(0f);
      var y01: vec4<f32> = vec4<f32>(0f);
      var y10: vec4<f32> = vec4<f32>(0f);
      var y11: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var i = 0; i < 84; i += 7) {
        let x_at_nb_n_i: i32 = x_at_nb_n + i * 16;
        let x00: vec4<f32> = x[x_at_nb_n_i / 4];
        let w00_all: vec4<f32> = vec4<f32>(w[w_at_o + i]);
        y00 += x00 * w00_all;
        let x01: vec4<f32> = x[(x_at_nb_n_i + 4) / 4];
        y01 += x01 * w00_all;
        let w10_all: vec4<f32> = vec4<f32>(w[w_at_o + i + 84]);
        y10 += x00 * w10_all;
        y11 += x01 * w10_all;
        let x10: vec4<f32> = x[(x_at_nb_n_i + 16) / 4];
        let w01_all: vec4<f32> = vec4<f32>(w[w_at_o + i + 1]);
        y00 += x10 * w01_all;
        let x11: vec4<f32> = x[(x_at_nb_n_i + 20) / 4];
        y01 += x11 * w01_all;
        let w11_all: vec4<f32> = vec4<f32>(w[w_at_o + i + 85]);
        y10 += x10 * w11_all;
        y11 += x11 * w11_all;
        let x20: vec4<f32> = x[(x_at_nb_n_i + 32) / 4];
        let w02_all: vec4<f32> = vec4<f32>(w[w_at_o + i + 2]);
        y00 += x20 * w02_all;
        let x21: vec4<f32> = x[(x_at_nb_n_i + 36) / 4];
        y01 += x21 * w02_all;
        let w12_all: vec4<f32> = vec4<f32>(w[w_at_o + i + 86]);
        y10 += x20 * w12_all;
        y11 += x21 * w12_all;
        let x30: vec4<f32> = x[(x_at_nb_n_i + 48) / 4];
        let w03_all: vec4<f32> = vec4<f32>(w[w_at_o + i + 3]);
        y00 += x30 * w03_all;
        let x31: vec4<f32> = x[(x_at_nb_n_i + 52) / 4];
        y01 += x31 * w03_all;
        let w13_all: vec4<f32> = vec4<f32>(w[w_at_o + i + 87]);
        y10 += x30 * w13_all;
        y11 += x31 * w13_all;
        let x40: vec4<f32> = x[(x_at_nb_n_i + 64) / 4];
        let w04_all: vec4<f32> = vec4<f32>(w[w_at_o + i + 4]);
        y00 += x40 * w04_all;
        let x41: vec4<f32> = x[(x_at_nb_n_i + 68) / 4];
        y01 += x41 * w04_all;
        let w14_all: vec4<f32> = vec4<f32>(w[w_at_o + i + 88]);
        y10 += x40 * w14_all;
        y11 += x41 * w14_all;
        let x50: vec4<f32> = x[(x_at_nb_n_i + 80) / 4];
        let w05_all: vec4<f32> = vec4<f32>(w[w_at_o + i + 5]);
        y00 += x50 * w05_all;
        let x51: vec4<f32> = x[(x_at_nb_n_i + 84) / 4];
        y01 += x51 * w05_all;
        let w15_all: vec4<f32> = vec4<f32>(w[w_at_o + i + 89]);
        y10 += x50 * w15_all;
        y11 += x51 * w15_all;
        let x60: vec4<f32> = x[(x_at_nb_n_i + 96) / 4];
        let w06_all: vec4<f32> = vec4<f32>(w[w_at_o + i + 6]);
        y00 += x60 * w06_all;
        let x61: vec4<f32> = x[(x_at_nb_n_i + 100) / 4];
        y01 += x61 * w06_all;
        let w16_all: vec4<f32> = vec4<f32>(w[w_at_o + i + 90]);
        y10 += x60 * w16_all;
        y11 += x61 * w16_all;
      }

      // finish
      let b0_all: vec4<f32> = vec4<f32>(b[o]);
      y[(y_at_nb_o + n) / 4] = b0_all + y00;
      y[(y_at_nb_o + n + 4) / 4] = b0_all + y01;
      let b1_all: vec4<f32> = vec4<f32>(b[o + 1]);
      y[(y_at_nb_o + n + 16) / 4] = b1_all + y10;
      y[(y_at_nb_o + n + 20) / 4] = b1_all + y11;
    }
  }
  {
    if (point >= 64 && point < 5440) {
      let nb = (point - 64) / 1344;
      let n = (point - 64) / 84 % 16;
      let i = (point - 64) % 84;
      let x_at_nb: i32 = nb * 1344;
      let x_at_nb_i: i32 = x_at_nb + i * 16;
      let y_at_nb_n: i32 = x_at_nb + n * 84;
      let x_nbin: f32 = x_2[x_at_nb_i + n];
      y_2[y_at_nb_n + i] = x_nbin;
    }
  }
}
