// kernel    norm1_forward_sums   t = x[nb,c,l,n] - x[nb,c,0,n]
//           total = sum over l of t
//           p[nb,c,0,n] = x[nb,c,0,n] + total * 0.007936508
//           q[nb,c,0,n] = max((sum over l of t * t) - total * total * 0.007936508, 0)
// shape     nb = 2, c = 64, n = 16, l = 126   (f32)
// schedule  unroll l 7 · grid nb, c, n
// cost      1.0 MFLOP · 1.0 MB read · 16.4 kB written · 1.0 FLOP/B · 2 accumulators
// source    kernels/layers/batch_norm.ts sha256:2776f522   regenerate: deno task generate specs/har_cnn.json
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> p: array<f32>;
@group(1) @binding(2) var<storage, read_write> q: array<f32>;

@compute @workgroup_size(64) // 32 workgroups
fn norm1_forward_sums(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 2048) {
    let nb = point / 1024;
    let c = point / 16 % 64;
    let n = point % 16;
    let x_at_nb: i32 = nb * 129024;
    let x_at_nb_c: i32 = x_at_nb + c * 2016;
    let x_at_nb_c_n: i32 = x_at_nb_c + n;
    let at_nb: i32 = nb * 1024;
    let at_nb_c: i32 = at_nb + c * 16;
    let x_nbcn: f32 = x[x_at_nb_c + n];

    // seed
    var total: f32 = 0f;
    var q_sum: f32 = 0f;

    // reduce
    for (var l = 0; l < 126; l += 7) {
      let x_at_nb_c_n_l: i32 = x_at_nb_c_n + l * 16;
      let x0: f32 = x[x_at_nb_c_n_l];
      let t0: f32 = x0 - x_nbcn;
      total += t0;
      q_sum += t0 * t0;
      let x1: f32 = x[x_at_nb_c_n_l + 16];
      let t1: f32 = x1 - x_nbcn;
      total += t1;
      q_sum += t1 * t1;
      let x2: f32 = x[x_at_nb_c_n_l + 32];
      let t2: f32 = x2 - x_nbcn;
      total += t2;
      q_sum += t2 * t2;
      let x3: f32 = x[x_at_nb_c_n_l + 48];
      let t3: f32 = x3 - x_nbcn;
      total += t3;
      q_sum += t3 * t3;
      let x4: f32 = x[x_at_nb_c_n_l + 64];
      let t4: f32 = x4 - x_nbcn;
      total += t4;
      q_sum += t4 * t4;
      let x5: f32 = x[x_at_nb_c_n_l + 80];
      let t5: f32 = x5 - x_nbcn;
      total += t5;
      q_sum += t5 * t5;
      let x6: f32 = x[x_at_nb_c_n_l + 96];
      let t6: f32 = x6 - x_nbcn;
      total += t6;
      q_sum += t6 * t6;
    }

    // finish
    p[at_nb_c + n] = x_nbcn + total * 0.007936507936507936f;
    q[at_nb_c + n] = max(q_sum - total * total * 0.007936507936507936f, 0f);
  }
}
