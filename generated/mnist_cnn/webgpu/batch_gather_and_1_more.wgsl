// kernel    batch_gather   x[nb,c,h,w,n] = data[order[step,16nb+n],c,h,w] / 255
// shape     nb = 4, c = 1, h = 28, w = 28, n = 16   (f32)
// schedule  grid nb, c, h, w, n
// cost      50.2 kFLOP · 50.4 kB read · 200.7 kB written · 0.2 FLOP/B
// source    kernels/step/batch.ts sha256:ddcbccf3   regenerate: deno task generate specs/mnist_cnn.json
// kernel    batch_gather_label   label[nb,n] = labels[order[step,16nb+n]]
// shape     nb = 4, n = 16   (f32)
// schedule  grid nb, n
// cost      0 FLOP · 512 B read · 256 B written · 0.0 FLOP/B
// source    kernels/step/batch.ts sha256:7a6d7115   regenerate: deno task generate specs/mnist_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read> order: array<i32>;
@group(1) @binding(1) var<storage, read> data: array<u32>;
@group(1) @binding(2) var<storage, read_write> x: array<f32>;
@group(1) @binding(3) var<storage, read> labels: array<i32>;
@group(1) @binding(4) var<storage, read_write> label: array<i32>;

@compute @workgroup_size(64) // 785 workgroups
fn batch_gather_and_1_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 486 % 785;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let order_at_step: i32 = step * 64;
    if (point < 50176) {
      let nb = point / 12544;
      let h = point / 448 % 28;
      let w = point / 16 % 28;
      let n = point % 16;
      let order_at_step_nb: i32 = order_at_step + nb * 16;
      let x_at_nb: i32 = nb * 16384;
      let x_at_nb_h: i32 = x_at_nb + h * 512;
      let x_at_nb_h_w: i32 = x_at_nb_h + w * 16;
      let order_stepnbn: i32 = order[order_at_step_nb + n];
      let data_at_order_stepnbn: i32 = order_stepnbn * 784;
      let data_at_order_stepnbn_h: i32 = data_at_order_stepnbn + h * 28;
      let data_chw: i32 = i32((data[(data_at_order_stepnbn_h + w) >> 2u] >> (8u * u32((data_at_order_stepnbn_h + w) & 3))) & 0xffu);
      x[x_at_nb_h_w + n + 1056] = f32(data_chw) / 255f;
    }
  }
  {
    let order_at_step: i32 = step * 64;
    if (point >= 50176 && point < 50240) {
      let nb = (point - 50176) / 16;
      let n = (point - 50176) % 16;
      let order_at_step_nb: i32 = order_at_step + nb * 16;
      let label_at_nb: i32 = nb * 16;
      let order_stepnbn: i32 = order[order_at_step_nb + n];
      let labels_order: i32 = labels[order_stepnbn];
      label[label_at_nb + n] = labels_order;
    }
  }
}
