// kernel    pool1_forward   y[nb,c,p,q,n] = (sum over u,v of x[nb,c,2p+u,2q+v,n]) * 0.25
// shape     nb = 4, c = 6, p = 14, q = 14, n = 16, u = 2, v = 2   (f32)
// schedule  tile n 2 · unroll v 2, u 2 · vectorize n · grid nb, c, p, q, n
// cost      376.3 kFLOP · 1.2 MB read · 301.1 kB written · 0.3 FLOP/B · 2 accumulators
// source    kernels/layers/avg_pool2d.ts sha256:c79ce498   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 147 workgroups
fn pool1_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 9408) {
    let nb = point / 2352;
    let c = point / 392 % 6;
    let p = point / 28 % 14;
    let q = point / 2 % 14;
    let n = (point % 2) * 8;
    let x_at_nb: i32 = nb * 75264;
    let x_at_nb_c: i32 = x_at_nb + c * 12544;
    let x_at_nb_c_p: i32 = x_at_nb_c + p * 896;
    let x_at_nb_c_p_q: i32 = x_at_nb_c_p + q * 32;
    let y_at_nb: i32 = nb * 18816;
    let y_at_nb_c: i32 = y_at_nb + c * 3136;
    let y_at_nb_c_p: i32 = y_at_nb_c + p * 224;
    let y_at_nb_c_p_q: i32 = y_at_nb_c_p + q * 16;

    // seed
    var y0: vec4<f32> = vec4<f32>(0f);
    var y1: vec4<f32> = vec4<f32>(0f);

    // reduce
    let x000: vec4<f32> = x[(x_at_nb_c_p_q + n) / 4];
    y0 += x000;
    let x001: vec4<f32> = x[(x_at_nb_c_p_q + n + 4) / 4];
    y1 += x001;
    let x010: vec4<f32> = x[(x_at_nb_c_p_q + n + 16) / 4];
    y0 += x010;
    let x011: vec4<f32> = x[(x_at_nb_c_p_q + n + 20) / 4];
    y1 += x011;
    let x100: vec4<f32> = x[(x_at_nb_c_p_q + n + 448) / 4];
    y0 += x100;
    let x101: vec4<f32> = x[(x_at_nb_c_p_q + n + 452) / 4];
    y1 += x101;
    let x110: vec4<f32> = x[(x_at_nb_c_p_q + n + 464) / 4];
    y0 += x110;
    let x111: vec4<f32> = x[(x_at_nb_c_p_q + n + 468) / 4];
    y1 += x111;

    // finish
    y[(y_at_nb_c_p_q + n) / 4] = y0 * vec4<f32>(0.25f);
    y[(y_at_nb_c_p_q + n + 4) / 4] = y1 * vec4<f32>(0.25f);
  }
}
