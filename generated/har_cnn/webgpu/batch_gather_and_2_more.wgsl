// kernel    batch_gather   x[nb,c,l,n] = data[order[step,16nb+n],c,l] / 255
// shape     nb = 2, c = 9, l = 128, n = 16   (f32)
// schedule  grid nb, c, l, n
// cost      36.9 kFLOP · 37.0 kB read · 147.5 kB written · 0.2 FLOP/B
// source    kernels/step/batch.ts sha256:92c27322   regenerate: deno task generate specs/har_cnn.json
// kernel    norm1_evaluate_scale   g[c] = 1 / sqrt(rv[c] + 0.00001) * w[c]
// shape     c = 64   (f32)
// schedule  vectorize c · grid c
// cost      256 FLOP · 512 B read · 256 B written · 0.3 FLOP/B
// source    kernels/layers/batch_norm.ts sha256:e665ad8c   regenerate: deno task generate specs/har_cnn.json
// kernel    norm2_evaluate_scale   g[c] = 1 / sqrt(rv[c] + 0.00001) * w[c]
// shape     c = 64   (f32)
// schedule  vectorize c · grid c
// cost      256 FLOP · 512 B read · 256 B written · 0.3 FLOP/B
// source    kernels/layers/batch_norm.ts sha256:a5fb6c40   regenerate: deno task generate specs/har_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read> order: array<i32>;
@group(1) @binding(1) var<storage, read> data: array<u32>;
@group(1) @binding(2) var<storage, read_write> x: array<f32>;
@group(1) @binding(3) var<storage, read> rv: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read> w: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read_write> g: array<vec4<f32>>;
@group(1) @binding(6) var<storage, read> rv_2: array<vec4<f32>>;
@group(1) @binding(7) var<storage, read> w_2: array<vec4<f32>>;
@group(1) @binding(8) var<storage, read_write> g_2: array<vec4<f32>>;

@compute @workgroup_size(64) // 578 workgroups
fn batch_gather_and_2_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 359 % 578;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let order_at_step: i32 = step * 32;
    if (point < 36864) {
      let nb = point / 18432;
      let c = point / 2048 % 9;
      let l = point / 16 % 128;
      let n = point % 16;
      let order_at_step_nb: i32 = order_at_step + nb * 16;
      let x_at_nb: i32 = nb * 18432;
      let x_at_nb_c: i32 = x_at_nb + c * 2048;
      let x_at_nb_c_l: i32 = x_at_nb_c + l * 16;
      let order_stepnbn: i32 = order[order_at_step_nb + n];
      let data_at_order_stepnbn: i32 = order_stepnbn * 1152;
      let data_at_order_stepnbn_c: i32 = data_at_order_stepnbn + c * 128;
      let data_cl: i32 = i32((data[(data_at_order_stepnbn_c + l) >> 2u] >> (8u * u32((data_at_order_stepnbn_c + l) & 3))) & 0xffu);
      x[x_at_nb_c_l + n] = f32(data_cl) / 255f;
    }
  }
  {
    if (point >= 36864 && point < 36880) {
      let c = (point - 36864) * 4;
      let rv_c: vec4<f32> = rv[c / 4];
      let w_c: vec4<f32> = w[c / 4];
      g[c / 4] = vec4<f32>(1f) / sqrt(rv_c + vec4<f32>(0.00001f)) * w_c;
    }
  }
  {
    if (point >= 36928 && point < 36944) {
      let c = (point - 36928) * 4;
      let rv_c: vec4<f32> = rv_2[c / 4];
      let w_c: vec4<f32> = w_2[c / 4];
      g_2[c / 4] = vec4<f32>(1f) / sqrt(rv_c + vec4<f32>(0.00001f)) * w_c;
    }
  }
}
