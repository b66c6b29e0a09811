// kernel    linear2_forward   y[nb,o,n] = b[o] + (sum over ib,i of x[nb,16ib+i,n] * w[ib,o,i])
// shape     nb = 4, o = 10, n = 16, ib = 8, i = 16   (f32)
// schedule  tile o 2 · unroll ib 2 · vectorize n · grid nb, o, n · split i 16, ib 4
// cost      164.5 kFLOP · 37.9 kB read · 2560 B written · 4.1 FLOP/B · 2 accumulators
// source    kernels/layers/linear.ts sha256:d13ab811   regenerate: deno task generate specs/mnist_cnn.json
@group(1) @binding(0) var<storage, read> b: array<f32>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
var<workgroup> sums_4: array<vec4<f32>, 128>;

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
    let member = mine / 1;
    let tile = group * 1 + mine % 1;
    let leads = member == 0;
    let nb = tile / 20;
    let o = (tile / 4 % 5) * 2;
    let n = (tile % 4) * 4;
    let i_member = member / 4;
    let ib_member = member % 4;
    let x_at_nb: i32 = nb * 2048;
    let x_at_nb_ib_member: i32 = x_at_nb + ib_member * 256;
    let x_at_nb_ib_member_i_member: i32 = x_at_nb_ib_member + i_member * 16;
    let w_at_ib_member: i32 = ib_member * 160;
    let w_at_ib_member_o: i32 = w_at_ib_member + o * 16;
    let y_at_nb: i32 = nb * 160;
    let y_at_nb_o: i32 = y_at_nb + o * 16;

    // seed
    var y0: vec4<f32> = vec4<f32>(0f);
    var y1: vec4<f32> = vec4<f32>(0f);

    // reduce
    let x0: vec4<f32> = x[(x_at_nb_ib_member_i_member + n) / 4];
    let w00_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o + i_member]);
    y0 += x0 * w00_all;
    let w01_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o + i_member + 16]);
    y1 += x0 * w01_all;
    let x_16: vec4<f32> = x[(x_at_nb_ib_member_i_member + n + 1024) / 4];
    let w10_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o + i_member + 640]);
    y0 += x_16 * w10_all;
    let w11_all: vec4<f32> = vec4<f32>(w[w_at_ib_member_o + i_member + 656]);
    y1 += x_16 * w11_all;

    // combine
    sums_4[mine] = y0;
    sums_4[mine + 64] = y1;
    workgroupBarrier();
    if (member < 2) {
      let first = member * 64 + mine % 1;
      var team_total = sums_4[first];
      for (var at = 1; at < 64; at += 1) { team_total += sums_4[first + at]; }
      sums_4[first] = team_total;
    }
    workgroupBarrier();
    y0 = sums_4[mine];
    y1 = sums_4[mine + 64];
    if (leads) {
      // finish
      let b0_all: vec4<f32> = vec4<f32>(b[o]);
      y[(y_at_nb_o + n) / 4] = b0_all + y0;
      let b1_all: vec4<f32> = vec4<f32>(b[o + 1]);
      y[(y_at_nb_o + n + 16) / 4] = b1_all + y1;
    }
  }
}
