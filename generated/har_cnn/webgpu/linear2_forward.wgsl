// kernel    linear2_forward   y[nb,o,n] = b[o] + (sum over i of x[nb,i,n] * w[o,i])
// shape     nb = 2, o = 6, n = 16, i = 100   (f32)
// schedule  unroll i 5 · grid nb, o, n · split i 4
// cost      38.6 kFLOP · 15.2 kB read · 768 B written · 2.4 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts sha256:3a3bd262   regenerate: deno task generate specs/har_cnn.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<f32>;
var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64) // 12 workgroups
fn linear2_forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let point = i32(id.x);
  let group = i32(groups.x);
  let mine = i32(invocation);
  if (group < 12) {
    let member = mine / 16;
    let tile = group * 16 + mine % 16;
    let leads = member == 0;
    let nb = tile / 96;
    let o = tile / 16 % 6;
    let n = tile % 16;
    let i_member = member;
    let x_at_nb: i32 = nb * 1600;
    let x_at_nb_i_member: i32 = x_at_nb + i_member * 16;
    let x_at_nb_i_member_n: i32 = x_at_nb_i_member + n;
    let w_at_o: i32 = o * 100;
    let w_at_o_i_member: i32 = w_at_o + i_member;
    let y_at_nb: i32 = nb * 96;
    let y_at_nb_o: i32 = y_at_nb + o * 16;

    // seed
    var y_sum: f32 = 0f;

    // reduce
    for (var i = 0; i < 100; i += 20) {
      let x_at_nb_i_member_n_i: i32 = x_at_nb_i_member_n + i * 16;
      let x0: f32 = x[x_at_nb_i_member_n_i];
      let w0: f32 = w[w_at_o_i_member + i];
      y_sum += x0 * w0;
      let x1: f32 = x[x_at_nb_i_member_n_i + 64];
      let w1: f32 = w[w_at_o_i_member + i + 4];
      y_sum += x1 * w1;
      let x2: f32 = x[x_at_nb_i_member_n_i + 128];
      let w2: f32 = w[w_at_o_i_member + i + 8];
      y_sum += x2 * w2;
      let x3: f32 = x[x_at_nb_i_member_n_i + 192];
      let w3: f32 = w[w_at_o_i_member + i + 12];
      y_sum += x3 * w3;
      let x4: f32 = x[x_at_nb_i_member_n_i + 256];
      let w4: f32 = w[w_at_o_i_member + i + 16];
      y_sum += x4 * w4;
    }

    // combine
    sums[mine] = y_sum;
    workgroupBarrier();
    if (member < 1) {
      let first = member * 64 + mine % 16;
      var team_total = sums[first];
      for (var at = 16; at < 64; at += 16) { team_total += sums[first + at]; }
      sums[first] = team_total;
    }
    workgroupBarrier();
    y_sum = sums[mine];
    if (leads) {
      // finish
      let b_o: f32 = b[o];
      y[y_at_nb_o + n] = b_o + y_sum;
    }
  }
}
