// kernel    conv1_pool1_relu1_forward   t = b[c] + (sum over c2,r,s of x[nb,c2,2p+u+r-2,2q+v+s-2,n] * w[c,c2,r,s])
//           value = max over u,v of t
//           y[nb,c,p,q,n] = max(value, 0)
//           code[nb,c,p,q,n] = argmax over u,v of t
// shape     nb = 4, c = 32, p = 14, q = 14, n = 16, c2 = 1, r = 5, s = 5, u = 2, v = 2   (f32)
// schedule  tile c 2, q 2 · unroll s 4, v 2, u 2 · vectorize n · grid nb, c, p, q, n
// cost      81.9 MFLOP · 204.0 kB read · 3.2 MB written · 24 FLOP/B · 24 accumulators
// source    kernels/layers/conv2d.ts + kernels/layers/max_pool2d.ts + kernels/layers/relu.ts sha256:c6b7ce3b   regenerate: deno task generate specs/mnist_cnn.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read_write> code: array<vec4<i32>>;

@compute @workgroup_size(64) // 392 workgroups
fn conv1_pool1_relu1_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 25088) {
    let nb = point / 6272;
    let c = (point / 392 % 16) * 2;
    let p = point / 28 % 14;
    let q = (point / 4 % 7) * 2;
    let n = (point % 4) * 4;
    let x_at_nb: i32 = nb * 16384;
    let x_at_nb_p: i32 = x_at_nb + p * 1024;
    let x_at_nb_p_q: i32 = x_at_nb_p + q * 32;
    let x_at_nb_p_q_n: i32 = x_at_nb_p_q + n;
    let w_at_c: i32 = c * 25;
    let at_nb: i32 = nb * 100352;
    let at_nb_c: i32 = at_nb + c * 3136;
    let at_nb_c_p: i32 = at_nb_c + p * 224;
    let at_nb_c_p_q: i32 = at_nb_c_p + q * 16;

    // seed
    var value00: vec4<f32> = vec4<f32>(-3.4028234663852886e38f);
    var value01: vec4<f32> = vec4<f32>(-3.4028234663852886e38f);
    var value10: vec4<f32> = vec4<f32>(-3.4028234663852886e38f);
    var value11: vec4<f32> = vec4<f32>(-3.4028234663852886e38f);
    var place00: vec4<i32> = vec4<i32>(0);
    var place01: vec4<i32> = vec4<i32>(0);
    var place10: vec4<i32> = vec4<i32>(0);
    var place11: vec4<i32> = vec4<i32>(0);
    var y0000: vec4<f32> = vec4<f32>(0f);
    var y0100: vec4<f32> = vec4<f32>(0f);
    var y1000: vec4<f32> = vec4<f32>(0f);
    var y1100: vec4<f32> = vec4<f32>(0f);
    var y0001: vec4<f32> = vec4<f32>(0f);
    var y0101: vec4<f32> = vec4<f32>(0f);
    var y1001: vec4<f32> = vec4<f32>(0f);
    var y1101: vec4<f32> = vec4<f32>(0f);
    var y0010: vec4<f32> = vec4<f32>(0f);
    var y0110: vec4<f32> = vec4<f32>(0f);
    var y1010: vec4<f32> = vec4<f32>(0f);
    var y1110: vec4<f32> = vec4<f32>(0f);
    var y0011: vec4<f32> = vec4<f32>(0f);
    var y0111: vec4<f32> = vec4<f32>(0f);
    var y1011: vec4<f32> = vec4<f32>(0f);
    var y1111: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var r = 0; r < 5; r += 1) {
      let x_at_nb_p_q_n_r: i32 = x_at_nb_p_q_n + r * 512;
      let w_at_c_r: i32 = w_at_c + r * 5;
      {
        let x00: vec4<f32> = x[x_at_nb_p_q_n_r / 4];
        let w00_all: vec4<f32> = vec4<f32>(w[w_at_c_r]);
        y0000 += x00 * w00_all;
        let x02: vec4<f32> = x[(x_at_nb_p_q_n_r + 32) / 4];
        y0100 += x02 * w00_all;
        let w10_all: vec4<f32> = vec4<f32>(w[w_at_c_r + 25]);
        y1000 += x00 * w10_all;
        y1100 += x02 * w10_all;
        let x01: vec4<f32> = x[(x_at_nb_p_q_n_r + 16) / 4];
        y0001 += x01 * w00_all;
        let x03: vec4<f32> = x[(x_at_nb_p_q_n_r + 48) / 4];
        y0101 += x03 * w00_all;
        y1001 += x01 * w10_all;
        y1101 += x03 * w10_all;
        let x10: vec4<f32> = x[(x_at_nb_p_q_n_r + 512) / 4];
        y0010 += x10 * w00_all;
        let x12: vec4<f32> = x[(x_at_nb_p_q_n_r + 544) / 4];
        y0110 += x12 * w00_all;
        y1010 += x10 * w10_all;
        y1110 += x12 * w10_all;
        let x11: vec4<f32> = x[(x_at_nb_p_q_n_r + 528) / 4];
        y0011 += x11 * w00_all;
        let x13: vec4<f32> = x[(x_at_nb_p_q_n_r + 560) / 4];
        y0111 += x13 * w00_all;
        y1011 += x11 * w10_all;
        y1111 += x13 * w10_all;
        let w01_all: vec4<f32> = vec4<f32>(w[w_at_c_r + 1]);
        y0000 += x01 * w01_all;
        y0100 += x03 * w01_all;
        let w11_all: vec4<f32> = vec4<f32>(w[w_at_c_r + 26]);
        y1000 += x01 * w11_all;
        y1100 += x03 * w11_all;
        y0001 += x02 * w01_all;
        let x04: vec4<f32> = x[(x_at_nb_p_q_n_r + 64) / 4];
        y0101 += x04 * w01_all;
        y1001 += x02 * w11_all;
        y1101 += x04 * w11_all;
        y0010 += x11 * w01_all;
        y0110 += x13 * w01_all;
        y1010 += x11 * w11_all;
        y1110 += x13 * w11_all;
        y0011 += x12 * w01_all;
        let x14: vec4<f32> = x[(x_at_nb_p_q_n_r + 576) / 4];
        y0111 += x14 * w01_all;
        y1011 += x12 * w11_all;
        y1111 += x14 * w11_all;
        let w02_all: vec4<f32> = vec4<f32>(w[w_at_c_r + 2]);
        y0000 += x02 * w02_all;
        y0100 += x04 * w02_all;
        let w12_all: vec4<f32> = vec4<f32>(w[w_at_c_r + 27]);
        y1000 += x02 * w12_all;
        y1100 += x04 * w12_all;
        y0001 += x03 * w02_all;
        let x05: vec4<f32> = x[(x_at_nb_p_q_n_r + 80) / 4];
        y0101 += x05 * w02_all;
        y1001 += x03 * w12_all;
        y1101 += x05 * w12_all;
        y0010 += x12 * w02_all;
        y0110 += x14 * w02_all;
        y1010 += x12 * w12_all;
        y1110 += x14 * w12_all;
        y0011 += x13 * w02_all;
        let x15: vec4<f32> = x[(x_at_nb_p_q_n_r + 592) / 4];
        y0111 += x15 * w02_all;
        y1011 += x13 * w12_all;
        y1111 += x15 * w12_all;
        let w03_all: vec4<f32> = vec4<f32>(w[w_at_c_r + 3]);
        y0000 += x03 * w03_all;
        y0100 += x05 * w03_all;
        let w13_all: vec4<f32> = vec4<f32>(w[w_at_c_r + 28]);
        y1000 += x03 * w13_all;
        y1100 += x05 * w13_all;
        y0001 += x04 * w03_all;
        let x06: vec4<f32> = x[(x_at_nb_p_q_n_r + 96) / 4];
        y0101 += x06 * w03_all;
        y1001 += x04 * w13_all;
        y1101 += x06 * w13_all;
        y0010 += x13 * w03_all;
        y0110 += x15 * w03_all;
        y1010 += x13 * w13_all;
        y1110 += x15 * w13_all;
        y0011 += x14 * w03_all;
        let x16: vec4<f32> = x[(x_at_nb_p_q_n_r + 608) / 4];
        y0111 += x16 * w03_all;
        y1011 += x14 * w13_all;
        y1111 += x16 * w13_all;
      }
      {
        let x00: vec4<f32> = x[(x_at_nb_p_q_n_r + 64) / 4];
        let w0_all: vec4<f32> = vec4<f32>(w[w_at_c_r + 4]);
        y0000 += x00 * w0_all;
        let x02: vec4<f32> = x[(x_at_nb_p_q_n_r + 96) / 4];
        y0100 += x02 * w0_all;
        let w1_all: vec4<f32> = vec4<f32>(w[w_at_c_r + 29]);
        y1000 += x00 * w1_all;
        y1100 += x02 * w1_all;
        let x01: vec4<f32> = x[(x_at_nb_p_q_n_r + 80) / 4];
        y0001 += x01 * w0_all;
        let x03: vec4<f32> = x[(x_at_nb_p_q_n_r + 112) / 4];
        y0101 += x03 * w0_all;
        y1001 += x01 * w1_all;
        y1101 += x03 * w1_all;
        let x10: vec4<f32> = x[(x_at_nb_p_q_n_r + 576) / 4];
        y0010 += x10 * w0_all;
        let x12: vec4<f32> = x[(x_at_nb_p_q_n_r + 608) / 4];
        y0110 += x12 * w0_all;
        y1010 += x10 * w1_all;
        y1110 += x12 * w1_all;
        let x11: vec4<f32> = x[(x_at_nb_p_q_n_r + 592) / 4];
        y0011 += x11 * w0_all;
        let x13: vec4<f32> = x[(x_at_nb_p_q_n_r + 624) / 4];
        y0111 += x13 * w0_all;
        y1011 += x11 * w1_all;
        y1111 += x13 * w1_all;
      }
    }

    // reduce
    let b0_all: vec4<f32> = vec4<f32>(b[c]);
    let t0000: vec4<f32> = b0_all + y0000;
    let stays: vec4<bool> = t0000 <= value00;
    place00 = select(vec4<i32>(0), place00, stays);
    value00 = select(t0000, value00, stays);
    let t0100: vec4<f32> = b0_all + y0100;
    let stays_2: vec4<bool> = t0100 <= value01;
    place01 = select(vec4<i32>(0), place01, stays_2);
    value01 = select(t0100, value01, stays_2);
    let b1_all: vec4<f32> = vec4<f32>(b[c + 1]);
    let t1000: vec4<f32> = b1_all + y1000;
    let stays_3: vec4<bool> = t1000 <= value10;
    place10 = select(vec4<i32>(0), place10, stays_3);
    value10 = select(t1000, value10, stays_3);
    let t1100: vec4<f32> = b1_all + y1100;
    let stays_4: vec4<bool> = t1100 <= value11;
    place11 = select(vec4<i32>(0), place11, stays_4);
    value11 = select(t1100, value11, stays_4);
    let t0001: vec4<f32> = b0_all + y0001;
    let stays_5: vec4<bool> = t0001 <= value00;
    place00 = select(vec4<i32>(1), place00, stays_5);
    value00 = select(t0001, value00, stays_5);
    let t0101: vec4<f32> = b0_all + y0101;
    let stays_6: vec4<bool> = t0101 <= value01;
    place01 = select(vec4<i32>(1), place01, stays_6);
    value01 = select(t0101, value01, stays_6);
    let t1001: vec4<f32> = b1_all + y1001;
    let stays_7: vec4<bool> = t1001 <= value10;
    place10 = select(vec4<i32>(1), place10, stays_7);
    value10 = select(t1001, value10, stays_7);
    let t1101: vec4<f32> = b1_all + y1101;
    let stays_8: vec4<bool> = t1101 <= value11;
    place11 = select(vec4<i32>(1), place11, stays_8);
    value11 = select(t1101, value11, stays_8);
    let t0010: vec4<f32> = b0_all + y0010;
    let stays_9: vec4<bool> = t0010 <= value00;
    place00 = select(vec4<i32>(2), place00, stays_9);
    value00 = select(t0010, value00, stays_9);
    let t0110: vec4<f32> = b0_all + y0110;
    let stays_10: vec4<bool> = t0110 <= value01;
    place01 = select(vec4<i32>(2), place01, stays_10);
    value01 = select(t0110, value01, stays_10);
    let t1010: vec4<f32> = b1_all + y1010;
    let stays_11: vec4<bool> = t1010 <= value10;
    place10 = select(vec4<i32>(2), place10, stays_11);
    value10 = select(t1010, value10, stays_11);
    let t1110: vec4<f32> = b1_all + y1110;
    let stays_12: vec4<bool> = t1110 <= value11;
    place11 = select(vec4<i32>(2), place11, stays_12);
    value11 = select(t1110, value11, stays_12);
    let t0011: vec4<f32> = b0_all + y0011;
    let stays_13: vec4<bool> = t0011 <= value00;
    place00 = select(vec4<i32>(3), place00, stays_13);
    value00 = select(t0011, value00, stays_13);
    let t0111: vec4<f32> = b0_all + y0111;
    let stays_14: vec4<bool> = t0111 <= value01;
    place01 = select(vec4<i32>(3), place01, stays_14);
    value01 = select(t0111, value01, stays_14);
    let t1011: vec4<f32> = b1_all + y1011;
    let stays_15: vec4<bool> = t1011 <= value10;
    place10 = select(vec4<i32>(3), place10, stays_15);
    value10 = select(t1011, value10, stays_15);
    let t1111: vec4<f32> = b1_all + y1111;
    let stays_16: vec4<bool> = t1111 <= value11;
    place11 = select(vec4<i32>(3), place11, stays_16);
    value11 = select(t1111, value11, stays_16);

    // finish
    y[(at_nb_c_p_q + n) / 4] = max(value00, vec4<f32>(0f));
    code[(at_nb_c_p_q + n) / 4] = place00;
    y[(at_nb_c_p_q + n + 16) / 4] = max(value01, vec4<f32>(0f));
    code[(at_nb_c_p_q + n + 16) / 4] = place01;
    y[(at_nb_c_p_q + n + 3136) / 4] = max(value10, vec4<f32>(0f));
    code[(at_nb_c_p_q + n + 3136) / 4] = place10;
    y[(at_nb_c_p_q + n + 3152) / 4] = max(value11, vec4<f32>(0f));
    code[(at_nb_c_p_q + n + 3152) / 4] = place11;
  }
}
