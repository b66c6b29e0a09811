// kernel    linear2_backward_update_weight   dw = sum over nb,n of x[nb,16ib+i,n] * dy[nb,o,n]; gradient = dw + l2 * w[ib,o,i]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[ib,o,i] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[ib,o,i] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[ib,o,i] = mean; v[ib,o,i] = square
//           w[ib,o,i] = w[ib,o,i] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     ib = 8, o = 10, i = 16, nb = 4, n = 16   (f32)
// schedule  tile i 2 · vectorize n · grid ib, o, i · split n 4, nb 4
// cost      183.0 kFLOP · 50.7 kB read · 15.4 kB written · 2.8 FLOP/B · 2 accumulators
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:6e9ac70c   regenerate: deno task generate specs/mnist_mlp.json
// kernel    linear1_backward_update_weight   dw = sum over nb,n of x[nb,i,n] * dy[nb,16ob+o,n]; gradient = dw + l2 * w[ob,i,o]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[ob,i,o] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[ob,i,o] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[ob,i,o] = mean; v[ob,i,o] = square
//           w[ob,i,o] = w[ob,i,o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     ob = 8, i = 784, o = 16, nb = 4, n = 16   (f32)
// schedule  tile i 4, o 4 · unroll nb 4 · vectorize n · grid ob, i, o · split n 4
// cost      14.4 MFLOP · 1.4 MB read · 1.2 MB written · 5.4 FLOP/B · 16 accumulators
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:92ddae5c   regenerate: deno task generate specs/mnist_mlp.json
// kernel    linear1_backward_update_bias   db = sum over nb,n of dy[nb,o,n]; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2
//           m[o] = mean; v[o] = square; w[o] = w[o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 128, nb = 4, n = 16   (f32)
// schedule  vectorize n · grid o · split n 4, nb 4
// cost      9.9 kFLOP · 34.3 kB read · 1536 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:61ad4881   regenerate: deno task generate specs/mnist_mlp.json
@group(0) @binding(0) var<uniform> step_row: i32;
struct All_w { w: array<f32, 1280>, m: array<f32, 1280>, v: array<f32, 1280> }
@group(1) @binding(0) var<storage, read_write> all_w: All_w;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> params: array<f32>;
struct All_w_2 { w_2: array<f32, 100352>, m_2: array<f32, 100352>, v_2: array<f32, 100352> }
@group(1) @binding(4) var<storage, read_write> all_w_2: All_w_2;
@group(1) @binding(5) var<storage, read> x_2: array<vec4<f32>>;
@group(1) @binding(6) var<storage, read> dy_2: array<vec4<f32>>;
struct All_w_3 { w_3: array<f32, 128>, m_3: array<f32, 128>, v_3: array<f32, 128> }
@group(1) @binding(7) var<storage, read_write> all_w_3: All_w_3;
var<workgroup> sums_4: array<vec4<f32>, 1024>;

@compute @workgroup_size(64) // 584 workgroups
fn linear2_backward_update_weight_and_2_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 361 % 584;
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
    let params_at_step: i32 = step * 9;
    if (group >= 160 && group < 552) {
      let member = mine / 16;
      let tile = (group - 160) * 16 + mine % 16;
      let leads = member == 0;
      let ob = tile / 784;
      let i = (tile / 4 % 196) * 4;
      let o = (tile % 4) * 4;
      let n_member = member;
      let x_at_i: i32 = i * 16;
      let x_at_i_n_member: i32 = x_at_i + n_member * 4;
      let dy_at_ob: i32 = ob * 256;
      let dy_at_ob_o: i32 = dy_at_ob + o * 16;
      let dy_at_ob_o_n_member: i32 = dy_at_ob_o + n_member * 4;
      let at_ob: i32 = ob * 12544;
      let at_ob_i: i32 = at_ob + i * 16;

      // seed
      var dw00: vec4<f32> = vec4<f32>(0f);
      var dw01: vec4<f32> = vec4<f32>(0f);
      var dw02: vec4<f32> = vec4<f32>(0f);
      var dw03: vec4<f32> = vec4<f32>(0f);
      var dw10: vec4<f32> = vec4<f32>(0f);
      var dw11: vec4<f32> = vec4<f32>(0f);
      var dw12: vec4<f32> = vec4<f32>(0f);
      var dw13: vec4<f32> = vec4<f32>(0f);
      var dw20: vec4<f32> = vec4<f32>(0f);
      var dw21: vec4<f32> = vec4<f32>(0f);
      var dw22: vec4<f32> = vec4<f32>(0f);
      var dw23: vec4<f32> = vec4<f32>(0f);
      var dw30: vec4<f32> = vec4<f32>(0f);
      var dw31: vec4<f32> = vec4<f32>(0f);
      var dw32: vec4<f32> = vec4<f32>(0f);
      var dw33: vec4<f32> = vec4<f32>(0f);

      // reduce
      let x00: vec4<f32> = x_2[x_at_i_n_member / 4];
      let dy00: vec4<f32> = dy_2[dy_at_ob_o_n_member / 4];
      dw00 += x00 * dy00;
      let dy01: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 16) / 4];
      dw01 += x00 * dy01;
      let dy02: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 32) / 4];
      dw02 += x00 * dy02;
      let dy03: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 48) / 4];
      dw03 += x00 * dy03;
      let x01: vec4<f32> = x_2[(x_at_i_n_member + 16) / 4];
      dw10 += x01 * dy00;
      dw11 += x01 * dy01;
      dw12 += x01 * dy02;
      dw13 += x01 * dy03;
      let x02: vec4<f32> = x_2[(x_at_i_n_member + 32) / 4];
      dw20 += x02 * dy00;
      dw21 += x02 * dy01;
      dw22 += x02 * dy02;
      dw23 += x02 * dy03;
      let x03: vec4<f32> = x_2[(x_at_i_n_member + 48) / 4];
      dw30 += x03 * dy00;
      dw31 += x03 * dy01;
      dw32 += x03 * dy02;
      dw33 += x03 * dy03;
      let x10: vec4<f32> = x_2[(x_at_i_n_member + 12544) / 4];
      let dy10: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 2048) / 4];
      dw00 += x10 * dy10;
      let dy11: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 2064) / 4];
      dw01 += x10 * dy11;
      let dy12: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 2080) / 4];
      dw02 += x10 * dy12;
      let dy13: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 2096) / 4];
      dw03 += x10 * dy13;
      let x11: vec4<f32> = x_2[(x_at_i_n_member + 12560) / 4];
      dw10 += x11 * dy10;
      dw11 += x11 * dy11;
      dw12 += x11 * dy12;
      dw13 += x11 * dy13;
      let x12: vec4<f32> = x_2[(x_at_i_n_member + 12576) / 4];
      dw20 += x12 * dy10;
      dw21 += x12 * dy11;
      dw22 += x12 * dy12;
      dw23 += x12 * dy13;
      let x13: vec4<f32> = x_2[(x_at_i_n_member + 12592) / 4];
      dw30 += x13 * dy10;
      dw31 += x13 * dy11;
      dw32 += x13 * dy12;
      dw33 += x13 * dy13;
      let x20: vec4<f32> = x_2[(x_at_i_n_member + 25088) / 4];
      let dy20: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 4096) / 4];
      dw00 += x20 * dy20;
      let dy21: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 4112) / 4];
      dw01 += x20 * dy21;
      let dy22: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 4128) / 4];
      dw02 += x20 * dy22;
      let dy23: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 4144) / 4];
      dw03 += x20 * dy23;
      let x21: vec4<f32> = x_2[(x_at_i_n_member + 25104) / 4];
      dw10 += x21 * dy20;
      dw11 += x21 * dy21;
      dw12 += x21 * dy22;
      dw13 += x21 * dy23;
      let x22: vec4<f32> = x_2[(x_at_i_n_member + 25120) / 4];
      dw20 += x22 * dy20;
      dw21 += x22 * dy21;
      dw22 += x22 * dy22;
      dw23 += x22 * dy23;
      let x23: vec4<f32> = x_2[(x_at_i_n_member + 25136) / 4];
      dw30 += x23 * dy20;
      dw31 += x23 * dy21;
      dw32 += x23 * dy22;
      dw33 += x23 * dy23;
      let x30: vec4<f32> = x_2[(x_at_i_n_member + 37632) / 4];
      let dy30: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 6144) / 4];
      dw00 += x30 * dy30;
      let dy31: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 6160) / 4];
      dw01 += x30 * dy31;
      let dy32: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 6176) / 4];
      dw02 += x30 * dy32;
      let dy33: vec4<f32> = dy_2[(dy_at_ob_o_n_member + 6192) / 4];
      dw03 += x30 * dy33;
      let x31: vec4<f32> = x_2[(x_at_i_n_member + 37648) / 4];
      dw10 += x31 * dy30;
      dw11 += x31 * dy31;
      dw12 += x31 * dy32;
      dw13 += x31 * dy33;
      let x32: vec4<f32> = x_2[(x_at_i_n_member + 37664) / 4];
      dw20 += x32 * dy30;
      dw21 += x32 * dy31;
      dw22 += x32 * dy32;
      dw23 += x32 * dy33;
      let x33: vec4<f32> = x_2[(x_at_i_n_member + 37680) / 4];
      dw30 += x33 * dy30;
      dw31 += x33 * dy31;
      dw32 += x33 * dy32;
      dw33 += x33 * dy33;

      // combine
      sums_4[mine] = dw00;
      sums_4[mine + 64] = dw01;
      sums_4[mine + 128] = dw02;
      sums_4[mine + 192] = dw03;
      sums_4[mine + 256] = dw10;
      sums_4[mine + 320] = dw11;
      sums_4[mine + 384] = dw12;
      sums_4[mine + 448] = dw13;
      sums_4[mine + 512] = dw20;
      sums_4[mine + 576] = dw21;
      sums_4[mine + 640] = dw22;
      sums_4[mine + 704] = dw23;
      sums_4[mine + 768] = dw30;
      sums_4[mine + 832] = dw31;
      sums_4[mine + 896] = dw32;
      sums_4[mine + 960] = dw33;
      workgroupBarrier();
      for (var nth = member; nth < 16; nth += 4) {
        let first = nth * 64 + mine % 16;
        var team_total = sums_4[first];
        for (var at = 16; at < 64; at += 16) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      dw00 = sums_4[mine];
      dw01 = sums_4[mine + 64];
      dw02 = sums_4[mine + 128];
      dw03 = sums_4[mine + 192];
      dw10 = sums_4[mine + 256];
      dw11 = sums_4[mine + 320];
      dw12 = sums_4[mine + 384];
      dw13 = sums_4[mine + 448];
      dw20 = sums_4[mine + 512];
      dw21 = sums_4[mine + 576];
      dw22 = sums_4[mine + 640];
      dw23 = sums_4[mine + 704];
      dw30 = sums_4[mine + 768];
      dw31 = sums_4[mine + 832];
      dw32 = sums_4[mine + 896];
      dw33 = sums_4[mine + 960];
      if (leads) {
        // finish
        let dw_total00: f32 = ((dw00.x + dw00.y) + (dw00.z + dw00.w));
        let dw_total01: f32 = ((dw01.x + dw01.y) + (dw01.z + dw01.w));
        let dw_total02: f32 = ((dw02.x + dw02.y) + (dw02.z + dw02.w));
        let dw_total03: f32 = ((dw03.x + dw03.y) + (dw03.z + dw03.w));
        let dw_total10: f32 = ((dw10.x + dw10.y) + (dw10.z + dw10.w));
        let dw_total11: f32 = ((dw11.x + dw11.y) + (dw11.z + dw11.w));
        let dw_total12: f32 = ((dw12.x + dw12.y) + (dw12.z + dw12.w));
        let dw_total13: f32 = ((dw13.x + dw13.y) + (dw13.z + dw13.w));
        let dw_total20: f32 = ((dw20.x + dw20.y) + (dw20.z + dw20.w));
        let dw_total21: f32 = ((dw21.x + dw21.y) + (dw21.z + dw21.w));
        let dw_total22: f32 = ((dw22.x + dw22.y) + (dw22.z + dw22.w));
        let dw_total23: f32 = ((dw23.x + dw23.y) + (dw23.z + dw23.w));
        let dw_total30: f32 = ((dw30.x + dw30.y) + (dw30.z + dw30.w));
        let dw_total31: f32 = ((dw31.x + dw31.y) + (dw31.z + dw31.w));
        let dw_total32: f32 = ((dw32.x + dw32.y) + (dw32.z + dw32.w));
        let dw_total33: f32 = ((dw33.x + dw33.y) + (dw33.z + dw33.w));
        let m00: f32 = all_w_2.m_2[at_ob_i + o];
        let w00: f32 = all_w_2.w_2[at_ob_i + o];
        let v00: f32 = all_w_2.v_2[at_ob_i + o];
        let beta1: f32 = params[params_at_step + 1];
        let beta1_rest: f32 = params[params_at_step + 2];
        let l2: f32 = params[params_at_step + 3];
        let gradient00: f32 = dw_total00 + l2 * w00;
        let g00: f32 = select(gradient00, 0f, abs(gradient00) < 8.881784197001252e-16f);
        let t00: f32 = beta1 * m00 + beta1_rest * g00;
        let mean00: f32 = select(t00, 0f, abs(t00) < 8.881784197001252e-16f);
        let beta2: f32 = params[params_at_step + 4];
        let beta2_rest: f32 = params[params_at_step + 5];
        let t00_2: f32 = beta2 * v00 + beta2_rest * g00 * g00;
        let square00: f32 = select(t00_2, 0f, abs(t00_2) < 1.1754943508222875e-38f);
        let step_size: f32 = params[params_at_step + 6];
        let v_scale: f32 = params[params_at_step + 7];
        let epsilon: f32 = params[params_at_step + 8];
        all_w_2.m_2[at_ob_i + o] = mean00;
        all_w_2.v_2[at_ob_i + o] = square00;
        all_w_2.w_2[at_ob_i + o] = w00 - step_size * mean00 / (sqrt(square00) * v_scale + epsilon);
        let m01: f32 = all_w_2.m_2[at_ob_i + o + 1];
        let w01: f32 = all_w_2.w_2[at_ob_i + o + 1];
        let v01: f32 = all_w_2.v_2[at_ob_i + o + 1];
        let gradient01: f32 = dw_total01 + l2 * w01;
        let g01: f32 = select(gradient01, 0f, abs(gradient01) < 8.881784197001252e-16f);
        let t01: f32 = beta1 * m01 + beta1_rest * g01;
        let mean01: f32 = select(t01, 0f, abs(t01) < 8.881784197001252e-16f);
        let t01_2: f32 = beta2 * v01 + beta2_rest * g01 * g01;
        let square01: f32 = select(t01_2, 0f, abs(t01_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 1] = mean01;
        all_w_2.v_2[at_ob_i + o + 1] = square01;
        all_w_2.w_2[at_ob_i + o + 1] = w01 - step_size * mean01 / (sqrt(square01) * v_scale + epsilon);
        let m02: f32 = all_w_2.m_2[at_ob_i + o + 2];
        let w02: f32 = all_w_2.w_2[at_ob_i + o + 2];
        let v02: f32 = all_w_2.v_2[at_ob_i + o + 2];
        let gradient02: f32 = dw_total02 + l2 * w02;
        let g02: f32 = select(gradient02, 0f, abs(gradient02) < 8.881784197001252e-16f);
        let t02: f32 = beta1 * m02 + beta1_rest * g02;
        let mean02: f32 = select(t02, 0f, abs(t02) < 8.881784197001252e-16f);
        let t02_2: f32 = beta2 * v02 + beta2_rest * g02 * g02;
        let square02: f32 = select(t02_2, 0f, abs(t02_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 2] = mean02;
        all_w_2.v_2[at_ob_i + o + 2] = square02;
        all_w_2.w_2[at_ob_i + o + 2] = w02 - step_size * mean02 / (sqrt(square02) * v_scale + epsilon);
        let m03: f32 = all_w_2.m_2[at_ob_i + o + 3];
        let w03: f32 = all_w_2.w_2[at_ob_i + o + 3];
        let v03: f32 = all_w_2.v_2[at_ob_i + o + 3];
        let gradient03: f32 = dw_total03 + l2 * w03;
        let g03: f32 = select(gradient03, 0f, abs(gradient03) < 8.881784197001252e-16f);
        let t03: f32 = beta1 * m03 + beta1_rest * g03;
        let mean03: f32 = select(t03, 0f, abs(t03) < 8.881784197001252e-16f);
        let t03_2: f32 = beta2 * v03 + beta2_rest * g03 * g03;
        let square03: f32 = select(t03_2, 0f, abs(t03_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 3] = mean03;
        all_w_2.v_2[at_ob_i + o + 3] = square03;
        all_w_2.w_2[at_ob_i + o + 3] = w03 - step_size * mean03 / (sqrt(square03) * v_scale + epsilon);
        let m10: f32 = all_w_2.m_2[at_ob_i + o + 16];
        let w10: f32 = all_w_2.w_2[at_ob_i + o + 16];
        let v10: f32 = all_w_2.v_2[at_ob_i + o + 16];
        let gradient10: f32 = dw_total10 + l2 * w10;
        let g10: f32 = select(gradient10, 0f, abs(gradient10) < 8.881784197001252e-16f);
        let t10: f32 = beta1 * m10 + beta1_rest * g10;
        let mean10: f32 = select(t10, 0f, abs(t10) < 8.881784197001252e-16f);
        let t10_2: f32 = beta2 * v10 + beta2_rest * g10 * g10;
        let square10: f32 = select(t10_2, 0f, abs(t10_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 16] = mean10;
        all_w_2.v_2[at_ob_i + o + 16] = square10;
        all_w_2.w_2[at_ob_i + o + 16] = w10 - step_size * mean10 / (sqrt(square10) * v_scale + epsilon);
        let m11: f32 = all_w_2.m_2[at_ob_i + o + 17];
        let w11: f32 = all_w_2.w_2[at_ob_i + o + 17];
        let v11: f32 = all_w_2.v_2[at_ob_i + o + 17];
        let gradient11: f32 = dw_total11 + l2 * w11;
        let g11: f32 = select(gradient11, 0f, abs(gradient11) < 8.881784197001252e-16f);
        let t11: f32 = beta1 * m11 + beta1_rest * g11;
        let mean11: f32 = select(t11, 0f, abs(t11) < 8.881784197001252e-16f);
        let t11_2: f32 = beta2 * v11 + beta2_rest * g11 * g11;
        let square11: f32 = select(t11_2, 0f, abs(t11_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 17] = mean11;
        all_w_2.v_2[at_ob_i + o + 17] = square11;
        all_w_2.w_2[at_ob_i + o + 17] = w11 - step_size * mean11 / (sqrt(square11) * v_scale + epsilon);
        let m12: f32 = all_w_2.m_2[at_ob_i + o + 18];
        let w12: f32 = all_w_2.w_2[at_ob_i + o + 18];
        let v12: f32 = all_w_2.v_2[at_ob_i + o + 18];
        let gradient12: f32 = dw_total12 + l2 * w12;
        let g12: f32 = select(gradient12, 0f, abs(gradient12) < 8.881784197001252e-16f);
        let t12: f32 = beta1 * m12 + beta1_rest * g12;
        let mean12: f32 = select(t12, 0f, abs(t12) < 8.881784197001252e-16f);
        let t12_2: f32 = beta2 * v12 + beta2_rest * g12 * g12;
        let square12: f32 = select(t12_2, 0f, abs(t12_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 18] = mean12;
        all_w_2.v_2[at_ob_i + o + 18] = square12;
        all_w_2.w_2[at_ob_i + o + 18] = w12 - step_size * mean12 / (sqrt(square12) * v_scale + epsilon);
        let m13: f32 = all_w_2.m_2[at_ob_i + o + 19];
        let w13: f32 = all_w_2.w_2[at_ob_i + o + 19];
        let v13: f32 = all_w_2.v_2[at_ob_i + o + 19];
        let gradient13: f32 = dw_total13 + l2 * w13;
        let g13: f32 = select(gradient13, 0f, abs(gradient13) < 8.881784197001252e-16f);
        let t13: f32 = beta1 * m13 + beta1_rest * g13;
        let mean13: f32 = select(t13, 0f, abs(t13) < 8.881784197001252e-16f);
        let t13_2: f32 = beta2 * v13 + beta2_rest * g13 * g13;
        let square13: f32 = select(t13_2, 0f, abs(t13_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 19] = mean13;
        all_w_2.v_2[at_ob_i + o + 19] = square13;
        all_w_2.w_2[at_ob_i + o + 19] = w13 - step_size * mean13 / (sqrt(square13) * v_scale + epsilon);
        let m20: f32 = all_w_2.m_2[at_ob_i + o + 32];
        let w20: f32 = all_w_2.w_2[at_ob_i + o + 32];
        let v20: f32 = all_w_2.v_2[at_ob_i + o + 32];
        let gradient20: f32 = dw_total20 + l2 * w20;
        let g20: f32 = select(gradient20, 0f, abs(gradient20) < 8.881784197001252e-16f);
        let t20: f32 = beta1 * m20 + beta1_rest * g20;
        let mean20: f32 = select(t20, 0f, abs(t20) < 8.881784197001252e-16f);
        let t20_2: f32 = beta2 * v20 + beta2_rest * g20 * g20;
        let square20: f32 = select(t20_2, 0f, abs(t20_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 32] = mean20;
        all_w_2.v_2[at_ob_i + o + 32] = square20;
        all_w_2.w_2[at_ob_i + o + 32] = w20 - step_size * mean20 / (sqrt(square20) * v_scale + epsilon);
        let m21: f32 = all_w_2.m_2[at_ob_i + o + 33];
        let w21: f32 = all_w_2.w_2[at_ob_i + o + 33];
        let v21: f32 = all_w_2.v_2[at_ob_i + o + 33];
        let gradient21: f32 = dw_total21 + l2 * w21;
        let g21: f32 = select(gradient21, 0f, abs(gradient21) < 8.881784197001252e-16f);
        let t21: f32 = beta1 * m21 + beta1_rest * g21;
        let mean21: f32 = select(t21, 0f, abs(t21) < 8.881784197001252e-16f);
        let t21_2: f32 = beta2 * v21 + beta2_rest * g21 * g21;
        let square21: f32 = select(t21_2, 0f, abs(t21_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 33] = mean21;
        all_w_2.v_2[at_ob_i + o + 33] = square21;
        all_w_2.w_2[at_ob_i + o + 33] = w21 - step_size * mean21 / (sqrt(square21) * v_scale + epsilon);
        let m22: f32 = all_w_2.m_2[at_ob_i + o + 34];
        let w22: f32 = all_w_2.w_2[at_ob_i + o + 34];
        let v22: f32 = all_w_2.v_2[at_ob_i + o + 34];
        let gradient22: f32 = dw_total22 + l2 * w22;
        let g22: f32 = select(gradient22, 0f, abs(gradient22) < 8.881784197001252e-16f);
        let t22: f32 = beta1 * m22 + beta1_rest * g22;
        let mean22: f32 = select(t22, 0f, abs(t22) < 8.881784197001252e-16f);
        let t22_2: f32 = beta2 * v22 + beta2_rest * g22 * g22;
        let square22: f32 = select(t22_2, 0f, abs(t22_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 34] = mean22;
        all_w_2.v_2[at_ob_i + o + 34] = square22;
        all_w_2.w_2[at_ob_i + o + 34] = w22 - step_size * mean22 / (sqrt(square22) * v_scale + epsilon);
        let m23: f32 = all_w_2.m_2[at_ob_i + o + 35];
        let w23: f32 = all_w_2.w_2[at_ob_i + o + 35];
        let v23: f32 = all_w_2.v_2[at_ob_i + o + 35];
        let gradient23: f32 = dw_total23 + l2 * w23;
        let g23: f32 = select(gradient23, 0f, abs(gradient23) < 8.881784197001252e-16f);
        let t23: f32 = beta1 * m23 + beta1_rest * g23;
        let mean23: f32 = select(t23, 0f, abs(t23) < 8.881784197001252e-16f);
        let t23_2: f32 = beta2 * v23 + beta2_rest * g23 * g23;
        let square23: f32 = select(t23_2, 0f, abs(t23_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 35] = mean23;
        all_w_2.v_2[at_ob_i + o + 35] = square23;
        all_w_2.w_2[at_ob_i + o + 35] = w23 - step_size * mean23 / (sqrt(square23) * v_scale + epsilon);
        let m30: f32 = all_w_2.m_2[at_ob_i + o + 48];
        let w30: f32 = all_w_2.w_2[at_ob_i + o + 48];
        let v30: f32 = all_w_2.v_2[at_ob_i + o + 48];
        let gradient30: f32 = dw_total30 + l2 * w30;
        let g30: f32 = select(gradient30, 0f, abs(gradient30) < 8.881784197001252e-16f);
        let t30: f32 = beta1 * m30 + beta1_rest * g30;
        let mean30: f32 = select(t30, 0f, abs(t30) < 8.881784197001252e-16f);
        let t30_2: f32 = beta2 * v30 + beta2_rest * g30 * g30;
        let square30: f32 = select(t30_2, 0f, abs(t30_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 48] = mean30;
        all_w_2.v_2[at_ob_i + o + 48] = square30;
        all_w_2.w_2[at_ob_i + o + 48] = w30 - step_size * mean30 / (sqrt(square30) * v_scale + epsilon);
        let m31: f32 = all_w_2.m_2[at_ob_i + o + 49];
        let w31: f32 = all_w_2.w_2[at_ob_i + o + 49];
        let v31: f32 = all_w_2.v_2[at_ob_i + o + 49];
        let gradient31: f32 = dw_total31 + l2 * w31;
        let g31: f32 = select(gradient31, 0f, abs(gradient31) < 8.881784197001252e-16f);
        let t31: f32 = beta1 * m31 + beta1_rest * g31;
        let mean31: f32 = select(t31, 0f, abs(t31) < 8.881784197001252e-16f);
        let t31_2: f32 = beta2 * v31 + beta2_rest * g31 * g31;
        let square31: f32 = select(t31_2, 0f, abs(t31_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 49] = mean31;
        all_w_2.v_2[at_ob_i + o + 49] = square31;
        all_w_2.w_2[at_ob_i + o + 49] = w31 - step_size * mean31 / (sqrt(square31) * v_scale + epsilon);
        let m32: f32 = all_w_2.m_2[at_ob_i + o + 50];
        let w32: f32 = all_w_2.w_2[at_ob_i + o + 50];
        let v32: f32 = all_w_2.v_2[at_ob_i + o + 50];
        let gradient32: f32 = dw_total32 + l2 * w32;
        let g32: f32 = select(gradient32, 0f, abs(gradient32) < 8.881784197001252e-16f);
        let t32: f32 = beta1 * m32 + beta1_rest * g32;
        let mean32: f32 = select(t32, 0f, abs(t32) < 8.881784197001252e-16f);
        let t32_2: f32 = beta2 * v32 + beta2_rest * g32 * g32;
        let square32: f32 = select(t32_2, 0f, abs(t32_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 50] = mean32;
        all_w_2.v_2[at_ob_i + o + 50] = square32;
        all_w_2.w_2[at_ob_i + o + 50] = w32 - step_size * mean32 / (sqrt(square32) * v_scale + epsilon);
        let m33: f32 = all_w_2.m_2[at_ob_i + o + 51];
        let w33: f32 = all_w_2.w_2[at_ob_i + o + 51];
        let v33: f32 = all_w_2.v_2[at_ob_i + o + 51];
        let gradient33: f32 = dw_total33 + l2 * w33;
        let g33: f32 = select(gradient33, 0f, abs(gradient33) < 8.881784197001252e-16f);
        let t33: f32 = beta1 * m33 + beta1_rest * g33;
        let mean33: f32 = select(t33, 0f, abs(t33) < 8.881784197001252e-16f);
        let t33_2: f32 = beta2 * v33 + beta2_rest * g33 * g33;
        let square33: f32 = select(t33_2, 0f, abs(t33_2) < 1.1754943508222875e-38f);
        all_w_2.m_2[at_ob_i + o + 51] = mean33;
        all_w_2.v_2[at_ob_i + o + 51] = square33;
        all_w_2.w_2[at_ob_i + o + 51] = w33 - step_size * mean33 / (sqrt(square33) * v_scale + epsilon);
      }
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (group >= 552 && group < 584) {
      let member = mine / 4;
      let tile = (group - 552) * 4 + mine % 4;
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
        let m_o: f32 = all_w_3.m_3[o];
        let v_o: f32 = all_w_3.v_3[o];
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
        all_w_3.m_3[o] = mean;
        all_w_3.v_3[o] = square;
        all_w_3.w_3[o] = w_o - step_size * mean / (sqrt(square) * v_scale + epsilon);
      }
    }
  }
}
