// kernel    norm2_forward_sums   near = (sum over u of x[nb,c,u,n]) * 0.03125; t = x[nb,c,l,n] - near; total = sum over l of t; p[nb,c,0,n] = near + total * 0.008196721
//           q[nb,c,0,n] = max((sum over l of t * t) - total * total * 0.008196721, 0)
// shape     nb = 2, c = 64, n = 16, u = 32, l = 122   (f32)
// schedule  unroll u 32, l 4 · grid nb, c, n
// cost      1.1 MFLOP · 999.4 kB read · 16.4 kB written · 1.1 FLOP/B · 3 accumulators
// source    kernels/layers/batch_norm.ts sha256:b5da1fe0   regenerate: deno task generate specs/har_cnn.json
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> p: array<f32>;
@group(1) @binding(2) var<storage, read_write> q: array<f32>;

@compute @workgroup_size(64) // 32 workgroups
fn norm2_forward_sums(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 2048) {
    let nb = point / 1024;
    let c = point / 16 % 64;
    let n = point % 16;
    let x_at_nb: i32 = nb * 124928;
    let x_at_nb_c: i32 = x_at_nb + c * 1952;
    let x_at_nb_c_n: i32 = x_at_nb_c + n;
    let at_nb: i32 = nb * 1024;
    let at_nb_c: i32 = at_nb + c * 16;

    // seed
    var p_sum: f32 = 0f;

    // reduce
    let x0: f32 = x[x_at_nb_c + n];
    p_sum += x0;
    let x1: f32 = x[x_at_nb_c + n + 16];
    p_sum += x1;
    let x2: f32 = x[x_at_nb_c + n + 32];
    p_sum += x2;
    let x3: f32 = x[x_at_nb_c + n + 48];
    p_sum += x3;
    let x4: f32 = x[x_at_nb_c + n + 64];
    p_sum += x4;
    let x5: f32 = x[x_at_nb_c + n + 80];
    p_sum += x5;
    let x6: f32 = x[x_at_nb_c + n + 96];
    p_sum += x6;
    let x7: f32 = x[x_at_nb_c + n + 112];
    p_sum += x7;
    let x8: f32 = x[x_at_nb_c + n + 128];
    p_sum += x8;
    let x9: f32 = x[x_at_nb_c + n + 144];
    p_sum += x9;
    let x_10: f32 = x[x_at_nb_c + n + 160];
    p_sum += x_10;
    let x_11: f32 = x[x_at_nb_c + n + 176];
    p_sum += x_11;
    let x_12: f32 = x[x_at_nb_c + n + 192];
    p_sum += x_12;
    let x_13: f32 = x[x_at_nb_c + n + 208];
    p_sum += x_13;
    let x_14: f32 = x[x_at_nb_c + n + 224];
    p_sum += x_14;
    let x_15: f32 = x[x_at_nb_c + n + 240];
    p_sum += x_15;
    let x_16: f32 = x[x_at_nb_c + n + 256];
    p_sum += x_16;
    let x_17: f32 = x[x_at_nb_c + n + 272];
    p_sum += x_17;
    let x_18: f32 = x[x_at_nb_c + n + 288];
    p_sum += x_18;
    let x_19: f32 = x[x_at_nb_c + n + 304];
    p_sum += x_19;
    let x_20: f32 = x[x_at_nb_c + n + 320];
    p_sum += x_20;
    let x_21: f32 = x[x_at_nb_c + n + 336];
    p_sum += x_21;
    let x_22: f32 = x[x_at_nb_c + n + 352];
    p_sum += x_22;
    let x_23: f32 = x[x_at_nb_c + n + 368];
    p_sum += x_23;
    let x_24: f32 = x[x_at_nb_c + n + 384];
    p_sum += x_24;
    let x_25: f32 = x[x_at_nb_c + n + 400];
    p_sum += x_25;
    let x_26: f32 = x[x_at_nb_c + n + 416];
    p_sum += x_26;
    let x_27: f32 = x[x_at_nb_c + n + 432];
    p_sum += x_27;
    let x_28: f32 = x[x_at_nb_c + n + 448];
    p_sum += x_28;
    let x_29: f32 = x[x_at_nb_c + n + 464];
    p_sum += x_29;
    let x_30: f32 = x[x_at_nb_c + n + 480];
    p_sum += x_30;
    let x_31: f32 = x[x_at_nb_c + n + 496];
    p_sum += x_31;

    // finish
    let near: f32 = p_sum * 0.03125f;

    // seed
    var total: f32 = 0f;
    var q_sum: f32 = 0f;

    // reduce
    for (var l = 0; l < 120; l += 4) {
      let x_at_nb_c_n_l: i32 = x_at_nb_c_n + l * 16;
      let x0_2: f32 = x[x_at_nb_c_n_l];
      let t0: f32 = x0_2 - near;
      total += t0;
      q_sum += t0 * t0;
      let x1_2: f32 = x[x_at_nb_c_n_l + 16];
      let t1: f32 = x1_2 - near;
      total += t1;
      q_sum += t1 * t1;
      let x2_2: f32 = x[x_at_nb_c_n_l + 32];
      let t2: f32 = x2_2 - near;
      total += t2;
      q_sum += t2 * t2;
      let x3_2: f32 = x[x_at_nb_c_n_l + 48];
      let t3: f32 = x3_2 - near;
      total += t3;
      q_sum += t3 * t3;
    }
    {
      let x0_2: f32 = x[x_at_nb_c_n + 1920];
      let t0: f32 = x0_2 - near;
      total += t0;
      q_sum += t0 * t0;
      let x1_2: f32 = x[x_at_nb_c_n + 1936];
      let t1: f32 = x1_2 - near;
      total += t1;
      q_sum += t1 * t1;
    }

    // finish
    p[at_nb_c + n] = near + total * 0.00819672131147541f;
    q[at_nb_c + n] = max(q_sum - total * total * 0.00819672131147541f, 0f);
  }
}
