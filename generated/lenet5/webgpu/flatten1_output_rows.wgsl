// kernel    flatten1_output_rows   y[ib,16nb+n,i] = x[nb,16ib+i,n]
// shape     ib = 25, nb = 4, n = 16, i = 16   (f32)
// schedule  grid ib, nb, n, i
// cost      0 FLOP · 102.4 kB read · 102.4 kB written · 0.0 FLOP/B · 0 accumulators
// source    codegen/arrange.ts sha256:8a1df184   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64) // 400 workgroups
fn flatten1_output_rows(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 25600) {
    let ib = point / 1024;
    let nb = point / 256 % 4;
    let n = point / 16 % 16;
    let i = point % 16;
    let x_at_nb: i32 = nb * 6400;
    let x_at_nb_ib: i32 = x_at_nb + ib * 256;
    let x_at_nb_ib_i: i32 = x_at_nb_ib + i * 16;
    let y_at_ib: i32 = ib * 1024;
    let y_at_ib_nb: i32 = y_at_ib + nb * 256;
    let y_at_ib_nb_n: i32 = y_at_ib_nb + n * 16;
    let x_nbibin: f32 = x[x_at_nb_ib_i + n];
    y[y_at_ib_nb_n + i] = x_nbibin;
  }
}
