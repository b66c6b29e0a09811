// kernel    norm1_forward_scale   g[c] = r[c] * w[c]
// shape     c = 64   (f32)
// schedule  vectorize c · grid c
// cost      64 FLOP · 512 B read · 256 B written · 0.1 FLOP/B
// source    kernels/layers/batch_norm.ts sha256:9a48f757   regenerate: deno task generate specs/har_cnn.json
@group(1) @binding(0) var<storage, read> r: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> w: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> g: array<vec4<f32>>;

@compute @workgroup_size(64) // 1 workgroups
fn norm1_forward_scale(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 16) {
    let c = point * 4;
    let r_c: vec4<f32> = r[c / 4];
    let w_c: vec4<f32> = w[c / 4];
    g[c / 4] = r_c * w_c;
  }
}
