// kernel    linear2_relu3_backward_input   value = sum over o of dy[nb,o,n] * w[o,i]
//           dx[nb,i,n] = if y[nb,i,n] <= 0 then 0 else value
// shape     nb = 2, i = 100, n = 16, o = 6   (f32)
// schedule  unroll o 6 · grid nb, i, n
// cost      38.4 kFLOP · 16.0 kB read · 12.8 kB written · 1.3 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/layers/relu.ts sha256:441c0659   regenerate: deno task generate specs/har_cnn.json
// kernel    linear2_backward_update_bias   db = sum over nb,n of dy[nb,o,n]; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2
//           m[o] = mean; v[o] = square; w[o] = w[o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 6, nb = 2, n = 16   (f32)
// schedule  vectorize n · grid o · split n 4, nb 2
// cost      270 FLOP · 840 B read · 72 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:77b84d2a   regenerate: deno task generate specs/har_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
@group(1) @binding(0) var<storage, read> y: array<f32>;
@group(1) @binding(1) var<storage, read> dy: array<f32>;
@group(1) @binding(2) var<storage, read> w: array<f32>;
@group(1) @binding(3) var<storage, read_write> dx: array<f32>;
struct All_w_2 { w_2: array<f32, 6>, m: array<f32, 6>, v: array<f32, 6> }
@group(1) @binding(4) var<storage, read_write> all_w_2: All_w_2;
@group(1) @binding(5) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(6) var<storage, read> params: array<f32>;
var<workgroup> sums_4: array<vec4<f32>, 64>;

@compute @workgroup_size(64) // 51 workgroups
fn linear2_relu3_backward_input_and_1_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 32 % 51;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    if (point < 3200) {
      let nb = point / 1600;
      let i = point / 16 % 100;
      let n = point % 16;
      let dy_at_nb: i32 = nb * 96;
      let at_nb: i32 = nb * 1600;
      let at_nb_i: i32 = at_nb + i * 16;

      // seed
      var value: f32 = 0f;

      // reduce
      let dy0: f32 = dy[dy_at_nb + n];
      let w0: f32 = w[i];
      value += dy0 * w0;
      let dy1: f32 = dy[dy_at_nb + n + 16];
      let w1: f32 = w[i + 100];
      value += dy1 * w1;
      let dy2: f32 = dy[dy_at_nb + n + 32];
      let w2: f32 = w[i + 200];
      value += dy2 * w2;
      let dy3: f32 = dy[dy_at_nb + n + 48];
      let w3: f32 = w[i + 300];
      value += dy3 * w3;
      let dy4: f32 = dy[dy_at_nb + n + 64];
      let w4: f32 = w[i + 400];
      value += dy4 * w4;
      let dy5: f32 = dy[dy_at_nb + n + 80];
      let w5: f32 = w[i + 500];
      value += dy5 * w5;

      // finish
      let y_nbin: f32 = y[at_nb_i + n];
      dx[at_nb_i + n] = select(value, 0f, y_nbin <= 0f);
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (group >= 50 && group < 51) {
      let member = mine / 8;
      let tile = (group - 50) * 8 + mine % 8;
      let leads = member == 0 && tile <= 5;
      let o = min(tile, 5);
      let n_member = member / 2;
      let nb_member = member % 2;
      let dy_at_nb_member: i32 = nb_member * 96;
      let dy_at_nb_member_o: i32 = dy_at_nb_member + o * 16;
      let dy_at_nb_member_o_n_member: i32 = dy_at_nb_member_o + n_member * 4;

      // seed
      var db: vec4<f32> = vec4<f32>(0f);

      // reduce
      let dy_nbon: vec4<f32> = dy_2[dy_at_nb_member_o_n_member / 4];
      db += dy_nbon;

      // combine
      sums_4[mine] = db;
      workgroupBarrier();
      if (member < 1) {
        let first = member * 64 + mine % 8;
        var team_total = sums_4[first];
        for (var at = 8; at < 64; at += 8) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      db = sums_4[mine];
      if (leads) {
        // finish
        let db_total: f32 = ((db.x + db.y) + (db.z + db.w));
        let m_o: f32 = all_w_2.m[o];
        let v_o: f32 = all_w_2.v[o];
        let w_o: f32 = all_w_2.w_2[o];
        let beta1: f32 = params[params_at_step + 1];
        let beta1_rest: f32 = params[params_at_step + 2];
        let g: f32 = select(db_total, 0f, abs(db_total) < 8.881784197001252e-16f);
        let t: f32 = beta1 * m_o + beta1_rest * g;
        let mean: f32 = select(t, 0f, abs(t) < 8.881784197001252e-16f);
        let beta2: f32 = params[params_at_step + 4];
        let beta2_rest: f32 = params[params_at_step + 5];
        let t_2: f32 = beta2 * v_o + beta2_rest * g * g;
        let square: f32 = select(t_2, 0f, abs(t_2) < 1.1754943508222875e-38f);
        let step_size: f32 = params[params_at_step + 6];
        let v_scale: f32 = params[params_at_step + 7];
        let epsilon: f32 = params[params_at_step + 8];
        all_w_2.m[o] = mean;
        all_w_2.v[o] = square;
        all_w_2.w_2[o] = w_o - step_size * mean / (sqrt(square) * v_scale + epsilon);
      }
    }
  }
}
