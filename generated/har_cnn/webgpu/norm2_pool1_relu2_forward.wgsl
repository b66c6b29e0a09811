// kernel    norm2_pool1_relu2_forward   t = b[c] + (x[nb,c,2p+u,n] - s[c]) * g[c]
//           value = max over u of t
//           y[nb,c,p,n] = max(value, 0)
//           code[nb,c,p,n] = argmax over u of t
// shape     nb = 2, c = 64, p = 61, n = 16, u = 2   (f32)
// schedule  tile n 4 · unroll u 2 · vectorize n · grid nb, c, p, n
// cost      749.6 kFLOP · 1.0 MB read · 999.4 kB written · 0.4 FLOP/B · 8 accumulators
// source    kernels/layers/batch_norm.ts + kernels/layers/max_pool1d.ts + kernels/layers/relu.ts sha256:98cba022   regenerate: deno task generate specs/har_cnn.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> s: array<f32>;
@group(1) @binding(3) var<storage, read> g: array<f32>;
@group(1) @binding(4) var<storage, read_write> y: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read_write> code: array<vec4<i32>>;

@compute @workgroup_size(64) // 122 workgroups
fn norm2_pool1_relu2_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 7808) {
    let nb = point / 3904;
    let c = point / 61 % 64;
    let p = point % 61;
    let x_at_nb: i32 = nb * 124928;
    let x_at_nb_c: i32 = x_at_nb + c * 1952;
    let x_at_nb_c_p: i32 = x_at_nb_c + p * 32;
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

    // reduce
    let x00: vec4<f32> = x[x_at_nb_c_p / 4];
    let s_c_all: vec4<f32> = vec4<f32>(s[c]);
    let g_c_all: vec4<f32> = vec4<f32>(g[c]);
    let b_c_all: vec4<f32> = vec4<f32>(b[c]);
    let t00: vec4<f32> = b_c_all + (x00 - s_c_all) * g_c_all;
    value0 = t00;
    let x01: vec4<f32> = x[(x_at_nb_c_p + 4) / 4];
    let t10: vec4<f32> = b_c_all + (x01 - s_c_all) * g_c_all;
    value1 = t10;
    let x02: vec4<f32> = x[(x_at_nb_c_p + 8) / 4];
    let t20: vec4<f32> = b_c_all + (x02 - s_c_all) * g_c_all;
    value2 = t20;
    let x03: vec4<f32> = x[(x_at_nb_c_p + 12) / 4];
    let t30: vec4<f32> = b_c_all + (x03 - s_c_all) * g_c_all;
    value3 = t30;
    let x10: vec4<f32> = x[(x_at_nb_c_p + 16) / 4];
    let t01: vec4<f32> = b_c_all + (x10 - s_c_all) * g_c_all;
    let stays: vec4<bool> = t01 <= value0;
    place0 = select(vec4<i32>(1), place0, stays);
    value0 = select(t01, value0, stays);
    let x11: vec4<f32> = x[(x_at_nb_c_p + 20) / 4];
    let t11: vec4<f32> = b_c_all + (x11 - s_c_all) * g_c_all;
    let stays_2: vec4<bool> = t11 <= value1;
    place1 = select(vec4<i32>(1), place1, stays_2);
    value1 = select(t11, value1, stays_2);
    let x12: vec4<f32> = x[(x_at_nb_c_p + 24) / 4];
    let t21: vec4<f32> = b_c_all + (x12 - s_c_all) * g_c_all;
    let stays_3: vec4<bool> = t21 <= value2;
    place2 = select(vec4<i32>(1), place2, stays_3);
    value2 = select(t21, value2, stays_3);
    let x13: vec4<f32> = x[(x_at_nb_c_p + 28) / 4];
    let t31: vec4<f32> = b_c_all + (x13 - s_c_all) * g_c_all;
    let stays_4: vec4<bool> = t31 <= value3;
    place3 = select(vec4<i32>(1), place3, stays_4);
    value3 = select(t31, value3, stays_4);

    // finish
    y[at_nb_c_p / 4] = max(value0, vec4<f32>(0f));
    y[(at_nb_c_p + 4) / 4] = max(value1, vec4<f32>(0f));
    y[(at_nb_c_p + 8) / 4] = max(value2, vec4<f32>(0f));
    y[(at_nb_c_p + 12) / 4] = max(value3, vec4<f32>(0f));
    code[at_nb_c_p / 4] = place0;
    code[(at_nb_c_p + 4) / 4] = place1;
    code[(at_nb_c_p + 8) / 4] = place2;
    code[(at_nb_c_p + 12) / 4] = place3;
  }
}
