// kernel    linear2_forward   y[nb,o,n] = b[o] + (sum over ib,i of x[nb,16ib+i,n] * w[ib,o,i])
// shape     nb = 4, o = 10, n = 16, ib = 8, i = 16   (f32)
// schedule  tile o 2, n 2 · unroll i 16 · vectorize n · grid nb, o, n
// cost      164.5 kFLOP · 37.9 kB read · 2560 B written · 4.1 FLOP/B · 4 accumulators
// source    kernels/linear.ts sha256:c8747cf4   regenerate: deno task generate specs/mnist_mlp.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 1 workgroups
fn linear2_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 40) {
    let nb = point / 10;
    let o = (point / 2 % 5) * 2;
    let n = (point % 2) * 8;
    let x_at_nb: i32 = nb * 2048;
    let x_at_nb_n: i32 = x_at_nb + n;
    let w_at_o: i32 = o * 16;
    let y_at_nb: i32 = nb * 160;
    let y_at_nb_o: i32 = y_at_nb + o * 16;

    // seed
    var y00: vec4<f32> = vec4<f32>(0f);
    var y01: vec4<f32> = vec4<f32>(0f);
    var y10: vec4<f32> = vec4<f32>(0f);
    var y11: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var ib = 0; ib < 8; ib += 1) {
      let x_at_nb_n_ib: i32 = x_at_nb_n + ib * 256;
      let w_at_o_ib: i32 = w_at_o + ib * 160;
      let x00: vec4<f32> = x[x_at_nb_n_ib / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_o_ib]);
      y00 += x00 * w00_all;
      let x01: vec4<f32> = x[(x_at_nb_n_ib + 4) / 4];
      y01 += x01 * w00_all;
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 16]);
      y10 += x00 * w10_all;
      y11 += x01 * w10_all;
      let x10: vec4<f32> = x[(x_at_nb_n_ib + 16) / 4];
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 1]);
      y00 += x10 * w01_all;
      let x11: vec4<f32> = x[(x_at_nb_n_ib + 20) / 4];
      y01 += x11 * w01_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 17]);
      y10 += x10 * w11_all;
      y11 += x11 * w11_all;
      let x20: vec4<f32> = x[(x_at_nb_n_ib + 32) / 4];
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 2]);
      y00 += x20 * w02_all;
      let x21: vec4<f32> = x[(x_at_nb_n_ib + 36) / 4];
      y01 += x21 * w02_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 18]);
      y10 += x20 * w12_all;
      y11 += x21 * w12_all;
      let x30: vec4<f32> = x[(x_at_nb_n_ib + 48) / 4];
      let w03_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 3]);
      y00 += x30 * w03_all;
      let x31: vec4<f32> = x[(x_at_nb_n_ib + 52) / 4];
      y01 += x31 * w03_all;
      let w13_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 19]);
      y10 += x30 * w13_all;
      y11 += x31 * w13_all;
      let x40: vec4<f32> = x[(x_at_nb_n_ib + 64) / 4];
      let w04_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 4]);
      y00 += x40 * w04_all;
      let x41: vec4<f32> = x[(x_at_nb_n_ib + 68) / 4];
      y01 += x41 * w04_all;
      let w14_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 20]);
      y10 += x40 * w14_all;
      y11 += x41 * w14_all;
      let x50: vec4<f32> = x[(x_at_nb_n_ib + 80) / 4];
      let w05_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 5]);
      y00 += x50 * w05_all;
      let x51: vec4<f32> = x[(x_at_nb_n_ib + 84) / 4];
      y01 += x51 * w05_all;
      let w15_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 21]);
      y10 += x50 * w15_all;
      y11 += x51 * w15_all;
      let x60: vec4<f32> = x[(x_at_nb_n_ib + 96) / 4];
      let w06_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 6]);
      y00 += x60 * w06_all;
      let x61: vec4<f32> = x[(x_at_nb_n_ib + 100) / 4];
      y01 += x61 * w06_all;
      let w16_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 22]);
      y10 += x60 * w16_all;
      y11 += x61 * w16_all;
      let x70: vec4<f32> = x[(x_at_nb_n_ib + 112) / 4];
      let w07_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 7]);
      y00 += x70 * w07_all;
      let x71: vec4<f32> = x[(x_at_nb_n_ib + 116) / 4];
      y01 += x71 * w07_all;
      let w17_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 23]);
      y10 += x70 * w17_all;
      y11 += x71 * w17_all;
      let x80: vec4<f32> = x[(x_at_nb_n_ib + 128) / 4];
      let w08_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 8]);
      y00 += x80 * w08_all;
      let x81: vec4<f32> = x[(x_at_nb_n_ib + 132) / 4];
      y01 += x81 * w08_all;
      let w18_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 24]);
      y10 += x80 * w18_all;
      y11 += x81 * w18_all;
      let x90: vec4<f32> = x[(x_at_nb_n_ib + 144) / 4];
      let w09_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 9]);
      y00 += x90 * w09_all;
      let x91: vec4<f32> = x[(x_at_nb_n_ib + 148) / 4];
      y01 += x91 * w09_all;
      let w19_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 25]);
      y10 += x90 * w19_all;
      y11 += x91 * w19_all;
      let x_10_0: vec4<f32> = x[(x_at_nb_n_ib + 160) / 4];
      let w_0_10_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 10]);
      y00 += x_10_0 * w_0_10_all;
      let x_10_1: vec4<f32> = x[(x_at_nb_n_ib + 164) / 4];
      y01 += x_10_1 * w_0_10_all;
      let w_1_10_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 26]);
      y10 += x_10_0 * w_1_10_all;
      y11 += x_10_1 * w_1_10_all;
      let x_11_0: vec4<f32> = x[(x_at_nb_n_ib + 176) / 4];
      let w_0_11_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 11]);
      y00 += x_11_0 * w_0_11_all;
      let x_11_1: vec4<f32> = x[(x_at_nb_n_ib + 180) / 4];
      y01 += x_11_1 * w_0_11_all;
      let w_1_11_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 27]);
      y10 += x_11_0 * w_1_11_all;
      y11 += x_11_1 * w_1_11_all;
      let x_12_0: vec4<f32> = x[(x_at_nb_n_ib + 192) / 4];
      let w_0_12_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 12]);
      y00 += x_12_0 * w_0_12_all;
      let x_12_1: vec4<f32> = x[(x_at_nb_n_ib + 196) / 4];
      y01 += x_12_1 * w_0_12_all;
      let w_1_12_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 28]);
      y10 += x_12_0 * w_1_12_all;
      y11 += x_12_1 * w_1_12_all;
      let x_13_0: vec4<f32> = x[(x_at_nb_n_ib + 208) / 4];
      let w_0_13_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 13]);
      y00 += x_13_0 * w_0_13_all;
      let x_13_1: vec4<f32> = x[(x_at_nb_n_ib + 212) / 4];
      y01 += x_13_1 * w_0_13_all;
      let w_1_13_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 29]);
      y10 += x_13_0 * w_1_13_all;
      y11 += x_13_1 * w_1_13_all;
      let x_14_0: vec4<f32> = x[(x_at_nb_n_ib + 224) / 4];
      let w_0_14_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 14]);
      y00 += x_14_0 * w_0_14_all;
      let x_14_1: vec4<f32> = x[(x_at_nb_n_ib + 228) / 4];
      y01 += x_14_1 * w_0_14_all;
      let w_1_14_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 30]);
      y10 += x_14_0 * w_1_14_all;
      y11 += x_14_1 * w_1_14_all;
      let x_15_0: vec4<f32> = x[(x_at_nb_n_ib + 240) / 4];
      let w_0_15_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 15]);
      y00 += x_15_0 * w_0_15_all;
      let x_15_1: vec4<f32> = x[(x_at_nb_n_ib + 244) / 4];
      y01 += x_15_1 * w_0_15_all;
      let w_1_15_all: vec4<f32> = vec4<f32>(w[w_at_o_ib + 31]);
      y10 += x_15_0 * w_1_15_all;
      y11 += x_15_1 * w_1_15_all;
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
