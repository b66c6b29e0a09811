// kernel    linear2_forward   y[nb,o,n] = b[o] + (sum over ib,i of x[nb,16ib+i,n] * w[ib,o,i])
// shape     nb = 4, o = 10, n = 16, ib = 8, i = 16   (f32)
// schedule  unroll ib 4 · vectorize n · grid nb, o, n · split i 16, ib 2
// cost      164.5 kFLOP · 37.9 kB read · 2560 B written · 4.1 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts sha256:f2845f5c   regenerate: deno task generate specs/mnist_mlp.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
var<workgroup> sums_4: array<vec4<f32>, 64>;

@compute @workgroup_size(64) // 80 workgroups
fn linear2_forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let point = i32(id.x);
  let group = i32(groups.x);
  let mine = i32(invocation);
  if (group < 80) {
    let member = mine / 2;
    let tile = group * 2 + mine % 2;
    let leads = member == 0;
    let nb = tile / 40;
    let o = tile / 4 % 10;
    let n = (tile % 4) * 4;
    let i_member = member / 2;
    let ib_member = member % 2;
    let x_at_nb: i32 = nb * 2048;
    let x_at_nb_ib_member: i32 = x_at_nb + ib_member * 256;
    let x_at_nb_ib_member_i_member: i32 = x_at_nb_ib_member + i_member * 16;
    let w_at_ib_member: i32 = ib_member * 160;
    let w_at_ib_member_o: i32 = w_at_ib_member + o * 16;
    let y_at_nb: i32 = nb * 160;
    let y_at_nb_o: i32 = y_at_nb + o * 16;

    // seed
    var y_sum: vec4<f32> = vec4<f32>(0f);

    // reduce
    let x0: vec4<f32> = x[(x_at_nb_ib_member_i_member + n) / 4];
    let w0_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o + i_member]);
    y_sum += x0 * w0_all;
    let x_16: vec4<f32> = x[(x_at_nb_ib_member_i_member + n + 512) / 4];
    let w1_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o + i_member + 320]);
    y_sum += x_16 * w1_all;
    let x_32: vec4<f32> = x[(x_at_nb_ib_member_i_member + n + 1024) / 4];
    let w2_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o + i_member + 640]);
    y_sum += x_32 * w2_all;
    let x_48: vec4<f32> = x[(x_at_nb_ib_member_i_member + n + 1536) / 4];
    let w3_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o + i_member + 960]);
    y_sum += x_48 * w3_all;

    // combine
    sums_4[mine] = y_sum;
    workgroupBarrier();
    if (member < 1) {
      let first = member * 64 + mine % 2;
      var team_total = sums_4[first];
      for (var at = 2; at < 64; at += 2) { team_total += sums_4[first + at]; }
      sums_4[first] = team_total;
    }
    workgroupBarrier();
    y_sum = sums_4[mine];
    if (leads) {
      // finish
      let b_o_all: vec4<f32> = vec4<f32>(b[o]);
      y[(y_at_nb_o + n) / 4] = b_o_all + y_sum;
    }
  }
}
