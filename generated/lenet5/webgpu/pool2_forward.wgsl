// kernel    pool2_forward   y[nb,c,p,q,n] = (sum over u,v of x[nb,c,2p+u,2q+v,n]) * 0.25
// shape     nb = 4, c = 16, p = 5, q = 5, n = 16, u = 2, v = 2   (f32)
// schedule  tile c 2, n 4 · unroll v 2, u 2 · vectorize n · grid nb, c, p, q, n
// cost      128.0 kFLOP · 409.6 kB read · 102.4 kB written · 0.3 FLOP/B · 8 accumulators
// source    kernels/avg_pool2d.ts sha256:169ca394   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 13 workgroups
fn pool2_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 800) {
    let nb = point / 200;
    let c = (point / 25 % 8) * 2;
    let p = point / 5 % 5;
    let q = point % 5;
    let x_at_nb: i32 = nb * 25600;
    let x_at_nb_c: i32 = x_at_nb + c * 1600;
    let x_at_nb_c_p: i32 = x_at_nb_c + p * 320;
    let x_at_nb_c_p_q: i32 = x_at_nb_c_p + q * 32;
    let y_at_nb: i32 = nb * 6400;
    let y_at_nb_c: i32 = y_at_nb + c * 400;
    let y_at_nb_c_p: i32 = y_at_nb_c + p * 80;
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
    let x0000: vec4<f32> = x[x_at_nb_c_p_q / 4];
    y00 += x0000;
    let x0001: vec4<f32> = x[(x_at_nb_c_p_q + 4) / 4];
    y01 += x0001;
    let x0002: vec4<f32> = x[(x_at_nb_c_p_q + 8) / 4];
    y02 += x0002;
    let x0003: vec4<f32> = x[(x_at_nb_c_p_q + 12) / 4];
    y03 += x0003;
    let x1000: vec4<f32> = x[(x_at_nb_c_p_q + 1600) / 4];
    y10 += x1000;
    let x1001: vec4<f32> = x[(x_at_nb_c_p_q + 1604) / 4];
    y11 += x1001;
    let x1002: vec4<f32> = x[(x_at_nb_c_p_q + 1608) / 4];
    y12 += x1002;
    let x1003: vec4<f32> = x[(x_at_nb_c_p_q + 1612) / 4];
    y13 += x1003;
    let x0010: vec4<f32> = x[(x_at_nb_c_p_q + 16) / 4];
    y00 += x0010;
    let x0011: vec4<f32> = x[(x_at_nb_c_p_q + 20) / 4];
    y01 += x0011;
    let x0012: vec4<f32> = x[(x_at_nb_c_p_q + 24) / 4];
    y02 += x0012;
    let x0013: vec4<f32> = x[(x_at_nb_c_p_q + 28) / 4];
    y03 += x0013;
    let x1010: vec4<f32> = x[(x_at_nb_c_p_q + 1616) / 4];
    y10 += x1010;
    let x1011: vec4<f32> = x[(x_at_nb_c_p_q + 1620) / 4];
    y11 += x1011;
    let x1012: vec4<f32> = x[(x_at_nb_c_p_q + 1624) / 4];
    y12 += x1012;
    let x1013: vec4<f32> = x[(x_at_nb_c_p_q + 1628) / 4];
    y13 += x1013;
    let x0100: vec4<f32> = x[(x_at_nb_c_p_q + 160) / 4];
    y00 += x0100;
    let x0101: vec4<f32> = x[(x_at_nb_c_p_q + 164) / 4];
    y01 += x0101;
    let x0102: vec4<f32> = x[(x_at_nb_c_p_q + 168) / 4];
    y02 += x0102;
    let x0103: vec4<f32> = x[(x_at_nb_c_p_q + 172) / 4];
    y03 += x0103;
    let x1100: vec4<f32> = x[(x_at_nb_c_p_q + 1760) / 4];
    y10 += x1100;
    let x1101: vec4<f32> = x[(x_at_nb_c_p_q + 1764) / 4];
    y11 += x1101;
    let x1102: vec4<f32> = x[(x_at_nb_c_p_q + 1768) / 4];
    y12 += x1102;
    let x1103: vec4<f32> = x[(x_at_nb_c_p_q + 1772) / 4];
    y13 += x1103;
    let x0110: vec4<f32> = x[(x_at_nb_c_p_q + 176) / 4];
    y00 += x0110;
    let x0111: vec4<f32> = x[(x_at_nb_c_p_q + 180) / 4];
    y01 += x0111;
    let x0112: vec4<f32> = x[(x_at_nb_c_p_q + 184) / 4];
    y02 += x0112;
    let x0113: vec4<f32> = x[(x_at_nb_c_p_q + 188) / 4];
    y03 += x0113;
    let x1110: vec4<f32> = x[(x_at_nb_c_p_q + 1776) / 4];
    y10 += x1110;
    let x1111: vec4<f32> = x[(x_at_nb_c_p_q + 1780) / 4];
    y11 += x1111;
    let x1112: vec4<f32> = x[(x_at_nb_c_p_q + 1784) / 4];
    y12 += x1112;
    let x1113: vec4<f32> = x[(x_at_nb_c_p_q + 1788) / 4];
    y13 += x1113;

    // finish
    y[y_at_nb_c_p_q / 4] = y00 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 4) / 4] = y01 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 8) / 4] = y02 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 12) / 4] = y03 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 400) / 4] = y10 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 404) / 4] = y11 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 408) / 4] = y12 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + 412) / 4] = y13 * vec4<f32>(0.25f);
  }
}
