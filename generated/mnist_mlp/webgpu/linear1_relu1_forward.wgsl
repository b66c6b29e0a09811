// kernel    linear1_relu1_forward   value = b[16ob+o] + (sum over i of x[nb,i,n] * w[ob,i,o])
//           y[nb,16ob+o,n] = max(value, 0)
// shape     nb = 4, ob = 8, o = 16, n = 16, i = 784   (f32)
// schedule  tile o 4, n 2 · unroll i 8 · vectorize n · grid nb, ob, o, n
// cost      12.9 MFLOP · 602.6 kB read · 32.8 kB written · 20 FLOP/B · 8 accumulators
// source    kernels/linear.ts + kernels/relu.ts sha256:95af9b01   regenerate: deno task generate specs/mnist_mlp.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 4 workgroups
fn linear1_relu1_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 256) {
    let nb = point / 64;
    let ob = point / 8 % 8;
    let o = (point / 2 % 4) * 4;
    let n = (point % 2) * 8;
    let x_at_nb: i32 = nb * 12544;
    let x_at_nb_n: i32 = x_at_nb + n;
    let w_at_ob: i32 = ob * 12544;
    let w_at_ob_o: i32 = w_at_ob + o;
    let b_at_ob: i32 = ob * 16;
    let y_at_nb: i32 = nb * 2048;
    let y_at_nb_ob: i32 = y_at_nb + ob * 256;
    let y_at_nb_ob_o: i32 = y_at_nb_ob + o * 16;

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
    for (var i = 0; i < 784; i += 8) {
      let x_at_nb_n_i: i32 = x_at_nb_n + i * 16;
      let w_at_ob_o_i: i32 = w_at_ob_o + i * 16;
      let x00: vec4<f32> = x[x_at_nb_n_i / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i]);
      y00 += x00 * w00_all;
      let x01: vec4<f32> = x[(x_at_nb_n_i + 4) / 4];
      y01 += x01 * w00_all;
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 1]);
      y10 += x00 * w01_all;
      y11 += x01 * w01_all;
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 2]);
      y20 += x00 * w02_all;
      y21 += x01 * w02_all;
      let w03_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 3]);
      y30 += x00 * w03_all;
      y31 += x01 * w03_all;
      let x10: vec4<f32> = x[(x_at_nb_n_i + 16) / 4];
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 16]);
      y00 += x10 * w10_all;
      let x11: vec4<f32> = x[(x_at_nb_n_i + 20) / 4];
      y01 += x11 * w10_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 17]);
      y10 += x10 * w11_all;
      y11 += x11 * w11_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 18]);
      y20 += x10 * w12_all;
      y21 += x11 * w12_all;
      let w13_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 19]);
      y30 += x10 * w13_all;
      y31 += x11 * w13_all;
      let x20: vec4<f32> = x[(x_at_nb_n_i + 32) / 4];
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 32]);
      y00 += x20 * w20_all;
      let x21: vec4<f32> = x[(x_at_nb_n_i + 36) / 4];
      y01 += x21 * w20_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 33]);
      y10 += x20 * w21_all;
      y11 += x21 * w21_all;
      let w22_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 34]);
      y20 += x20 * w22_all;
      y21 += x21 * w22_all;
      let w23_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 35]);
      y30 += x20 * w23_all;
      y31 += x21 * w23_all;
      let x30: vec4<f32> = x[(x_at_nb_n_i + 48) / 4];
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 48]);
      y00 += x30 * w30_all;
      let x31: vec4<f32> = x[(x_at_nb_n_i + 52) / 4];
      y01 += x31 * w30_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 49]);
      y10 += x30 * w31_all;
      y11 += x31 * w31_all;
      let w32_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 50]);
      y20 += x30 * w32_all;
      y21 += x31 * w32_all;
      let w33_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 51]);
      y30 += x30 * w33_all;
      y31 += x31 * w33_all;
      let x40: vec4<f32> = x[(x_at_nb_n_i + 64) / 4];
      let w40_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 64]);
      y00 += x40 * w40_all;
      let x41: vec4<f32> = x[(x_at_nb_n_i + 68) / 4];
      y01 += x41 * w40_all;
      let w41_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 65]);
      y10 += x40 * w41_all;
      y11 += x41 * w41_all;
      let w42_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 66]);
      y20 += x40 * w42_all;
      y21 += x41 * w42_all;
      let w43_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 67]);
      y30 += x40 * w43_all;
      y31 += x41 * w43_all;
      let x50: vec4<f32> = x[(x_at_nb_n_i + 80) / 4];
      let w50_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 80]);
      y00 += x50 * w50_all;
      let x51: vec4<f32> = x[(x_at_nb_n_i + 84) / 4];
      y01 += x51 * w50_all;
      let w51_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 81]);
      y10 += x50 * w51_all;
      y11 += x51 * w51_all;
      let w52_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 82]);
      y20 += x50 * w52_all;
      y21 += x51 * w52_all;
      let w53_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 83]);
      y30 += x50 * w53_all;
      y31 += x51 * w53_all;
      let x60: vec4<f32> = x[(x_at_nb_n_i + 96) / 4];
      let w60_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 96]);
      y00 += x60 * w60_all;
      let x61: vec4<f32> = x[(x_at_nb_n_i + 100) / 4];
      y01 += x61 * w60_all;
      let w61_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 97]);
      y10 += x60 * w61_all;
      y11 += x61 * w61_all;
      let w62_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 98]);
      y20 += x60 * w62_all;
      y21 += x61 * w62_all;
      let w63_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 99]);
      y30 += x60 * w63_all;
      y31 += x61 * w63_all;
      let x70: vec4<f32> = x[(x_at_nb_n_i + 112) / 4];
      let w70_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 112]);
      y00 += x70 * w70_all;
      let x71: vec4<f32> = x[(x_at_nb_n_i + 116) / 4];
      y01 += x71 * w70_all;
      let w71_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 113]);
      y10 += x70 * w71_all;
      y11 += x71 * w71_all;
      let w72_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 114]);
      y20 += x70 * w72_all;
      y21 += x71 * w72_all;
      let w73_all: vec4<f32> = vec4<f32>(w[w_at_ob_o_i + 115]);
      y30 += x70 * w73_all;
      y31 += x71 * w73_all;
    }

    // finish
    let b0_all: vec4<f32> = vec4<f32>(b[b_at_ob + o]);
    let value00: vec4<f32> = b0_all + y00;
    let value01: vec4<f32> = b0_all + y01;
    y[(y_at_nb_ob_o + n) / 4] = max(value00, vec4<f32>(0f));
    y[(y_at_nb_ob_o + n + 4) / 4] = max(value01, vec4<f32>(0f));
    let b1_all: vec4<f32> = vec4<f32>(b[b_at_ob + o + 1]);
    let value10: vec4<f32> = b1_all + y10;
    let value11: vec4<f32> = b1_all + y11;
    y[(y_at_nb_ob_o + n + 16) / 4] = max(value10, vec4<f32>(0f));
    y[(y_at_nb_ob_o + n + 20) / 4] = max(value11, vec4<f32>(0f));
    let b2_all: vec4<f32> = vec4<f32>(b[b_at_ob + o + 2]);
    let value20: vec4<f32> = b2_all + y20;
    let value21: vec4<f32> = b2_all + y21;
    y[(y_at_nb_ob_o + n + 32) / 4] = max(value20, vec4<f32>(0f));
    y[(y_at_nb_ob_o + n + 36) / 4] = max(value21, vec4<f32>(0f));
    let b3_all: vec4<f32> = vec4<f32>(b[b_at_ob + o + 3]);
    let value30: vec4<f32> = b3_all + y30;
    let value31: vec4<f32> = b3_all + y31;
    y[(y_at_nb_ob_o + n + 48) / 4] = max(value30, vec4<f32>(0f));
    y[(y_at_nb_ob_o + n + 52) / 4] = max(value31, vec4<f32>(0f));
  }
}
