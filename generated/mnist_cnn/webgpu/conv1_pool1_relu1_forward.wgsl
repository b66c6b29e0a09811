// kernel    conv1_pool1_relu1_forward   value = max over u,v of b[c] + (sum over c2,r,s of x[nb,c2,2p+u+r-2,2q+v+s-2,n] * w[c,c2,r,s])
//           y[nb,c,p,q,n] = max(value, 0)
//           code[nb,c,p,q,n] = argmax over u,v of b[c] + (sum over c2,r,s of x[nb,c2,2p+u+r-2,2q+v+s-2,n] * w[c,c2,r,s])
// shape     nb = 4, c = 32, p = 14, q = 14, n = 16, c2 = 1, r = 5, s = 5, u = 2, v = 2   (f32)
// schedule  unroll s 5, r 5, v 2, u 2 · grid nb, c, p, q, n
// cost      81.9 MFLOP · 204.0 kB read · 3.2 MB written · 24 FLOP/B · 6 accumulators
// source    kernels/conv2d.ts + kernels/max_pool2d.ts + kernels/relu.ts sha256:472fc2dd   regenerate: deno task generate specs/mnist_cnn.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<f32>;
@group(1) @binding(4) var<storage, read_write> code: array<i32>;

@compute @workgroup_size(64) // 6272 workgroups
fn conv1_pool1_relu1_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 401408) {
    let nb = point / 100352;
    let c = point / 3136 % 32;
    let p = point / 224 % 14;
    let q = point / 16 % 14;
    let n = point % 16;
    let x_at_nb: i32 = nb * 16384;
    let x_at_nb_p: i32 = x_at_nb + p * 1024;
    let x_at_nb_p_q: i32 = x_at_nb_p + q * 32;
    let w_at_c: i32 = c * 25;
    let y_at_nb: i32 = nb * 100352;
    let y_at_nb_c: i32 = y_at_nb + c * 3136;
    let y_at_nb_c_p: i32 = y_at_nb_c + p * 224;
    let y_at_nb_c_p_q: i32 = y_at_nb_c_p + q * 16;
    let b_c: f32 = b[c];

    // seed
    var value: f32 = -3.4028234663852886e38f;
    var code_sum: i32 = 0;

    // seed
    var y00: f32 = 0f;
    var y01: f32 = 0f;
    var y10: f32 = 0f;
    var y11: f32 = 0f;

    // reduce
    let x00: f32 = x[x_at_nb_p_q + n];
    let w00: f32 = w[w_at_c];
    y00 += x00 * w00;
    let x01: f32 = x[x_at_nb_p_q + n + 16];
    y01 += x01 * w00;
    let x10: f32 = x[x_at_nb_p_q + n + 512];
    y10 += x10 * w00;
    let x11: f32 = x[x_at_nb_p_q + n + 528];
    y11 += x11 * w00;
    let w01: f32 = w[w_at_c + 1];
    y00 += x01 * w01;
    let x02: f32 = x[x_at_nb_p_q + n + 32];
    y01 += x02 * w01;
    y10 += x11 * w01;
    let x12: f32 = x[x_at_nb_p_q + n + 544];
    y11 += x12 * w01;
    let w02: f32 = w[w_at_c + 2];
    y00 += x02 * w02;
    let x03: f32 = x[x_at_nb_p_q + n + 48];
    y01 += x03 * w02;
    y10 += x12 * w02;
    let x13: f32 = x[x_at_nb_p_q + n + 560];
    y11 += x13 * w02;
    let w03: f32 = w[w_at_c + 3];
    y00 += x03 * w03;
    let x04: f32 = x[x_at_nb_p_q + n + 64];
    y01 += x04 * w03;
    y10 += x13 * w03;
    let x14: f32 = x[x_at_nb_p_q + n + 576];
    y11 += x14 * w03;
    let w04: f32 = w[w_at_c + 4];
    y00 += x04 * w04;
    let x05: f32 = x[x_at_nb_p_q + n + 80];
    y01 += x05 * w04;
    y10 += x14 * w04;
    let x15: f32 = x[x_at_nb_p_q + n + 592];
    y11 += x15 * w04;
    let w10: f32 = w[w_at_c + 5];
    y00 += x10 * w10;
    y01 += x11 * w10;
    let x20: f32 = x[x_at_nb_p_q + n + 1024];
    y10 += x20 * w10;
    let x21: f32 = x[x_at_nb_p_q + n + 1040];
    y11 += x21 * w10;
    let w11: f32 = w[w_at_c + 6];
    y00 += x11 * w11;
    y01 += x12 * w11;
    y10 += x21 * w11;
    let x22: f32 = x[x_at_nb_p_q + n + 1056];
    y11 += x22 * w11;
    let w12: f32 = w[w_at_c + 7];
    y00 += x12 * w12;
    y01 += x13 * w12;
    y10 += x22 * w12;
    let x23: f32 = x[x_at_nb_p_q + n + 1072];
    y11 += x23 * w12;
    let w13: f32 = w[w_at_c + 8];
    y00 += x13 * w13;
    y01 += x14 * w13;
    y10 += x23 * w13;
    let x24: f32 = x[x_at_nb_p_q + n + 1088];
    y11 += x24 * w13;
    let w14: f32 = w[w_at_c + 9];
    y00 += x14 * w14;
    y01 += x15 * w14;
    y10 += x24 * w14;
    let x25: f32 = x[x_at_nb_p_q + n + 1104];
    y11 += x25 * w14;
    let w20: f32 = w[w_at_c + 10];
    y00 += x20 * w20;
    y01 += x21 * w20;
    let x30: f32 = x[x_at_nb_p_q + n + 1536];
    y10 += x30 * w20;
    let x31: f32 = x[x_at_nb_p_q + n + 1552];
    y11 += x31 * w20;
    let w21: f32 = w[w_at_c + 11];
    y00 += x21 * w21;
    y01 += x22 * w21;
    y10 += x31 * w21;
    let x32: f32 = x[x_at_nb_p_q + n + 1568];
    y11 += x32 * w21;
    let w22: f32 = w[w_at_c + 12];
    y00 += x22 * w22;
    y01 += x23 * w22;
    y10 += x32 * w22;
    let x33: f32 = x[x_at_nb_p_q + n + 1584];
    y11 += x33 * w22;
    let w23: f32 = w[w_at_c + 13];
    y00 += x23 * w23;
    y01 += x24 * w23;
    y10 += x33 * w23;
    let x34: f32 = x[x_at_nb_p_q + n + 1600];
    y11 += x34 * w23;
    let w24: f32 = w[w_at_c + 14];
    y00 += x24 * w24;
    y01 += x25 * w24;
    y10 += x34 * w24;
    let x35: f32 = x[x_at_nb_p_q + n + 1616];
    y11 += x35 * w24;
    let w30: f32 = w[w_at_c + 15];
    y00 += x30 * w30;
    y01 += x31 * w30;
    let x40: f32 = x[x_at_nb_p_q + n + 2048];
    y10 += x40 * w30;
    let x41: f32 = x[x_at_nb_p_q + n + 2064];
    y11 += x41 * w30;
    let w31: f32 = w[w_at_c + 16];
    y00 += x31 * w31;
    y01 += x32 * w31;
    y10 += x41 * w31;
    let x42: f32 = x[x_at_nb_p_q + n + 2080];
    y11 += x42 * w31;
    let w32: f32 = w[w_at_c + 17];
    y00 += x32 * w32;
    y01 += x33 * w32;
    y10 += x42 * w32;
    let x43: f32 = x[x_at_nb_p_q + n + 2096];
    y11 += x43 * w32;
    let w33: f32 = w[w_at_c + 18];
    y00 += x33 * w33;
    y01 += x34 * w33;
    y10 += x43 * w33;
    let x44: f32 = x[x_at_nb_p_q + n + 2112];
    y11 += x44 * w33;
    let w34: f32 = w[w_at_c + 19];
    y00 += x34 * w34;
    y01 += x35 * w34;
    y10 += x44 * w34;
    let x45: f32 = x[x_at_nb_p_q + n + 2128];
    y11 += x45 * w34;
    let w40: f32 = w[w_at_c + 20];
    y00 += x40 * w40;
    y01 += x41 * w40;
    let x50: f32 = x[x_at_nb_p_q + n + 2560];
    y10 += x50 * w40;
    let x51: f32 = x[x_at_nb_p_q + n + 2576];
    y11 += x51 * w40;
    let w41: f32 = w[w_at_c + 21];
    y00 += x41 * w41;
    y01 += x42 * w41;
    y10 += x51 * w41;
    let x52: f32 = x[x_at_nb_p_q + n + 2592];
    y11 += x52 * w41;
    let w42: f32 = w[w_at_c + 22];
    y00 += x42 * w42;
    y01 += x43 * w42;
    y10 += x52 * w42;
    let x53: f32 = x[x_at_nb_p_q + n + 2608];
    y11 += x53 * w42;
    let w43: f32 = w[w_at_c + 23];
    y00 += x43 * w43;
    y01 += x44 * w43;
    y10 += x53 * w43;
    let x54: f32 = x[x_at_nb_p_q + n + 2624];
    y11 += x54 * w43;
    let w44: f32 = w[w_at_c + 24];
    y00 += x44 * w44;
    y01 += x45 * w44;
    y10 += x54 * w44;
    let x55: f32 = x[x_at_nb_p_q + n + 2640];
    y11 += x55 * w44;

    // finish
    let t00: f32 = b_c + y00;
    let stays: bool = t00 <= value;
    code_sum = select(0, code_sum, stays);
    value = select(t00, value, stays);
    let t01: f32 = b_c + y01;
    let stays_2: bool = t01 <= value;
    code_sum = select(1, code_sum, stays_2);
    value = select(t01, value, stays_2);
    let t10: f32 = b_c + y10;
    let stays_3: bool = t10 <= value;
    code_sum = select(2, code_sum, stays_3);
    value = select(t10, value, stays_3);
    let t11: f32 = b_c + y11;
    let stays_4: bool = t11 <= value;
    code_sum = select(3, code_sum, stays_4);
    value = select(t11, value, stays_4);

    // finish
    y[y_at_nb_c_p_q + n] = max(value, 0f);
    code[y_at_nb_c_p_q + n] = code_sum;
  }
}
