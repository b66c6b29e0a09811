// kernel    norm1_relu1_forward   value = b[c] + (x[nb,c,l,n] - s[c]) * g[c]
//           y[nb,c,l,n] = max(value, 0)
// shape     nb = 2, c = 64, l = 126, n = 16   (f32)
// schedule  vectorize n · grid nb, c, l, n
// cost      774.1 kFLOP · 1.0 MB read · 1.0 MB written · 0.4 FLOP/B
// source    kernels/layers/batch_norm.ts + kernels/layers/relu.ts sha256:6b06708f   regenerate: deno task generate specs/har_cnn.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> s: array<f32>;
@group(1) @binding(3) var<storage, read> g: array<f32>;
@group(1) @binding(4) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64) // 1008 workgroups
fn norm1_relu1_forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 64512) {
    let nb = point / 32256;
    let c = point / 504 % 64;
    let l = point / 4 % 126;
    let n = (point % 4) * 4;
    let at_nb: i32 = nb * 129024;
    let at_nb_c: i32 = at_nb + c * 2016;
    let at_nb_c_l: i32 = at_nb_c + l * 16;
    let x_nbcln: vec4<f32> = x[(at_nb_c_l + n) / 4];
    let s_c_all: vec4<f32> = vec4<f32>(s[c]);
    let g_c_all: vec4<f32> = vec4<f32>(g[c]);
    let b_c_all: vec4<f32> = vec4<f32>(b[c]);
    let value: vec4<f32> = b_c_all + (x_nbcln - s_c_all) * g_c_all;
    y[(at_nb_c_l + n) / 4] = max(value, vec4<f32>(0f));
  }
}
