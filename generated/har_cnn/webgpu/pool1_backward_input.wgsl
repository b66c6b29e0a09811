// kernel    pool1_backward_input   dx[nb,c,2i,n] = if code[nb,c,i,n] = 0 then dy[nb,c,i,n] else 0
//           dx[nb,c,2i+1,n] = if code[nb,c,i,n] = 1 then dy[nb,c,i,n] else 0
// shape     nb = 2, c = 64, i = 61, n = 16   (f32)
// schedule  vectorize n · grid nb, c, i, n
// cost      0 FLOP · 999.4 kB read · 999.4 kB written · 0.0 FLOP/B
// source    kernels/layers/max_pool1d.ts sha256:adafff0b   regenerate: deno task generate specs/har_cnn.json
@group(1) @binding(0) var<storage, read> code: array<vec4<i32>>;
@group(1) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> dx: array<vec4<f32>>;

@compute @workgroup_size(64) // 488 workgroups
fn pool1_backward_input(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 31232) {
    let nb = point / 15616;
    let c = point / 244 % 64;
    let i = point / 4 % 61;
    let n = (point % 4) * 4;
    let at_nb: i32 = nb * 62464;
    let at_nb_c: i32 = at_nb + c * 976;
    let at_nb_c_i: i32 = at_nb_c + i * 16;
    let dx_at_nb: i32 = nb * 124928;
    let dx_at_nb_c: i32 = dx_at_nb + c * 1952;
    let dx_at_nb_c_i: i32 = dx_at_nb_c + i * 32;
    let code_nbcin: vec4<i32> = code[(at_nb_c_i + n) / 4];
    let dy_nbcin: vec4<f32> = dy[(at_nb_c_i + n) / 4];
    dx[(dx_at_nb_c_i + n) / 4] = select(vec4<f32>(0f), dy_nbcin, code_nbcin == vec4<i32>(0));
    dx[(dx_at_nb_c_i + n + 16) / 4] = select(vec4<f32>(0f), dy_nbcin, code_nbcin == vec4<i32>(1));
  }
}
