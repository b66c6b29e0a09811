// kernel    linear2_backward_update_weight   dw = sum over nb,n of x[nb,16ib+i,n] * dy[nb,o,n]; gradient = dw + l2 * w[ib,o,i]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[ib,o,i] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[ib,o,i] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[ib,o,i] = mean; v[ib,o,i] = square
//           w[ib,o,i] = w[ib,o,i] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     ib = 8, o = 10, i = 16, nb = 4, n = 16   (f32)
// schedule  tile i 2 · vectorize n · grid ib, o, i · split n 4, nb 4
// cost      183.0 kFLOP · 50.7 kB read · 15.4 kB written · 2.8 FLOP/B · 2 accumulators
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:6e9ac70c   regenerate: deno task generate specs/mnist_cnn.json
// kernel    linear1_relu1_backward_input   value = sum over ob,o of dy[nb,16ob+o,n] * w[ob,i,o]
//           dx[nb,i,n] = if y[nb,i,n] <= 0 then 0 else value
// shape     nb = 4, i = 6272, n = 16, ob = 8, o = 16   (f32)
// schedule  tile i 4, n 2 · unroll o 8 · vectorize n · grid nb, i, n
// cost      102.8 MFLOP · 4.8 MB read · 1.6 MB written · 16 FLOP/B · 8 accumulators
// source    kernels/layers/linear.ts + kernels/layers/relu.ts sha256:ae0805a5   regenerate: deno task generate specs/mnist_cnn.json
// kernel    linear1_backward_update_bias   db = sum over nb,n of dy[nb,o,n]; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2
//           m[o] = mean; v[o] = square; w[o] = w[o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 128, nb = 4, n = 16   (f32)
// schedule  vectorize n · grid o · split n 4, nb 4
// cost      9.9 kFLOP · 34.3 kB read · 1536 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:61ad4881   regenerate: deno task generate specs/mnist_cnn.json
@group(0) @binding(0) var<uniform> step_row: i32;
struct All_w { w: array<f32, 1280>, m: array<f32, 1280>, v: array<f32, 1280> }
@group(1) @binding(0) var<storage, read_write> all_w: All_w;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> params: array<f32>;
@group(1) @binding(4) var<storage, read> y: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(6) var<storage, read> w_2: array<f32>;
@group(1) @binding(7) var<storage, read_write> dx: array<vec4<f32>>;
struct All_w_3 { w_3: array<f32, 128>, m_2: array<f32, 128>, v_2: array<f32, 128> }
@group(1) @binding(8) var<storage, read_write> all_w_3: All_w_3;
var<workgroup> sums_4: array<vec4<f32>, 128>;

@compute @workgroup_size(64) // 388 workgroups
fn linear2_backward_update_weight_and_2_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 241 % 388;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (group < 160) {
      let member = mine / 4;
      let tile = group * 4 + mine % 4;
      let leads = member == 0;
      let ib = tile / 80;
      let o = tile / 8 % 10;
      let i = (tile % 8) * 2;
      let n_member = member / 4;
      let nb_member = member % 4;
      let x_at_nb_member: i32 = nb_member * 2048;
      let x_at_nb_member_ib: i32 = x_at_nb_member + ib * 256;
      let x_at_nb_member_ib_i: i32 = x_at_nb_member_ib + i * 16;
      let x_at_nb_member_ib_i_n_member: i32 = x_at_nb_member_ib_i + n_member * 4;
      let dy_at_nb_member: i32 = nb_member * 160;
      let dy_at_nb_member_o: i32 = dy_at_nb_member + o * 16;
      let dy_at_nb_member_o_n_member: i32 = dy_at_nb_member_o + n_member * 4;
      let at_ib: i32 = ib * 160;
      let at_ib_o: i32 = at_ib + o * 16;

      // seed
      var dw0: vec4<f32> = vec4<f32>(0f);
      var dw1: vec4<f32> = vec4<f32>(0f);

      // reduce
      let x0: vec4<f32> = x[x_at_nb_member_ib_i_n_member / 4];
      let dy_nbon: vec4<f32> = dy[dy_at_nb_member_o_n_member / 4];
      dw0 += x0 * dy_nbon;
      let x1: vec4<f32> = x[(x_at_nb_member_ib_i_n_member + 16) / 4];
      dw1 += x1 * dy_nbon;

      // combine
      sums_4[mine] = dw0;
      sums_4[mine + 64] = dw1;
      workgroupBarrier();
      if (member < 2) {
        let first = member * 64 + mine % 4;
        var team_total = sums_4[first];
        for (var at = 4; at < 64; at += 4) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      dw0 = sums_4[mine];
      dw1 = sums_4[mine + 64];
      if (leads) {
        // finish
        let dw_total0: f32 = ((dw0.x + dw0.y) + (dw0.z + dw0.w));
        let dw_total1: f32 = ((dw1.x + dw1.y) + (dw1.z + dw1.w));
        let m0: f32 = all_w.m[at_ib_o + i];
        let w0: f32 = all_w.w[at_ib_o + i];
        let v0: f32 = all_w.v[at_ib_o + i];
        let beta1: f32 = params[params_at_step + 1];
        let beta1_rest: f32 = params[params_at_step + 2];
        let l2: f32 = params[params_at_step + 3];
        let gradient0: f32 = dw_total0 + l2 * w0;
        let g0: f32 = select(gradient0, 0f, abs(gradient0) < 8.881784197001252e-16f);
        let t0: f32 = beta1 * m0 + beta1_rest * g0;
        let mean0: f32 = select(t0, 0f, abs(t0) < 8.881784197001252e-16f);
        let beta2: f32 = params[params_at_step + 4];
        let beta2_rest: f32 = params[params_at_step + 5];
        let t0_2: f32 = beta2 * v0 + beta2_rest * g0 * g0;
        let square0: f32 = select(t0_2, 0f, abs(t0_2) < 1.1754943508222875e-38f);
        let step_size: f32 = params[params_at_step + 6];
        let v_scale: f32 = params[params_at_step + 7];
        let epsilon: f32 = params[params_at_step + 8];
        all_w.m[at_ib_o + i] = mean0;
        all_w.v[at_ib_o + i] = square0;
        all_w.w[at_ib_o + i] = w0 - step_size * mean0 / (sqrt(square0) * v_scale + epsilon);
        let m1: f32 = all_w.m[at_ib_o + i + 1];
        let w1: f32 = all_w.w[at_ib_o + i + 1];
        let v1: f32 = all_w.v[at_ib_o + i + 1];
        let gradient1: f32 = dw_total1 + l2 * w1;
        let g1: f32 = select(gradient1, 0f, abs(gradient1) < 8.881784197001252e-16f);
        let t1: f32 = beta1 * m1 + beta1_rest * g1;
        let mean1: f32 = select(t1, 0f, abs(t1) < 8.881784197001252e-16f);
        let t1_2: f32 = beta2 * v1 + beta2_rest * g1 * g1;
        let square1: f32 = select(t1_2, 0f, abs(t1_2) < 1.1754943508222875e-38f);
        all_w.m[at_ib_o + i + 1] = mean1;
        all_w.v[at_ib_o + i + 1] = square1;
        all_w.w[at_ib_o + i + 1] = w1 - step_size * mean1 / (sqrt(square1) * v_scale + epsilon);
      }
    }
  }
  {
    if (point >= 10240 && point < 22784) {
      let nb = (point - 10240) / 3136;
      let i = ((point - 10240) / 2 % 1568) * 4;
      let n = ((point - 10240) % 2) * 8;
      let dy_at_nb: i32 = nb * 2048;
      let dy_at_nb_n: i32 = dy_at_nb + n;
      let w_at_i: i32 = i * 16;
      let at_nb: i32 = nb * 100352;
      let at_nb_i: i32 = at_nb + i * 16;

      // seed
      var value00: vec4<f32> = vec4<f32>(0f);
      var value01: vec4<f32> = vec4<f32>(0f);
      var value10: vec4<f32> = vec4<f32>(0f);
      var value11: vec4<f32> = vec4<f32>(0f);
      var value20: vec4<f32> = vec4<f32>(0f);
      var value21: vec4<f32> = vec4<f32>(0f);
      var value30: vec4<f32> = vec4<f32>(0f);
      var value31: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var ob = 0; ob < 8; ob += 1) {
        let dy_at_nb_n_ob: i32 = dy_at_nb_n + ob * 256;
        let w_at_i_ob: i32 = w_at_i + ob * 100352;
        for (var o = 0; o < 16; o += 8) {
          let dy_at_nb_n_ob_o: i32 = dy_at_nb_n_ob + o * 16;
          let dy00: vec4<f32> = dy_2[dy_at_nb_n_ob_o / 4];
          let w00_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o]);
          value00 += dy00 * w00_all;
          let dy01: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 4) / 4];
          value01 += dy01 * w00_all;
          let w10_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 16]);
          value10 += dy00 * w10_all;
          value11 += dy01 * w10_all;
          let w20_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 32]);
          value20 += dy00 * w20_all;
          value21 += dy01 * w20_all;
          let w30_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 48]);
          value30 += dy00 * w30_all;
          value31 += dy01 * w30_all;
          let dy10: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 16) / 4];
          let w01_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 1]);
          value00 += dy10 * w01_all;
          let dy11: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 20) / 4];
          value01 += dy11 * w01_all;
          let w11_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 17]);
          value10 += dy10 * w11_all;
          value11 += dy11 * w11_all;
          let w21_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 33]);
          value20 += dy10 * w21_all;
          value21 += dy11 * w21_all;
          let w31_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 49]);
          value30 += dy10 * w31_all;
          value31 += dy11 * w31_all;
          let dy20: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 32) / 4];
          let w02_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 2]);
          value00 += dy20 * w02_all;
          let dy21: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 36) / 4];
          value01 += dy21 * w02_all;
          let w12_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 18]);
          value10 += dy20 * w12_all;
          value11 += dy21 * w12_all;
          let w22_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 34]);
          value20 += dy20 * w22_all;
          value21 += dy21 * w22_all;
          let w32_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 50]);
          value30 += dy20 * w32_all;
          value31 += dy21 * w32_all;
          let dy30: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 48) / 4];
          let w03_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 3]);
          value00 += dy30 * w03_all;
          let dy31: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 52) / 4];
          value01 += dy31 * w03_all;
          let w13_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 19]);
          value10 += dy30 * w13_all;
          value11 += dy31 * w13_all;
          let w23_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 35]);
          value20 += dy30 * w23_all;
          value21 += dy31 * w23_all;
          let w33_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 51]);
          value30 += dy30 * w33_all;
          value31 += dy31 * w33_all;
          let dy40: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 64) / 4];
          let w04_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 4]);
          value00 += dy40 * w04_all;
          let dy41: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 68) / 4];
          value01 += dy41 * w04_all;
          let w14_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 20]);
          value10 += dy40 * w14_all;
          value11 += dy41 * w14_all;
          let w24_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 36]);
          value20 += dy40 * w24_all;
          value21 += dy41 * w24_all;
          let w34_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 52]);
          value30 += dy40 * w34_all;
          value31 += dy41 * w34_all;
          let dy50: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 80) / 4];
          let w05_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 5]);
          value00 += dy50 * w05_all;
          let dy51: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 84) / 4];
          value01 += dy51 * w05_all;
          let w15_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 21]);
          value10 += dy50 * w15_all;
          value11 += dy51 * w15_all;
          let w25_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 37]);
          value20 += dy50 * w25_all;
          value21 += dy51 * w25_all;
          let w35_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 53]);
          value30 += dy50 * w35_all;
          value31 += dy51 * w35_all;
          let dy60: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 96) / 4];
          let w06_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 6]);
          value00 += dy60 * w06_all;
          let dy61: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 100) / 4];
          value01 += dy61 * w06_all;
          let w16_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 22]);
          value10 += dy60 * w16_all;
          value11 += dy61 * w16_all;
          let w26_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 38]);
          value20 += dy60 * w26_all;
          value21 += dy61 * w26_all;
          let w36_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 54]);
          value30 += dy60 * w36_all;
          value31 += dy61 * w36_all;
          let dy70: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 112) / 4];
          let w07_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 7]);
          value00 += dy70 * w07_all;
          let dy71: vec4<f32> = dy_2[(dy_at_nb_n_ob_o + 116) / 4];
          value01 += dy71 * w07_all;
          let w17_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 23]);
          value10 += dy70 * w17_all;
          value11 += dy71 * w17_all;
          let w27_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 39]);
          value20 += dy70 * w27_all;
          value21 += dy71 * w27_all;
          let w37_all: vec4<f32> = vec4<f32>(w_2[w_at_i_ob + o + 55]);
          value30 += dy70 * w37_all;
          value31 += dy71 * w37_all;
        }
      }

      // finish
      let y00: vec4<f32> = y[(at_nb_i + n) / 4];
      let y01: vec4<f32> = y[(at_nb_i + n + 4) / 4];
      dx[(at_nb_i + n) / 4] = select(value00, vec4<f32>(0f), y00 <= vec4<f32>(0f));
      dx[(at_nb_i + n + 4) / 4] = select(value01, vec4<f32>(0f), y01 <= vec4<f32>(0f));
      let y10: vec4<f32> = y[(at_nb_i + n + 16) / 4];
      let y11: vec4<f32> = y[(at_nb_i + n + 20) / 4];
      dx[(at_nb_i + n + 16) / 4] = select(value10, vec4<f32>(0f), y10 <= vec4<f32>(0f));
      dx[(at_nb_i + n + 20) / 4] = select(value11, vec4<f32>(0f), y11 <= vec4<f32>(0f));
      let y20: vec4<f32> = y[(at_nb_i + n + 32) / 4];
      let y21: vec4<f32> = y[(at_nb_i + n + 36) / 4];
      dx[(at_nb_i + n + 32) / 4] = select(value20, vec4<f32>(0f), y20 <= vec4<f32>(0f));
      dx[(at_nb_i + n + 36) / 4] = select(value21, vec4<f32>(0f), y21 <= vec4<f32>(0f));
      let y30: vec4<f32> = y[(at_nb_i + n + 48) / 4];
      let y31: vec4<f32> = y[(at_nb_i + n + 52) / 4];
      dx[(at_nb_i + n + 48) / 4] = select(value30, vec4<f32>(0f), y30 <= vec4<f32>(0f));
      dx[(at_nb_i + n + 52) / 4] = select(value31, vec4<f32>(0f), y31 <= vec4<f32>(0f));
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (group >= 356 && group < 388) {
      let member = mine / 4;
      let tile = (group - 356) * 4 + mine % 4;
      let leads = member == 0;
      let o = tile;
      let n_member = member / 4;
      let nb_member = member % 4;
      let dy_at_nb_member: i32 = nb_member * 2048;
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
        let first = member * 64 + mine % 4;
        var team_total = sums_4[first];
        for (var at = 4; at < 64; at += 4) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      db = sums_4[mine];
      if (leads) {
        // finish
        let db_total: f32 = ((db.x + db.y) + (db.z + db.w));
        let m_o: f32 = all_w_3.m_2[o];
        let v_o: f32 = all_w_3.v_2[o];
        let w_o: f32 = all_w_3.w_3[o];
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
        all_w_3.m_2[o] = mean;
        all_w_3.v_2[o] = square;
        all_w_3.w_3[o] = w_o - step_size * mean / (sqrt(square) * v_scale + epsilon);
      }
    }
  }
}
