// kernel    tanh3_output_rows   y[ib,16nb+n,i] = x[nb,8ib+i,n]
// shape     ib = 15, nb = 4, n = 16, i = 8   (f32)
// schedule  grid ib, nb, n, i
// cost      0 FLOP · 30.7 kB read · 30.7 kB written · 0.0 FLOP/B · 0 accumulators
// source    codegen/arrange.ts sha256:8a89f660   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64) // 120 workgroups
fn tanh3_output_rows(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 7680) {
    let ib = point / 512;
    let nb = point / 128 % 4;
    let n = point / 8 % 16;
    let i = point % 8;
    let x_at_nb: i32 = nb * 1920;
    let x_at_nb_ib: i32 = x_at_nb + ib * 128;
    let x_at_nb_ib_i: i32 = x_at_nb_ib + i * 16;
    let y_at_ib: i32 = ib * 512;
    let y_at_ib_nb: i32 = y_at_ib + nb * 128;
    let y_at_ib_nb_n: i32 = y_at_ib_nb + n * 8;
    let x_nbibin: f32 = x[x_at_nb_ib_i + n];
    y[y_at_ib_nb_n + i] = x_nbibin;
  }
}
