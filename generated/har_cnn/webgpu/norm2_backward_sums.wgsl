// kernel    norm2_backward_sums   e[nb,c,0,n] = sum over l of dy[nb,c,l,n]
//           f[nb,c,0,n] = sum over l of dy[nb,c,l,n] * (x[nb,c,l,n] - s[c])
// shape     nb = 2, c = 64, n = 16, l = 122   (f32)
// schedule  unroll l 4 · grid nb, c, n
// cost      999.4 kFLOP · 2.0 MB read · 16.4 kB written · 0.5 FLOP/B · 2 accumulators
// source    kernels/layers/batch_norm.ts sha256:2db331b5   regenerate: deno task generate specs/har_cnn.json
@group(1) @binding(0) var<storage, read> dy: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> s: array<f32>;
@group(1) @binding(3) var<storage, read_write> e: array<f32>;
@group(1) @binding(4) var<storage, read_write> f: array<f32>;

@compute @workgroup_size(64) // 32 workgroups
fn norm2_backward_sums(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 2048) {
    let nb = point / 1024;
    let c = point / 16 % 64;
    let n = point % 16;
    let at_nb: i32 = nb * 124928;
    let at_nb_c: i32 = at_nb + c * 1952;
    let at_nb_c_n: i32 = at_nb_c + n;
    let at_nb_2: i32 = nb * 1024;
    let at_nb_c_2: i32 = at_nb_2 + c * 16;
    let s_c: f32 = s[c];

    // seed
    var e_sum: f32 = 0f;
    var f_sum: f32 = 0f;

    // reduce
    for (var l = 0; l < 120; l += 4) {
      let at_nb_c_n_l: i32 = at_nb_c_n + l * 16;
      let dy0: f32 = dy[at_nb_c_n_l];
      e_sum += dy0;
      let x0: f32 = x[at_nb_c_n_l];
      f_sum += dy0 * (x0 - s_c);
      let dy1: f32 = dy[at_nb_c_n_l + 16];
      e_sum += dy1;
      let x1: f32 = x[at_nb_c_n_l + 16];
      f_sum += dy1 * (x1 - s_c);
      let dy2: f32 = dy[at_nb_c_n_l + 32];
      e_sum += dy2;
      let x2: f32 = x[at_nb_c_n_l + 32];
      f_sum += dy2 * (x2 - s_c);
      let dy3: f32 = dy[at_nb_c_n_l + 48];
      e_sum += dy3;
      let x3: f32 = x[at_nb_c_n_l + 48];
      f_sum += dy3 * (x3 - s_c);
    }
    {
      let dy0: f32 = dy[at_nb_c_n + 1920];
      e_sum += dy0;
      let x0: f32 = x[at_nb_c_n + 1920];
      f_sum += dy0 * (x0 - s_c);
      let dy1: f32 = dy[at_nb_c_n + 1936];
      e_sum += dy1;
      let x1: f32 = x[at_nb_c_n + 1936];
      f_sum += dy1 * (x1 - s_c);
    }

    // finish
    e[at_nb_c_2 + n] = e_sum;
    f[at_nb_c_2 + n] = f_sum;
  }
}
