// kernel    conv2_tanh2_forward   value = b[o] + (sum over c,r,s of x[nb,c,p+r,q+s,n] * w[o,c,r,s])
//           y[nb,o,p,q,n] = tanh(value)
// shape     nb = 4, o = 16, p = 10, q = 10, n = 16, c = 6, r = 5, s = 5   (f32)
// schedule  tile q 2 · unroll s 5, r 5 · vectorize n · grid nb, o, p, q, n
// cost      30.9 MFLOP · 310.7 kB read · 409.6 kB written · 43 FLOP/B · 2 accumulators
// source    kernels/conv2d.ts + kernels/tanh.ts sha256:85db3305   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 200 workgroups
fn conv2_tanh2_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 12800) {
    let nb = point / 3200;
    let o = point / 200 % 16;
    let p = point / 20 % 10;
    let q = (point / 4 % 5) * 2;
    let n = (point % 4) * 4;
    let x_at_nb: i32 = nb * 18816;
    let x_at_nb_p: i32 = x_at_nb + p * 224;
    let x_at_nb_p_q: i32 = x_at_nb_p + q * 16;
    let x_at_nb_p_q_n: i32 = x_at_nb_p_q + n;
    let w_at_o: i32 = o * 150;
    let y_at_nb: i32 = nb * 25600;
    let y_at_nb_o: i32 = y_at_nb + o * 1600;
    let y_at_nb_o_p: i32 = y_at_nb_o + p * 160;
    let y_at_nb_o_p_q: i32 = y_at_nb_o_p + q * 16;

    // seed
    var y0: vec4<f32> = vec4<f32>(0f);
    var y1: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var c = 0; c < 6; c += 1) {
      let x_at_nb_p_q_n_c: i32 = x_at_nb_p_q_n + c * 3136;
      let w_at_o_c: i32 = w_at_o + c * 25;
      let x00: vec4<f32> = x[x_at_nb_p_q_n_c / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_o_c]);
      y0 += x00 * w00_all;
      let x01: vec4<f32> = x[(x_at_nb_p_q_n_c + 16) / 4];
      y1 += x01 * w00_all;
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 1]);
      y0 += x01 * w01_all;
      let x02: vec4<f32> = x[(x_at_nb_p_q_n_c + 32) / 4];
      y1 += x02 * w01_all;
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 2]);
      y0 += x02 * w02_all;
      let x03: vec4<f32> = x[(x_at_nb_p_q_n_c + 48) / 4];
      y1 += x03 * w02_all;
      let w03_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 3]);
      y0 += x03 * w03_all;
      let x04: vec4<f32> = x[(x_at_nb_p_q_n_c + 64) / 4];
      y1 += x04 * w03_all;
      let w04_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 4]);
      y0 += x04 * w04_all;
      let x05: vec4<f32> = x[(x_at_nb_p_q_n_c + 80) / 4];
      y1 += x05 * w04_all;
      let x10: vec4<f32> = x[(x_at_nb_p_q_n_c + 224) / 4];
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 5]);
      y0 += x10 * w10_all;
      let x11: vec4<f32> = x[(x_at_nb_p_q_n_c + 240) / 4];
      y1 += x11 * w10_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 6]);
      y0 += x11 * w11_all;
      let x12: vec4<f32> = x[(x_at_nb_p_q_n_c + 256) / 4];
      y1 += x12 * w11_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 7]);
      y0 += x12 * w12_all;
      let x13: vec4<f32> = x[(x_at_nb_p_q_n_c + 272) / 4];
      y1 += x13 * w12_all;
      let w13_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 8]);
      y0 += x13 * w13_all;
      let x14: vec4<f32> = x[(x_at_nb_p_q_n_c + 288) / 4];
      y1 += x14 * w13_all;
      let w14_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 9]);
      y0 += x14 * w14_all;
      let x15: vec4<f32> = x[(x_at_nb_p_q_n_c + 304) / 4];
      y1 += x15 * w14_all;
      let x20: vec4<f32> = x[(x_at_nb_p_q_n_c + 448) / 4];
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 10]);
      y0 += x20 * w20_all;
      let x21: vec4<f32> = x[(x_at_nb_p_q_n_c + 464) / 4];
      y1 += x21 * w20_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 11]);
      y0 += x21 * w21_all;
      let x22: vec4<f32> = x[(x_at_nb_p_q_n_c + 480) / 4];
      y1 += x22 * w21_all;
      let w22_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 12]);
      y0 += x22 * w22_all;
      let x23: vec4<f32> = x[(x_at_nb_p_q_n_c + 496) / 4];
      y1 += x23 * w22_all;
      let w23_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 13]);
      y0 += x23 * w23_all;
      let x24: vec4<f32> = x[(x_at_nb_p_q_n_c + 512) / 4];
      y1 += x24 * w23_all;
      let w24_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 14]);
      y0 += x24 * w24_all;
      let x25: vec4<f32> = x[(x_at_nb_p_q_n_c + 528) / 4];
      y1 += x25 * w24_all;
      let x30: vec4<f32> = x[(x_at_nb_p_q_n_c + 672) / 4];
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 15]);
      y0 += x30 * w30_all;
      let x31: vec4<f32> = x[(x_at_nb_p_q_n_c + 688) / 4];
      y1 += x31 * w30_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 16]);
      y0 += x31 * w31_all;
      let x32: vec4<f32> = x[(x_at_nb_p_q_n_c + 704) / 4];
      y1 += x32 * w31_all;
      let w32_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 17]);
      y0 += x32 * w32_all;
      let x33: vec4<f32> = x[(x_at_nb_p_q_n_c + 720) / 4];
      y1 += x33 * w32_all;
      let w33_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 18]);
      y0 += x33 * w33_all;
      let x34: vec4<f32> = x[(x_at_nb_p_q_n_c + 736) / 4];
      y1 += x34 * w33_all;
      let w34_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 19]);
      y0 += x34 * w34_all;
      let x35: vec4<f32> = x[(x_at_nb_p_q_n_c + 752) / 4];
      y1 += x35 * w34_all;
      let x40: vec4<f32> = x[(x_at_nb_p_q_n_c + 896) / 4];
      let w40_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 20]);
      y0 += x40 * w40_all;
      let x41: vec4<f32> = x[(x_at_nb_p_q_n_c + 912) / 4];
      y1 += x41 * w40_all;
      let w41_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 21]);
      y0 += x41 * w41_all;
      let x42: vec4<f32> = x[(x_at_nb_p_q_n_c + 928) / 4];
      y1 += x42 * w41_all;
      let w42_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 22]);
      y0 += x42 * w42_all;
      let x43: vec4<f32> = x[(x_at_nb_p_q_n_c + 944) / 4];
      y1 += x43 * w42_all;
      let w43_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 23]);
      y0 += x43 * w43_all;
      let x44: vec4<f32> = x[(x_at_nb_p_q_n_c + 960) / 4];
      y1 += x44 * w43_all;
      let w44_all: vec4<f32> = vec4<f32>(w[w_at_o_c + 24]);
      y0 += x44 * w44_all;
      let x45: vec4<f32> = x[(x_at_nb_p_q_n_c + 976) / 4];
      y1 += x45 * w44_all;
    }

    // finish
    let b_o_all: vec4<f32> = vec4<f32>(b[o]);
    let value0: vec4<f32> = b_o_all + y0;
    y[(y_at_nb_o_p_q + n) / 4] = tanh(clamp(value0, vec4<f32>(-10f), vec4<f32>(10f)));
    let value1: vec4<f32> = b_o_all + y1;
    y[(y_at_nb_o_p_q + n + 16) / 4] = tanh(clamp(value1, vec4<f32>(-10f), vec4<f32>(10f)));
  }
}
