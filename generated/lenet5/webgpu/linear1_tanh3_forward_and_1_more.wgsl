// kernel    linear1_tanh3_forward   value = b[o] + (sum over ib,i of x[nb,16ib+i,n] * w[ib,o,i])
//           y[nb,o,n] = tanh(value)
// shape     nb = 4, o = 120, n = 16, ib = 25, i = 16   (f32)
// schedule  tile o 4, n 2 · unroll i 16 · vectorize n · grid nb, o, n
// cost      6.2 MFLOP · 294.9 kB read · 30.7 kB written · 19 FLOP/B · 8 accumulators
// source    kernels/linear.ts + kernels/tanh.ts sha256:c87396b5   regenerate: deno task generate specs/lenet5.json
// kernel    flatten1_output_rows   y[ib,16nb+n,i] = x[nb,16ib+i,n]
// shape     ib = 25, nb = 4, n = 16, i = 16   (f32)
// schedule  grid ib, nb, n, i
// cost      0 FLOP · 102.4 kB read · 102.4 kB written · 0.0 FLOP/B · 0 accumulators
// source    codegen/arrange.ts sha256:8a1df184   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read> x_2: array<f32>;
@group(1) @binding(5) var<storage, read_write> y_2: array<f32>;

@compute @workgroup_size(64) // 404 workgroups
fn linear1_tanh3_forward_and_1_more(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  {
    if (point < 240) {
      let nb = point / 60;
      let o = (point / 2 % 30) * 4;
      let n = (point % 2) * 8;
      let x_at_nb: i32 = nb * 6400;
      let x_at_nb_n: i32 = x_at_nb + n;
      let w_at_o: i32 = o * 16;
      let y_at_nb: i32 = nb * 1920;
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
      for (var ib = 0; ib < 25; ib += 1) {
        let x_at_nb_n_ib: i32 = x_at_nb_n + ib * 256;
        let w_at_o_ib: i32 = w_at_o + ib * 1920;
        let x00: vec4<f32> = x[x_at_nb_n_ib / 4];
        let w00_all: vec4<f32> = vec4<f32>(w[w_at_o_ib]);
        y00 += x00 * w00_all;
        let x01: vec4<f32> = x[(x_at_nb_n_ib + 4) / 4];
        y01 += x01 * w00_all;
        let w10_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 16]);
        y10 += x00 * w10_all;
        y11 += x01 * w10_all;
        let w20_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 32]);
        y20 += x00 * w20_all;
        y21 += x01 * w20_all;
        let w30_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 48]);
        y30 += x00 * w30_all;
        y31 += x01 * w30_all;
        let x10: vec4<f32> = x[(x_at_nb_n_ib + 16) / 4];
        let w01_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 1]);
        y00 += x10 * w01_all;
        let x11: vec4<f32> = x[(x_at_nb_n_ib + 20) / 4];
        y01 += x11 * w01_all;
        let w11_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 17]);
        y10 += x10 * w11_all;
        y11 += x11 * w11_all;
        let w21_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 33]);
        y20 += x10 * w21_all;
        y21 += x11 * w21_all;
        let w31_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 49]);
        y30 += x10 * w31_all;
        y31 += x11 * w31_all;
        let x20: vec4<f32> = x[(x_at_nb_n_ib + 32) / 4];
        let w02_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 2]);
        y00 += x20 * w02_all;
        let x21: vec4<f32> = x[(x_at_nb_n_ib + 36) / 4];
        y01 += x21 * w02_all;
        let w12_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 18]);
        y10 += x20 * w12_all;
        y11 += x21 * w12_all;
        let w22_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 34]);
        y20 += x20 * w22_all;
        y21 += x21 * w22_all;
        let w32_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 50]);
        y30 += x20 * w32_all;
        y31 += x21 * w32_all;
        let x30: vec4<f32> = x[(x_at_nb_n_ib + 48) / 4];
        let w03_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 3]);
        y00 += x30 * w03_all;
        let x31: vec4<f32> = x[(x_at_nb_n_ib + 52) / 4];
        y01 += x31 * w03_all;
        let w13_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 19]);
        y10 += x30 * w13_all;
        y11 += x31 * w13_all;
        let w23_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 35]);
        y20 += x30 * w23_all;
        y21 += x31 * w23_all;
        let w33_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 51]);
        y30 += x30 * w33_all;
        y31 += x31 * w33_all;
        let x40: vec4<f32> = x[(x_at_nb_n_ib + 64) / 4];
        let w04_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 4]);
        y00 += x40 * w04_all;
        let x41: vec4<f32> = x[(x_at_nb_n_ib + 68) / 4];
        y01 += x41 * w04_all;
        let w14_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 20]);
        y10 += x40 * w14_all;
        y11 += x41 * w14_all;
        let w24_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 36]);
        y20 += x40 * w24_all;
        y21 += x41 * w24_all;
        let w34_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 52]);
        y30 += x40 * w34_all;
        y31 += x41 * w34_all;
        let x50: vec4<f32> = x[(x_at_nb_n_ib + 80) / 4];
        let w05_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 5]);
        y00 += x50 * w05_all;
        let x51: vec4<f32> = x[(x_at_nb_n_ib + 84) / 4];
        y01 += x51 * w05_all;
        let w15_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 21]);
        y10 += x50 * w15_all;
        y11 += x51 * w15_all;
        let w25_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 37]);
        y20 += x50 * w25_all;
        y21 += x51 * w25_all;
        let w35_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 53]);
        y30 += x50 * w35_all;
        y31 += x51 * w35_all;
        let x60: vec4<f32> = x[(x_at_nb_n_ib + 96) / 4];
        let w06_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 6]);
        y00 += x60 * w06_all;
        let x61: vec4<f32> = x[(x_at_nb_n_ib + 100) / 4];
        y01 += x61 * w06_all;
        let w16_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 22]);
        y10 += x60 * w16_all;
        y11 += x61 * w16_all;
        let w26_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 38]);
        y20 += x60 * w26_all;
        y21 += x61 * w26_all;
        let w36_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 54]);
        y30 += x60 * w36_all;
        y31 += x61 * w36_all;
        let x70: vec4<f32> = x[(x_at_nb_n_ib + 112) / 4];
        let w07_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 7]);
        y00 += x70 * w07_all;
        let x71: vec4<f32> = x[(x_at_nb_n_ib + 116) / 4];
        y01 += x71 * w07_all;
        let w17_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 23]);
        y10 += x70 * w17_all;
        y11 += x71 * w17_all;
        let w27_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 39]);
        y20 += x70 * w27_all;
        y21 += x71 * w27_all;
        let w37_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 55]);
        y30 += x70 * w37_all;
        y31 += x71 * w37_all;
        let x80: vec4<f32> = x[(x_at_nb_n_ib + 128) / 4];
        let w08_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 8]);
        y00 += x80 * w08_all;
        let x81: vec4<f32> = x[(x_at_nb_n_ib + 132) / 4];
        y01 += x81 * w08_all;
        let w18_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 24]);
        y10 += x80 * w18_all;
        y11 += x81 * w18_all;
        let w28_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 40]);
        y20 += x80 * w28_all;
        y21 += x81 * w28_all;
        let w38_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 56]);
        y30 += x80 * w38_all;
        y31 += x81 * w38_all;
        let x90: vec4<f32> = x[(x_at_nb_n_ib + 144) / 4];
        let w09_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 9]);
        y00 += x90 * w09_all;
        let x91: vec4<f32> = x[(x_at_nb_n_ib + 148) / 4];
        y01 += x91 * w09_all;
        let w19_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 25]);
        y10 += x90 * w19_all;
        y11 += x91 * w19_all;
        let w29_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 41]);
        y20 += x90 * w29_all;
        y21 += x91 * w29_all;
        let w39_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 57]);
        y30 += x90 * w39_all;
        y31 += x91 * w39_all;
        let x_10_0: vec4<f32> = x[(x_at_nb_n_ib + 160) / 4];
        let w_0_10_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 10]);
        y00 += x_10_0 * w_0_10_all;
        let x_10_1: vec4<f32> = x[(x_at_nb_n_ib + 164) / 4];
        y01 += x_10_1 * w_0_10_all;
        let w_1_10_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 26]);
        y10 += x_10_0 * w_1_10_all;
        y11 += x_10_1 * w_1_10_all;
        let w_2_10_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 42]);
        y20 += x_10_0 * w_2_10_all;
        y21 += x_10_1 * w_2_10_all;
        let w_3_10_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 58]);
        y30 += x_10_0 * w_3_10_all;
        y31 += x_10_1 * w_3_10_all;
        let x_11_0: vec4<f32> = x[(x_at_nb_n_ib + 176) / 4];
        let w_0_11_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 11]);
        y00 += x_11_0 * w_0_11_all;
        let x_11_1: vec4<f32> = x[(x_at_nb_n_ib + 180) / 4];
        y01 += x_11_1 * w_0_11_all;
        let w_1_11_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 27]);
        y10 += x_11_0 * w_1_11_all;
        y11 += x_11_1 * w_1_11_all;
        let w_2_11_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 43]);
        y20 += x_11_0 * w_2_11_all;
        y21 += x_11_1 * w_2_11_all;
        let w_3_11_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 59]);
        y30 += x_11_0 * w_3_11_all;
        y31 += x_11_1 * w_3_11_all;
        let x_12_0: vec4<f32> = x[(x_at_nb_n_ib + 192) / 4];
        let w_0_12_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 12]);
        y00 += x_12_0 * w_0_12_all;
        let x_12_1: vec4<f32> = x[(x_at_nb_n_ib + 196) / 4];
        y01 += x_12_1 * w_0_12_all;
        let w_1_12_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 28]);
        y10 += x_12_0 * w_1_12_all;
        y11 += x_12_1 * w_1_12_all;
        let w_2_12_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 44]);
        y20 += x_12_0 * w_2_12_all;
        y21 += x_12_1 * w_2_12_all;
        let w_3_12_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 60]);
        y30 += x_12_0 * w_3_12_all;
        y31 += x_12_1 * w_3_12_all;
        let x_13_0: vec4<f32> = x[(x_at_nb_n_ib + 208) / 4];
        let w_0_13_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 13]);
        y00 += x_13_0 * w_0_13_all;
        let x_13_1: vec4<f32> = x[(x_at_nb_n_ib + 212) / 4];
        y01 += x_13_1 * w_0_13_all;
        let w_1_13_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 29]);
        y10 += x_13_0 * w_1_13_all;
        y11 += x_13_1 * w_1_13_all;
        let w_2_13_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 45]);
        y20 += x_13_0 * w_2_13_all;
        y21 += x_13_1 * w_2_13_all;
        let w_3_13_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 61]);
        y30 += x_13_0 * w_3_13_all;
        y31 += x_13_1 * w_3_13_all;
        let x_14_0: vec4<f32> = x[(x_at_nb_n_ib + 224) / 4];
        let w_0_14_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 14]);
        y00 += x_14_0 * w_0_14_all;
        let x_14_1: vec4<f32> = x[(x_at_nb_n_ib + 228) / 4];
        y01 += x_14_1 * w_0_14_all;
        let w_1_14_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 30]);
        y10 += x_14_0 * w_1_14_all;
        y11 += x_14_1 * w_1_14_all;
        let w_2_14_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 46]);
        y20 += x_14_0 * w_2_14_all;
        y21 += x_14_1 * w_2_14_all;
        let w_3_14_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 62]);
        y30 += x_14_0 * w_3_14_all;
        y31 += x_14_1 * w_3_14_all;
        let x_15_0: vec4<f32> = x[(x_at_nb_n_ib + 240) / 4];
        let w_0_15_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 15]);
        y00 += x_15_0 * w_0_15_all;
        let x_15_1: vec4<f32> = x[(x_at_nb_n_ib + 244) / 4];
        y01 += x_15_1 * w_0_15_all;
        let w_1_15_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 31]);
        y10 += x_15_0 * w_1_15_all;
        y11 += x_15_1 * w_1_15_all;
        let w_2_15_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 47]);
        y20 += x_15_0 * w_2_15_all;
        y21 += x_15_1 * w_2_15_all;
        let w_3_15_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 63]);
        y30 += x_15_0 * w_3_15_all;
        y31 += x_15_1 * w_3_15_all;
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
    if (point >= 256 && point < 25856) {
      let ib = (point - 256) / 1024;
      let nb = (point - 256) / 256 % 4;
      let n = (point - 256) / 16 % 16;
      let i = (point - 256) % 16;
      let x_at_nb: i32 = nb * 6400;
      let x_at_nb_ib: i32 = x_at_nb + ib * 256;
      let x_at_nb_ib_i: i32 = x_at_nb_ib + i * 16;
      let y_at_ib: i32 = ib * 1024;
      let y_at_ib_nb: i32 = y_at_ib + nb * 256;
      let y_at_ib_nb_n: i32 = y_at_ib_nb + n * 16;
      let x_nbibin: f32 = x_2[x_at_nb_ib_i + n];
      y_2[y_at_ib_nb_n + i] = x_nbibin;
    }
  }
}
