// kernel    relu2_output_rows   y[ib,16nb+n,i] = x[nb,16ib+i,n]
// shape     ib = 8, nb = 4, n = 16, i = 16   (f32)
// schedule  grid ib, nb, n, i
// cost      0 FLOP · 32.8 kB read · 32.8 kB written · 0.0 FLOP/B · 0 accumulators
// source    codegen/arrange.ts sha256:e5a25123   regenerate: deno task generate specs/mnist_cnn.json
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64) // 128 workgroups
fn relu2_output_rows(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 8192) {
    let ib = point / 1024;
    let nb = point / 256 % 4;
    let n = point / 16 % 16;
    let i = point % 16;
    let x_at_nb: i32 = nb * 2048;
    let x_at_nb_ib: i32 = x_at_nb + ib * 256;
    let x_at_nb_ib_i: i32 = x_at_nb_ib + i * 16;
    let y_at_ib: i32 = ib * 1024;
    let y_at_ib_nb: i32 = y_at_ib + nb * 256;
    let y_at_ib_nb_n: i32 = y_at_ib_nb + n * 16;
    let x_nbibin: f32 = x[x_at_nb_ib_i + n];
    y[y_at_ib_nb_n + i] = x_nbibin;
  }
}
