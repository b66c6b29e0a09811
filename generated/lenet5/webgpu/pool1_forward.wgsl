// kernel    pool1_forward   y[nb,c,p,q,n] = (sum over u,v of x[nb,c,2p+u,2q+v,n]) * 0.25
// shape     nb = 4, c = 6, p = 14, q = 14, n = 16, u = 2, v = 2   (f32)
// schedule  tile q 2, n 4 · unroll v 2, u 2 · vectorize n · grid nb, c, p, q, n
// cost      376.3 kFLOP · 1.2 MB read · 301.1 kB written · 0.3 FLOP/B · 8 accumulators
// source    kernels/avg_pool2d.ts sha256:bbc6cf50   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 37 workgroups
fn pool1_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 2352) {
    let nb = point / 588;
    let c = point / 98 % 6;
    let p = point / 7 % 14;
    let q = (point % 7) * 2;
    let x_at_nb: i32 = nb * 75264;
    let x_at_nb_c: i32 = x_at_nb + c * 12544;
    let x_at_nb_c_p: i32 = x_at_nb_c + p * 896;
    let x_at_nb_c_p_q: i32 = x_at_nb_c_p + q * 32;
    let y_at_nb: i32 = nb * 18816;
    let y_at_nb_c: i32 = y_at_nb + c * 3136;
    let y_at_nb_c_p: i32 = y_at_nb_c + p * 224;
    let y_at_nb_c_p_q: i32 = y_at_nb_c_p + q * 16;

    // seed
    var y00: vec4<f32> = vec4<f32>(0f);
    var y01: vec4<f32> = vec4<f32>(0f);
    var y02: vec4<f32> = vec4<f32>(0f);
    var y03: vec4<f32> = vec4<f32>(0f);
    var y10: vec4<f32> = vec4<f32>(0f);
    var y11: vec4<f32> = vec4<f32>(0f);
    var y12: vec4<f32> = vec4<f32>(0f);
    var y13: vec4<f32> = vec4<f32>(0f);

    // reduce
    let x000: vec4<f32> = x[x_at_nb_c_p_q / 4];
    y00 += x000;
    let x001: vec4<f32> = x[(x_at_nb_c_p_q + 4) / 4];
    y01 += x001;
    let x002: vec4<f32> = x[(x_at_nb_c_p_q + 8) / 4];
    y02 += x002;
    let x003: vec4<f32> = x[(x_at_nb_c_p_q + 12) / 4];
    y03 += x003;
    let x020: vec4<f32> = x[(x_at_nb_c_p_q + 32) / 4];
    y10 += x020;
    let x021: vec4<f32> = x[(x_at_nb_c_p_q + 36) / 4];
    y11 += x021;
    let x022: vec4<f32> = x[(x_at_nb_c_p_q + 40) / 4];
    y12 += x022;
    let x023: vec4<f32> = x[(x_at_nb_c_p_q + 44) / 4];
    y13 += x023;
    let x010: vec4<f32> = x[(x_at_nb_c_p_q + 16) / 4];
    y00 += x010;
    let x011: vec4<f32> = x[(x_at_nb_c_p_q + 20) / 4];
    y01 += x011;
    let x012: vec4<f32> = x[(x_at_nb_c_p_q + 24) / 4];
    y02 += x012;
    let x013: vec4<f32> = x[(x_at_nb_c_p_q + 28) / 4];
    y03 += x013;
    let x030: vec4<f32> = x[(x_at_nb_c_p_q + 48) / 4];
    y10 += x030;
    let x031: vec4<f32> = x[(x_at_nb_c_p_q + 52) / 4];
    y11 += x031;
    let x032: vec4<f32> = x[(x_at_nb_c_p_q + 56) / 4];
    y12 += x032;
    let x033: vec4<f32> = x[(x_at_nb_c_p_q + 60) / 4];
    y13 += x033;
    let x100: vec4<f32> = x[(x_at_nb_c_p_q + 448) / 4];
    y00 += x100;
    let x101: vec4<f32> = x[(x_at_nb_c_p_q + 452) / 4];
    y01 += x101;
    let x102: vec4<f32> = x[(x_at_nb_c_p_q + 456) / 4];
    y02 += x102;
    let x103: vec4<f32> = x[(x_at_nb_c_p_q + 460) / 4];
    y03 += x103;
    let x120: vec4<f32> = x[(x_at_nb_c_p_q + 480) / 4];
    y10 += x120;
    let x121: vec4<f32> = x[(x_at_nb_c_p_q + 484) / 4];
    y11 += x121;
    let x122: vec4<f32> = x[(x_at_nb_c_p_q + 488) / 4];
    y12 += x122;
    let x123: vec4<f32> = x[(x_at_nb_c_p_q + 492) / 4];
    y13 += x123;
    let x110: vec4<f32> = x[(x_at_nb_c_p_q + 464) / 4];
    y00 += x110;
    let x111: vec4<f32> = x[(x_at_nb_c_p_q + 468) / 4];
    y01 += x111;
    let x112: vec4<f32> = x[(x_at_nb_c_p_q + 472) / 4];
    y02 += x112;
    let x113: vec4<f32> = x[(x_at_nb_c_p_q + 476) / 4];
    y03 += x113;
    let x130: vec4<f32> = x[(x_at_nb_c_p_q + 496) / 4];
    y10 += x130;
    let x131: vec4<f32> = x[(x_at_nb_c_p_q + 500) / 4];
    y11 += x131;
    let x132: vec4<f32> = x[(x_at_nb_c_p_q + 504) / 4];
    y12 += x132;
    let x133: vec4<f32> = x[(x_at_nb_c_p_q + 508) / 4];
    y13 += x133;

    // finish
    y[y_at_nb_c_p_q / 4] = y00 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 4) / 4] = y01 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 8) / 4] = y02 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 12) / 4] = y03 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 16) / 4] = y10 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 20) / 4] = y11 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 24) / 4] = y12 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 28) / 4] = y13 * vec4<f32>(0.25f);
  }
}
