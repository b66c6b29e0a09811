// kernel    batch_gather   x[nb,c,l,n] = data[order[step,16nb+n],c,l] / 255
// shape     nb = 2, c = 9, l = 128, n = 16   (f32)
// schedule  grid nb, c, l, n
// cost      36.9 kFLOP · 37.0 kB read · 147.5 kB written · 0.2 FLOP/B
// source    kernels/step/batch.ts sha256:92c27322   regenerate: deno task generate specs/har_cnn.json
// kernel    batch_gather_label   label[nb,n] = labels[order[step,16nb+n]]
// shape     nb = 2, n = 16   (f32)
// schedule  grid nb, n
// cost      0 FLOP · 256 B read · 128 B written · 0.0 FLOP/B
// source    kernels/step/batch.ts sha256:b0d1c03e   regenerate: deno task generate specs/har_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read> order: array<i32>;
@group(1) @binding(1) var<storage, read> data: array<u32>;
@group(1) @binding(2) var<storage, read_write> x: array<f32>;
@group(1) @binding(3) var<storage, read> labels: array<i32>;
@group(1) @binding(4) var<storage, read_write> label: array<i32>;

@compute @workgroup_size(64) // 577 workgroups
fn batch_gather_and_1_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 357 % 577;
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
    let order_at_step: i32 = step * 32;
    if (point >= 36864 && point < 36896) {
      let nb = (point - 36864) / 16;
      let n = (point - 36864) % 16;
      let order_at_step_nb: i32 = order_at_step + nb * 16;
      let label_at_nb: i32 = nb * 16;
      let order_stepnbn: i32 = order[order_at_step_nb + n];
      let labels_order: i32 = labels[order_stepnbn];
      label[label_at_nb + n] = labels_order;
    }
  }
}
