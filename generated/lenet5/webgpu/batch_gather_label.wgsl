// kernel    batch_gather_label   label[nb,n] = labels[order[step,16nb+n]]
// shape     nb = 4, n = 16   (f32)
// schedule  grid nb, n
// cost      0 FLOP · 512 B read · 256 B written · 0.0 FLOP/B · 0 accumulators
// source    kernels/batch.ts sha256:7a6d7115   regenerate: deno task generate specs/lenet5.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read> order: array<i32>;
@group(1) @binding(1) var<storage, read> labels: array<i32>;
@group(1) @binding(2) var<storage, read_write> label: array<i32>;

@compute @workgroup_size(64) // 1 workgroups
fn batch_gather_label(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  let step = step_row;
  let order_at_step: i32 = step * 64;
  if (point < 64) {
    let nb = point / 16;
    let n = point % 16;
    let order_at_step_nb: i32 = order_at_step + nb * 16;
    let label_at_nb: i32 = nb * 16;
    let order_stepnbn: i32 = order[order_at_step_nb + n];
    let labels_2: i32 = labels[order_stepnbn];
    label[label_at_nb + n] = labels_2;
  }
}
