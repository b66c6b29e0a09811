// kernel    pool2_forward   y[nb,c,p,q,n] = (sum over u,v of x[nb,c,2p+u,2q+v,n]) * 0.25
// shape     nb = 4, c = 16, p = 5, q = 5, n = 16, u = 2, v = 2   (f32)
// schedule  unroll v 2, u 2 · vectorize n · grid nb, c, p, q, n
// cost      128.0 kFLOP · 409.6 kB read · 102.4 kB written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/avg_pool2d.ts sha256:78e36a15   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 100 workgroups
fn pool2_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 6400) {
    let nb = point / 1600;
    let c = point / 100 % 16;
    let p = point / 20 % 5;
    let q = point / 4 % 5;
    let n = (point % 4) * 4;
    let x_at_nb: i32 = nb * 25600;
    let x_at_nb_c: i32 = x_at_nb + c * 1600;
    let x_at_nb_c_p: i32 = x_at_nb_c + p * 320;
    let x_at_nb_c_p_q: i32 = x_at_nb_c_p + q * 32;
    let y_at_nb: i32 = nb * 6400;
    let y_at_nb_c: i32 = y_at_nb + c * 400;
    let y_at_nb_c_p: i32 = y_at_nb_c + p * 80;
    let y_at_nb_c_p_q: i32 = y_at_nb_c_p + q * 16;

    // seed
    var y_sum: vec4<f32> = vec4<f32>(0f);

    // reduce
    let x00: vec4<f32> = x[(x_at_nb_c_p_q + n) / 4];
    y_sum += x00;
    let x01: vec4<f32> = x[(x_at_nb_c_p_q + n + 16) / 4];
    y_sum += x01;
    let x10: vec4<f32> = x[(x_at_nb_c_p_q + n + 160) / 4];
    y_sum += x10;
    let x11: vec4<f32> = x[(x_at_nb_c_p_q + n + 176) / 4];
    y_sum += x11;

    // finish
    y[(y_at_nb_c_p_q + n) / 4] = y_sum * vec4<f32>(0.25f);
  }
}
