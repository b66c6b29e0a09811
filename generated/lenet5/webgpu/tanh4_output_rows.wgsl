// kernel    tanh4_output_rows   y[16nb+n,i] = x[nb,i,n]
// shape     nb = 4, n = 16, i = 84   (f32)
// schedule  grid nb, n, i
// cost      0 FLOP · 21.5 kB read · 21.5 kB written · 0.0 FLOP/B · 0 accumulators
// source    codegen/arrange.ts sha256:a7446978   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64) // 84 workgroups
fn tanh4_output_rows(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 5376) {
    let nb = point / 1344;
    let n = point / 84 % 16;
    let i = point % 84;
    let x_at_nb: i32 = nb * 1344;
    let x_at_nb_i: i32 = x_at_nb + i * 16;
    let y_at_nb_n: i32 = x_at_nb + n * 84;
    let x_nbin: f32 = x[x_at_nb_i + n];
    y[y_at_nb_n + i] = x_nbin;
  }
}
