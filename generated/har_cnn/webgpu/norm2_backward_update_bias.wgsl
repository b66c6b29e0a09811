// kernel    norm2_backward_update_bias   total = sum over nb,n of e[nb,c,0,n]; g = if abs(total) < 8.881784e-16 then 0 else total; t = beta1 * m2[c] + beta1_rest * g
//           mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v2[c] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2
//           along = (sum over nb,n of f[nb,c,0,n]) * r[c]; g_2 = if abs(along) < 8.881784e-16 then 0 else along; t_3 = beta1 * m[c] + beta1_rest * g_2
//           and 4 more lines
// shape     c = 64, nb = 2, n = 16   (f32)
// schedule  vectorize n · grid c · split n 4, nb 2
// cost      6.1 kFLOP · 18.2 kB read · 2048 B written · 0.3 FLOP/B · 2 accumulators
// source    kernels/layers/batch_norm.ts + kernels/optimizers/adam.ts sha256:6c2bfa07   regenerate: deno task generate specs/har_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
struct All_w2 { w2: array<f32, 64>, m2: array<f32, 64>, v2: array<f32, 64> }
@group(1) @binding(0) var<storage, read_write> all_w2: All_w2;
@group(1) @binding(1) var<storage, read> e: array<vec4<f32>>;
struct All_w { w: array<f32, 64>, m: array<f32, 64>, v: array<f32, 64> }
@group(1) @binding(2) var<storage, read_write> all_w: All_w;
@group(1) @binding(3) var<storage, read> f: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read> r: array<f32>;
@group(1) @binding(5) var<storage, read_write> k: array<f32>;
@group(1) @binding(6) var<storage, read_write> l: array<f32>;
@group(1) @binding(7) var<storage, read> params: array<f32>;
var<workgroup> sums_4: array<vec4<f32>, 128>;

@compute @workgroup_size(64) // 8 workgroups
fn norm2_backward_update_bias(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  let point = i32(id.x);
  let group = i32(groups.x);
  let mine = i32(invocation);
  let step = step_row;
  let params_at_step: i32 = step * 9;
  if (group < 8) {
    let member = mine / 8;
    let tile = group * 8 + mine % 8;
    let leads = member == 0;
    let c = tile;
    let n_member = member / 2;
    let nb_member = member % 2;
    let at_nb_member: i32 = nb_member * 1024;
    let at_nb_member_c: i32 = at_nb_member + c * 16;
    let at_nb_member_c_n_member: i32 = at_nb_member_c + n_member * 4;

    // seed
    var total: vec4<f32> = vec4<f32>(0f);
    var m_sum: vec4<f32> = vec4<f32>(0f);

    // reduce
    let e_nbcn: vec4<f32> = e[at_nb_member_c_n_member / 4];
    total += e_nbcn;
    let f_nbcn: vec4<f32> = f[at_nb_member_c_n_member / 4];
    m_sum += f_nbcn;

    // combine
    sums_4[mine] = total;
    sums_4[mine + 64] = m_sum;
    workgroupBarrier();
    if (member < 2) {
      let first = member * 64 + mine % 8;
      var team_total = sums_4[first];
      for (var at = 8; at < 64; at += 8) { team_total += sums_4[first + at]; }
      sums_4[first] = team_total;
    }
    workgroupBarrier();
    total = sums_4[mine];
    m_sum = sums_4[mine + 64];
    if (leads) {
      // finish
      let total_total: f32 = ((total.x + total.y) + (total.z + total.w));
      let m_sum_total: f32 = ((m_sum.x + m_sum.y) + (m_sum.z + m_sum.w));
      let m2_c: f32 = all_w2.m2[c];
      let v2_c: f32 = all_w2.v2[c];
      let w2_c: f32 = all_w2.w2[c];
      let m_c: f32 = all_w.m[c];
      let r_c: f32 = r[c];
      let v_c: f32 = all_w.v[c];
      let w_c: f32 = all_w.w[c];
      let beta1: f32 = params[params_at_step + 1];
      let beta1_rest: f32 = params[params_at_step + 2];
      let g: f32 = select(total_total, 0f, abs(total_total) < 8.881784197001252e-16f);
      let t: f32 = beta1 * m2_c + beta1_rest * g;
      let mean: f32 = select(t, 0f, abs(t) < 8.881784197001252e-16f);
      let beta2: f32 = params[params_at_step + 4];
      let beta2_rest: f32 = params[params_at_step + 5];
      let t_2: f32 = beta2 * v2_c + beta2_rest * g * g;
      let square: f32 = select(t_2, 0f, abs(t_2) < 1.1754943508222875e-38f);
      let step_size: f32 = params[params_at_step + 6];
      let v_scale: f32 = params[params_at_step + 7];
      let epsilon: f32 = params[params_at_step + 8];
      let along: f32 = m_sum_total * r_c;
      let g_2: f32 = select(along, 0f, abs(along) < 8.881784197001252e-16f);
      let t_3: f32 = beta1 * m_c + beta1_rest * g_2;
      let mean_2: f32 = select(t_3, 0f, abs(t_3) < 8.881784197001252e-16f);
      let t_4: f32 = beta2 * v_c + beta2_rest * g_2 * g_2;
      let square_2: f32 = select(t_4, 0f, abs(t_4) < 1.1754943508222875e-38f);
      let count: f32 = params[params_at_step];
      let t_5: f32 = count * 122f;
      all_w2.m2[c] = mean;
      all_w2.v2[c] = square;
      all_w2.w2[c] = w2_c - step_size * mean / (sqrt(square) * v_scale + epsilon);
      all_w.m[c] = mean_2;
      all_w.v[c] = square_2;
      all_w.w[c] = w_c - step_size * mean_2 / (sqrt(square_2) * v_scale + epsilon);
      k[c] = total_total / t_5;
      l[c] = along * r_c / t_5;
    }
  }
}
