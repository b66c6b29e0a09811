// kernel    norm2_backward_input   dx[nb,c,l,n] = if 16nb+n < count then (dy[nb,c,l,n] - k[c] - (x[nb,c,l,n] - s[c]) * l[c]) * g[c] else 0
// shape     nb = 2, c = 64, l = 122, n = 16   (f32)
// schedule  vectorize n · grid nb, c, l, n
// cost      1.2 MFLOP · 2.0 MB read · 999.4 kB written · 0.4 FLOP/B
// source    kernels/layers/batch_norm.ts sha256:6d7c8b2f   regenerate: deno task generate specs/har_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> k: array<f32>;
@group(1) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> s: array<f32>;
@group(1) @binding(4) var<storage, read> l: array<f32>;
@group(1) @binding(5) var<storage, read> g: array<f32>;
@group(1) @binding(6) var<storage, read_write> dx: array<vec4<f32>>;
@group(1) @binding(7) var<storage, read> params: array<f32>;

@compute @workgroup_size(64) // 976 workgroups
fn norm2_backward_input(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  let params_at_step: i32 = step * 9;
  if (point < 62464) {
    let nb = point / 31232;
    let c = point / 488 % 64;
    let l_2 = point / 4 % 122;
    let n = (point % 4) * 4;
    let at_nb: i32 = nb * 124928;
    let at_nb_c: i32 = at_nb + c * 1952;
    let at_nb_c_l_2: i32 = at_nb_c + l_2 * 16;
    let dx_at_nb: i32 = nb * 133120;
    let dx_at_nb_c: i32 = dx_at_nb + c * 2080;
    let dx_at_nb_c_l_2: i32 = dx_at_nb_c + l_2 * 16;
    let dy_nbcln: vec4<f32> = dy[(at_nb_c_l_2 + n) / 4];
    let x_nbcln: vec4<f32> = x[(at_nb_c_l_2 + n) / 4];
    let count_all: vec4<f32> = vec4<f32>(params[params_at_step]);
    let k_c_all: vec4<f32> = vec4<f32>(k[c]);
    let s_c_all: vec4<f32> = vec4<f32>(s[c]);
    let l_c_all: vec4<f32> = vec4<f32>(l[c]);
    let g_c_all: vec4<f32> = vec4<f32>(g[c]);
    dx[(dx_at_nb_c_l_2 + n + 64) / 4] = select(vec4<f32>(0f), (dy_nbcln - k_c_all - (x_nbcln - s_c_all) * l_c_all) * g_c_all, vec4<f32>(nb * 16 + n + vec4<i32>(0, 1, 2, 3)) < count_all);
  }
}
