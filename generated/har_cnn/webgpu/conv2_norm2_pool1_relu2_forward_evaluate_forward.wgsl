// kernel    conv2_norm2_pool1_relu2_forward_evaluate_forward   value = sum over c2,r of x[nb,c2,2p+u+2r,n] * w[c,c2,r]; t = b[c] + (value - rm[c]) * g[c]; value_2 = max over u of t; y[nb,c,p,n] = max(value_2, 0)
//           code[nb,c,p,n] = argmax over u of t
// shape     nb = 2, c = 64, p = 61, n = 16, c2 = 64, r = 3, u = 2   (f32)
// schedule  tile c 4 · unroll r 3, u 2 · vectorize n · grid nb, c, p, n
// cost      96.7 MFLOP · 1.1 MB read · 999.4 kB written · 46 FLOP/B · 16 accumulators
// source    kernels/layers/conv1d.ts + kernels/layers/batch_norm.ts + kernels/layers/max_pool1d.ts + kernels/layers/relu.ts sha256:e5b563ca   regenerate: deno task generate specs/har_cnn.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read> rm: array<f32>;
@group(1) @binding(4) var<storage, read> g: array<f32>;
@group(1) @binding(5) var<storage, read_write> y: array<vec4<f32>>;
@group(1) @binding(6) var<storage, read_write> code: array<vec4<i32>>;

@compute @workgroup_size(64) // 122 workgroups
fn conv2_norm2_pool1_relu2_forward_evaluate_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 7808) {
    let nb = point / 3904;
    let c = (point / 244 % 16) * 4;
    let p = point / 4 % 61;
    let n = (point % 4) * 4;
    let x_at_nb: i32 = nb * 129024;
    let x_at_nb_p: i32 = x_at_nb + p * 32;
    let x_at_nb_p_n: i32 = x_at_nb_p + n;
    let w_at_c: i32 = c * 192;
    let at_nb: i32 = nb * 62464;
    let at_nb_c: i32 = at_nb + c * 976;
    let at_nb_c_p: i32 = at_nb_c + p * 16;

    // seed
    var value0: vec4<f32> = vec4<f32>(-3.4028234663852886e38f);
    var value1: vec4<f32> = vec4<f32>(-3.4028234663852886e38f);
    var value2: vec4<f32> = vec4<f32>(-3.4028234663852886e38f);
    var value3: vec4<f32> = vec4<f32>(-3.4028234663852886e38f);
    var place0: vec4<i32> = vec4<i32>(0);
    var place1: vec4<i32> = vec4<i32>(0);
    var place2: vec4<i32> = vec4<i32>(0);
    var place3: vec4<i32> = vec4<i32>(0);
    var value00: vec4<f32> = vec4<f32>(0f);
    var value10: vec4<f32> = vec4<f32>(0f);
    var value20: vec4<f32> = vec4<f32>(0f);
    var value30: vec4<f32> = vec4<f32>(0f);
    var value01: vec4<f32> = vec4<f32>(0f);
    var value11: vec4<f32> = vec4<f32>(0f);
    var value21: vec4<f32> = vec4<f32>(0f);
    var value31: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var c2 = 0; c2 < 64; c2 += 1) {
      let x_at_nb_p_n_c2: i32 = x_at_nb_p_n + c2 * 2016;
      let w_at_c_c2: i32 = w_at_c + c2 * 3;
      let x0: vec4<f32> = x[x_at_nb_p_n_c2 / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_c_c2]);
      value00 += x0 * w00_all;
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_c_c2 + 192]);
      value10 += x0 * w10_all;
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_c_c2 + 384]);
      value20 += x0 * w20_all;
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_c_c2 + 576]);
      value30 += x0 * w30_all;
      let x1: vec4<f32> = x[(x_at_nb_p_n_c2 + 16) / 4];
      value01 += x1 * w00_all;
      value11 += x1 * w10_all;
      value21 += x1 * w20_all;
      value31 += x1 * w30_all;
      let x2: vec4<f32> = x[(x_at_nb_p_n_c2 + 32) / 4];
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_c_c2 + 1]);
      value00 += x2 * w01_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_c_c2 + 193]);
      value10 += x2 * w11_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_c_c2 + 385]);
      value20 += x2 * w21_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_c_c2 + 577]);
      value30 += x2 * w31_all;
      let x3: vec4<f32> = x[(x_at_nb_p_n_c2 + 48) / 4];
      value01 += x3 * w01_all;
      value11 += x3 * w11_all;
      value21 += x3 * w21_all;
      value31 += x3 * w31_all;
      let x4: vec4<f32> = x[(x_at_nb_p_n_c2 + 64) / 4];
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_c_c2 + 2]);
      value00 += x4 * w02_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_c_c2 + 194]);
      value10 += x4 * w12_all;
      let w22_all: vec4<f32> = vec4<f32>(w[w_at_c_c2 + 386]);
      value20 += x4 * w22_all;
      let w32_all: vec4<f32> = vec4<f32>(w[w_at_c_c2 + 578]);
      value30 += x4 * w32_all;
      let x5: vec4<f32> = x[(x_at_nb_p_n_c2 + 80) / 4];
      value01 += x5 * w02_all;
      value11 += x5 * w12_all;
      value21 += x5 * w22_all;
      value31 += x5 * w32_all;
    }

    // reduce
    let rm0_all: vec4<f32> = vec4<f32>(rm[c]);
    let g0_all: vec4<f32> = vec4<f32>(g[c]);
    let b0_all: vec4<f32> = vec4<f32>(b[c]);
    let t00: vec4<f32> = b0_all + (value00 - rm0_all) * g0_all;
    value0 = t00;
    let rm1_all: vec4<f32> = vec4<f32>(rm[c + 1]);
    let g1_all: vec4<f32> = vec4<f32>(g[c + 1]);
    let b1_all: vec4<f32> = vec4<f32>(b[c + 1]);
    let t10: vec4<f32> = b1_all + (value10 - rm1_all) * g1_all;
    value1 = t10;
    let rm2_all: vec4<f32> = vec4<f32>(rm[c + 2]);
    let g2_all: vec4<f32> = vec4<f32>(g[c + 2]);
    let b2_all: vec4<f32> = vec4<f32>(b[c + 2]);
    let t20: vec4<f32> = b2_all + (value20 - rm2_all) * g2_all;
    value2 = t20;
    let rm3_all: vec4<f32> = vec4<f32>(rm[c + 3]);
    let g3_all: vec4<f32> = vec4<f32>(g[c + 3]);
    let b3_all: vec4<f32> = vec4<f32>(b[c + 3]);
    let t30: vec4<f32> = b3_all + (value30 - rm3_all) * g3_all;
    value3 = t30;
    let t01: vec4<f32> = b0_all + (value01 - rm0_all) * g0_all;
    let stays: vec4<bool> = t01 <= value0;
    place0 = select(vec4<i32>(1), place0, stays);
    value0 = select(t01, value0, stays);
    let t11: vec4<f32> = b1_all + (value11 - rm1_all) * g1_all;
    let stays_2: vec4<bool> = t11 <= value1;
    place1 = select(vec4<i32>(1), place1, stays_2);
    value1 = select(t11, value1, stays_2);
    let t21: vec4<f32> = b2_all + (value21 - rm2_all) * g2_all;
    let stays_3: vec4<bool> = t21 <= value2;
    place2 = select(vec4<i32>(1), place2, stays_3);
    value2 = select(t21, value2, stays_3);
    let t31: vec4<f32> = b3_all + (value31 - rm3_all) * g3_all;
    let stays_4: vec4<bool> = t31 <= value3;
    place3 = select(vec4<i32>(1), place3, stays_4);
    value3 = select(t31, value3, stays_4);

    // finish
    y[(at_nb_c_p + n) / 4] = max(value0, vec4<f32>(0f));
    code[(at_nb_c_p + n) / 4] = place0;
    y[(at_nb_c_p + n + 976) / 4] = max(value1, vec4<f32>(0f));
    code[(at_nb_c_p + n + 976) / 4] = place1;
    y[(at_nb_c_p + n + 1952) / 4] = max(value2, vec4<f32>(0f));
    code[(at_nb_c_p + n + 1952) / 4] = place2;
    y[(at_nb_c_p + n + 2928) / 4] = max(value3, vec4<f32>(0f));
    code[(at_nb_c_p + n + 2928) / 4] = place3;
  }
}
