// kernel    pool2_tanh2_backward_input   value = dy[nb,c,i,j,n] * 0.25
//           dx[nb,c,2i,2j,n] = value * (1 - y[nb,c,2i,2j,n] * y[nb,c,2i,2j,n])
//           dx[nb,c,2i,2j+1,n] = value * (1 - y[nb,c,2i,2j+1,n] * y[nb,c,2i,2j+1,n])
//           and 2 more
// shape     nb = 4, c = 16, i = 5, j = 5, n = 16   (f32)
// schedule  vectorize n · grid nb, c, i, j, n
// cost      332.8 kFLOP · 512.0 kB read · 409.6 kB written · 0.4 FLOP/B · 0 accumulators
// source    kernels/avg_pool2d.ts + kernels/tanh.ts sha256:4e48c86e   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> y: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> dx: array<vec4<f32>>;

@compute @workgroup_size(64) // 100 workgroups
fn pool2_tanh2_backward_input(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 6400) {
    let nb = point / 1600;
    let c = point / 100 % 16;
    let i = point / 20 % 5;
    let j = point / 4 % 5;
    let n = (point % 4) * 4;
    let dy_at_nb: i32 = nb * 6400;
    let dy_at_nb_c: i32 = dy_at_nb + c * 400;
    let dy_at_nb_c_i: i32 = dy_at_nb_c + i * 80;
    let dy_at_nb_c_i_j: i32 = dy_at_nb_c_i + j * 16;
    let y_at_nb: i32 = nb * 25600;
    let y_at_nb_c: i32 = y_at_nb + c * 1600;
    let y_at_nb_c_i: i32 = y_at_nb_c + i * 320;
    let y_at_nb_c_i_j: i32 = y_at_nb_c_i + j * 32;
    let dx_at_nb: i32 = nb * 82944;
    let dx_at_nb_c: i32 = dx_at_nb + c * 5184;
    let dx_at_nb_c_i: i32 = dx_at_nb_c + i * 576;
    let dx_at_nb_c_i_j: i32 = dx_at_nb_c_i + j * 32;
    let dy_nbcijn: vec4<f32> = dy[(dy_at_nb_c_i_j + n) / 4];
    let y_nbcijn: vec4<f32> = y[(y_at_nb_c_i_j + n) / 4];
    let y_nbcijn_2: vec4<f32> = y[(y_at_nb_c_i_j + n + 16) / 4];
    let y_nbcijn_3: vec4<f32> = y[(y_at_nb_c_i_j + n + 160) / 4];
    let y_nbcijn_4: vec4<f32> = y[(y_at_nb_c_i_j + n + 176) / 4];
    let value: vec4<f32> = dy_nbcijn * vec4<f32>(0.25f);
    dx[(dx_at_nb_c_i_j + n + 1216) / 4] = value * (vec4<f32>(1f) - y_nbcijn * y_nbcijn);
    dx[(dx_at_nb_c_i_j + n + 1232) / 4] = value * (vec4<f32>(1f) - y_nbcijn_2 * y_nbcijn_2);
    dx[(dx_at_nb_c_i_j + n + 1504) / 4] = value * (vec4<f32>(1f) - y_nbcijn_3 * y_nbcijn_3);
    dx[(dx_at_nb_c_i_j + n + 1520) / 4] = value * (vec4<f32>(1f) - y_nbcijn_4 * y_nbcijn_4);
  }
}
