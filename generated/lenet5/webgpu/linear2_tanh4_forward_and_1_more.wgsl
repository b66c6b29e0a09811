// kernel    linear2_tanh4_forward   value = b[o] + (sum over ib,i of x[nb,8ib+i,n] * w[ib,o,i])
//           y[nb,o,n] = tanh(value)
// shape     nb = 4, o = 84, n = 16, ib = 15, i = 8   (f32)
// schedule  tile o 4, n 2 · unroll i 8 · vectorize n · grid nb, o, n
// cost      1.3 MFLOP · 71.4 kB read · 21.5 kB written · 14 FLOP/B · 8 accumulators
// source    kernels/linear.ts + kernels/tanh.ts sha256:4dadca1a   regenerate: deno task generate specs/lenet5.json
// kernel    tanh3_output_rows   y[ib,16nb+n,i] = x[nb,8ib+i,n]
// shape     ib = 15, nb = 4, n = 16, i = 8   (f32)
// schedule  grid ib, nb, n, i
// cost      0 FLOP · 30.7 kB read · 30.7 kB written · 0.0 FLOP/B · 0 accumulators
// source    codegen/arrange.ts sha256:8a89f660   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read> x_2: array<f32>;
@group(1) @binding(5) var<storage, read_write> y_2: array<f32>;

@compute @workgroup_size(64) // 123 workgroups
fn linear2_tanh4_forward_and_1_more(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  {
    if (point < 168) {
      let nb = point / 42;
      let o = (point / 2 % 21) * 4;
      let n = (point % 2) * 8;
      let x_at_nb: i32 = nb * 1920;
      let x_at_nb_n: i32 = x_at_nb + n;
      let w_at_o: i32 = o * 8;
      let y_at_nb: i32 = nb * 1344;
      let y_at_nb_o: i32 = y_at_nb + o * 16;

      // seed
      var y00: vec4<f32> = vec4<f32>(0f);
      var y01: vec4<f32> = vec4<f32>(0f);
      var y10: vec4<f32> = vec4<f32>(0f);
      var y11: vec4<f32> = vec4<f32>(0f);
      var y20: vec4<f32> = vec4<f32>(0f);
      var y21: vec4<f32> = vec4<f32>(0f);
      var y30: vec4<f32> = vec4<f32>(0f);
      var y31: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var ib = 0; ib < 15; ib += 1) {
        let x_at_nb_n_ib: i32 = x_at_nb_n + ib * 128;
        let w_at_o_ib: i32 = w_at_o + ib * 672;
        let x00: vec4<f32> = x[x_at_nb_n_ib / 4];
        let w00_all: vec4<f32> = vec4<f32>(w[w_at_o_ib]);
        y00 += x00 * w00_all;
        let x01: vec4<f32> = x[(x_at_nb_n_ib + 4) / 4];
        y01 += x01 * w00_all;
        let w10_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 8]);
        y10 += x00 * w10_all;
        y11 += x01 * w10_all;
        let w20_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 16]);
        y20 += x00 * w20_all;
        y21 += x01 * w20_all;
        let w30_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 24]);
        y30 += x00 * w30_all;
        y31 += x01 * w30_all;
        let x10: vec4<f32> = x[(x_at_nb_n_ib + 16) / 4];
        let w01_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 1]);
        y00 += x10 * w01_all;
        let x11: vec4<f32> = x[(x_at_nb_n_ib + 20) / 4];
        y01 += x11 * w01_all;
        let w11_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 9]);
        y10 += x10 * w11_all;
        y11 += x11 * w11_all;
        let w21_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 17]);
        y20 += x10 * w21_all;
        y21 += x11 * w21_all;
        let w31_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 25]);
        y30 += x10 * w31_all;
        y31 += x11 * w31_all;
        let x20: vec4<f32> = x[(x_at_nb_n_ib + 32) / 4];
        let w02_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 2]);
        y00 += x20 * w02_all;
        let x21: vec4<f32> = x[(x_at_nb_n_ib + 36) / 4];
        y01 += x21 * w02_all;
        let w12_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 10]);
        y10 += x20 * w12_all;
        y11 += x21 * w12_all;
        let w22_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 18]);
        y20 += x20 * w22_all;
        y21 += x21 * w22_all;
        let w32_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 26]);
        y30 += x20 * w32_all;
        y31 += x21 * w32_all;
        let x30: vec4<f32> = x[(x_at_nb_n_ib + 48) / 4];
        let w03_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 3]);
        y00 += x30 * w03_all;
        let x31: vec4<f32> = x[(x_at_nb_n_ib + 52) / 4];
        y01 += x31 * w03_all;
        let w13_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 11]);
        y10 += x30 * w13_all;
        y11 += x31 * w13_all;
        let w23_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 19]);
        y20 += x30 * w23_all;
        y21 += x31 * w23_all;
        let w33_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 27]);
        y30 += x30 * w33_all;
        y31 += x31 * w33_all;
        let x40: vec4<f32> = x[(x_at_nb_n_ib + 64) / 4];
        let w04_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 4]);
        y00 += x40 * w04_all;
        let x41: vec4<f32> = x[(x_at_nb_n_ib + 68) / 4];
        y01 += x41 * w04_all;
        let w14_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 12]);
        y10 += x40 * w14_all;
        y11 += x41 * w14_all;
        let w24_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 20]);
        y20 += x40 * w24_all;
        y21 += x41 * w24_all;
        let w34_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 28]);
        y30 += x40 * w34_all;
        y31 += x41 * w34_all;
        let x50: vec4<f32> = x[(x_at_nb_n_ib + 80) / 4];
        let w05_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 5]);
        y00 += x50 * w05_all;
        let x51: vec4<f32> = x[(x_at_nb_n_ib + 84) / 4];
        y01 += x51 * w05_all;
        let w15_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 13]);
        y10 += x50 * w15_all;
        y11 += x51 * w15_all;
        let w25_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 21]);
        y20 += x50 * w25_all;
        y21 += x51 * w25_all;
        let w35_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 29]);
        y30 += x50 * w35_all;
        y31 += x51 * w35_all;
        let x60: vec4<f32> = x[(x_at_nb_n_ib + 96) / 4];
        let w06_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 6]);
        y00 += x60 * w06_all;
        let x61: vec4<f32> = x[(x_at_nb_n_ib + 100) / 4];
        y01 += x61 * w06_all;
        let w16_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 14]);
        y10 += x60 * w16_all;
        y11 += x61 * w16_all;
        let w26_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 22]);
        y20 += x60 * w26_all;
        y21 += x61 * w26_all;
        let w36_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 30]);
        y30 += x60 * w36_all;
        y31 += x61 * w36_all;
        let x70: vec4<f32> = x[(x_at_nb_n_ib + 112) / 4];
        let w07_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 7]);
        y00 += x70 * w07_all;
        let x71: vec4<f32> = x[(x_at_nb_n_ib + 116) / 4];
        y01 += x71 * w07_all;
        let w17_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 15]);
        y10 += x70 * w17_all;
        y11 += x71 * w17_all;
        let w27_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 23]);
        y20 += x70 * w27_all;
        y21 += x71 * w27_all;
        let w37_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 31]);
        y30 += x70 * w37_all;
        y31 += x71 * w37_all;
      }

      // finish
      let b0_all: vec4<f32> = vec4<f32>(b[o]);
      let value00: vec4<f32> = b0_all + y00;
      let value01: vec4<f32> = b0_all + y01;
      y[(y_at_nb_o + n) / 4] = tanh(clamp(value00, vec4<f32>(-10f), vec4<f32>(10f)));
      y[(y_at_nb_o + n + 4) / 4] = tanh(clamp(value01, vec4<f32>(-10f), vec4<f32>(10f)));
      let b1_all: vec4<f32> = vec4<f32>(b[o + 1]);
      let value10: vec4<f32> = b1_all + y10;
      let value11: vec4<f32> = b1_all + y11;
      y[(y_at_nb_o + n + 16) / 4] = tanh(clamp(value10, vec4<f32>(-10f), vec4<f32>(10f)));
      y[(y_at_nb_o + n + 20) / 4] = tanh(clamp(value11, vec4<f32>(-10f), vec4<f32>(10f)));
      let b2_all: vec4<f32> = vec4<f32>(b[o + 2]);
      let value20: vec4<f32> = b2_all + y20;
      let value21: vec4<f32> = b2_all + y21;
      y[(y_at_nb_o + n + 32) / 4] = tanh(clamp(value20, vec4<f32>(-10f), vec4<f32>(10f)));
      y[(y_at_nb_o + n + 36) / 4] = tanh(clamp(value21, vec4<f32>(-10f), vec4<f32>(10f)));
      let b3_all: vec4<f32> = vec4<f32>(b[o + 3]);
      let value30: vec4<f32> = b3_all + y30;
      let value31: vec4<f32> = b3_all + y31;
      y[(y_at_nb_o + n + 48) / 4] = tanh(clamp(value30, vec4<f32>(-10f), vec4<f32>(10f)));
      y[(y_at_nb_o + n + 52) / 4] = tanh(clamp(value31, vec4<f32>(-10f), vec4<f32>(10f)));
    }
  }
  {
    if (point >= 192 && point < 7872) {
      let ib = (point - 192) / 512;
      let nb = (point - 192) / 128 % 4;
      let n = (point - 192) / 8 % 16;
      let i = (point - 192) % 8;
      let x_at_nb: i32 = nb * 1920;
      let x_at_nb_ib: i32 = x_at_nb + ib * 128;
      let x_at_nb_ib_i: i32 = x_at_nb_ib + i * 16;
      let y_at_ib: i32 = ib * 512;
      let y_at_ib_nb: i32 = y_at_ib + nb * 128;
      let y_at_ib_nb_n: i32 = y_at_ib_nb + n * 8;
      let x_nbibin: f32 = x_2[x_at_nb_ib_i + n];
      y_2[y_at_ib_nb_n + i] = x_nbibin;
    }
  }
}
