// kernel    linear2_backward_update_weight   dw = sum over nb,n of x[nb,8ib+i,n] * dy[nb,o,n]; gradient = dw + l2 * w[ib,o,i]; g = if abs(gradient) < 8.881784e-16 then 0 else gradient
//           t = beta1 * m[ib,o,i] + beta1_rest * g; mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[ib,o,i] + beta2_rest * g * g
//           square = if abs(t_2) < 1.175494e-38 then 0 else t_2; m[ib,o,i] = mean; v[ib,o,i] = square
//           w[ib,o,i] = w[ib,o,i] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     ib = 15, o = 84, i = 8, nb = 4, n = 16   (f32)
// schedule  tile o 2, i 4 · unroll nb 2 · vectorize n · grid ib, o, i · split n 4, nb 2
// cost      1.4 MFLOP · 173.2 kB read · 121.0 kB written · 4.9 FLOP/B · 8 accumulators
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:7f32bb3e   regenerate: deno task generate specs/lenet5.json
// kernel    linear1_backward_input   dx[nb,16ib+i,n] = sum over o of dy[nb,o,n] * w[ib,o,i]
// shape     nb = 4, ib = 25, i = 16, n = 16, o = 120   (f32)
// schedule  tile i 4, n 2 · unroll o 5 · vectorize n · grid nb, ib, i, n · split o 8
// cost      6.1 MFLOP · 222.7 kB read · 102.4 kB written · 19 FLOP/B · 8 accumulators
// source    kernels/layers/linear.ts sha256:65353f47   regenerate: deno task generate specs/lenet5.json
// kernel    linear1_backward_update_bias   db = sum over nb,n of dy[nb,o,n]; g = if abs(db) < 8.881784e-16 then 0 else db; t = beta1 * m[o] + beta1_rest * g
//           mean = if abs(t) < 8.881784e-16 then 0 else t; t_2 = beta2 * v[o] + beta2_rest * g * g; square = if abs(t_2) < 1.175494e-38 then 0 else t_2
//           m[o] = mean; v[o] = square; w[o] = w[o] - step_size * mean / (sqrt(square) * v_scale + epsilon)
// shape     o = 120, nb = 4, n = 16   (f32)
// schedule  vectorize n · grid o · split n 4, nb 4
// cost      9.2 kFLOP · 32.2 kB read · 1440 B written · 0.3 FLOP/B · 1 accumulator
// source    kernels/layers/linear.ts + kernels/optimizers/adam.ts sha256:2cd29143   regenerate: deno task generate specs/lenet5.json
@group(0) @binding(0) var<uniform> step_row: i32;
struct All_w { w: array<f32, 10080>, m: array<f32, 10080>, v: array<f32, 10080> }
@group(1) @binding(0) var<storage, read_write> all_w: All_w;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> params: array<f32>;
@group(1) @binding(4) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read> w_2: array<f32>;
@group(1) @binding(6) var<storage, read_write> dx: array<vec4<f32>>;
struct All_w_3 { w_3: array<f32, 120>, m_2: array<f32, 120>, v_2: array<f32, 120> }
@group(1) @binding(7) var<storage, read_write> all_w_3: All_w_3;
var<workgroup> sums_4: array<vec4<f32>, 512>;

@compute @workgroup_size(64) // 288 workgroups
fn linear2_backward_update_weight_and_2_more(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) groups: vec3<u32>,
  @builtin(local_invocation_index) invocation: u32,
) {
  // workgroups of each kernel lie scattered: none of them is all at the end
  let group = i32(groups.x) * 179 % 288;
  let mine = i32(invocation);
  let point = group * 64 + mine;
  let step = step_row;
  {
    let params_at_step: i32 = step * 9;
    if (group < 158) {
      let member = mine / 8;
      let tile = group * 8 + mine % 8;
      let leads = member == 0 && tile <= 1259;
      let ib = min(tile, 1259) / 84;
      let o = (min(tile, 1259) / 2 % 42) * 2;
      let i = (min(tile, 1259) % 2) * 4;
      let n_member = member / 2;
      let nb_member = member % 2;
      let x_at_nb_member: i32 = nb_member * 1920;
      let x_at_nb_member_ib: i32 = x_at_nb_member + ib * 128;
      let x_at_nb_member_ib_i: i32 = x_at_nb_member_ib + i * 16;
      let x_at_nb_member_ib_i_n_member: i32 = x_at_nb_member_ib_i + n_member * 4;
      let dy_at_nb_member: i32 = nb_member * 1344;
      let dy_at_nb_member_o: i32 = dy_at_nb_member + o * 16;
      let dy_at_nb_member_o_n_member: i32 = dy_at_nb_member_o + n_member * 4;
      let at_ib: i32 = ib * 672;
      let at_ib_o: i32 = at_ib + o * 8;

      // seed
      var dw00: vec4<f32> = vec4<f32>(0f);
      var dw01: vec4<f32> = vec4<f32>(0f);
      var dw02: vec4<f32> = vec4<f32>(0f);
      var dw03: vec4<f32> = vec4<f32>(0f);
      var dw10: vec4<f32> = vec4<f32>(0f);
      var dw11: vec4<f32> = vec4<f32>(0f);
      var dw12: vec4<f32> = vec4<f32>(0f);
      var dw13: vec4<f32> = vec4<f32>(0f);

      // reduce
      let x00: vec4<f32> = x[x_at_nb_member_ib_i_n_member / 4];
      let dy00: vec4<f32> = dy[dy_at_nb_member_o_n_member / 4];
      dw00 += x00 * dy00;
      let x01: vec4<f32> = x[(x_at_nb_member_ib_i_n_member + 16) / 4];
      dw01 += x01 * dy00;
      let x02: vec4<f32> = x[(x_at_nb_member_ib_i_n_member + 32) / 4];
      dw02 += x02 * dy00;
      let x03: vec4<f32> = x[(x_at_nb_member_ib_i_n_member + 48) / 4];
      dw03 += x03 * dy00;
      let dy01: vec4<f32> = dy[(dy_at_nb_member_o_n_member + 16) / 4];
      dw10 += x00 * dy01;
      dw11 += x01 * dy01;
      dw12 += x02 * dy01;
      dw13 += x03 * dy01;
      let x10: vec4<f32> = x[(x_at_nb_member_ib_i_n_member + 3840) / 4];
      let dy10: vec4<f32> = dy[(dy_at_nb_member_o_n_member + 2688) / 4];
      dw00 += x10 * dy10;
      let x11: vec4<f32> = x[(x_at_nb_member_ib_i_n_member + 3856) / 4];
      dw01 += x11 * dy10;
      let x12: vec4<f32> = x[(x_at_nb_member_ib_i_n_member + 3872) / 4];
      dw02 += x12 * dy10;
      let x13: vec4<f32> = x[(x_at_nb_member_ib_i_n_member + 3888) / 4];
      dw03 += x13 * dy10;
      let dy11: vec4<f32> = dy[(dy_at_nb_member_o_n_member + 2704) / 4];
      dw10 += x10 * dy11;
      dw11 += x11 * dy11;
      dw12 += x12 * dy11;
      dw13 += x13 * dy11;

      // combine
      sums_4[mine] = dw00;
      sums_4[mine + 64] = dw01;
      sums_4[mine + 128] = dw02;
      sums_4[mine + 192] = dw03;
      sums_4[mine + 256] = dw10;
      sums_4[mine + 320] = dw11;
      sums_4[mine + 384] = dw12;
      sums_4[mine + 448] = dw13;
      workgroupBarrier();
      if (member < 8) {
        let first = member * 64 + mine % 8;
        var team_total = sums_4[first];
        for (var at = 8; at < 64; at += 8) { team_total += sums_4[first + at]; }
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
        let m00: f32 = all_w.m[at_ib_o + i];
        let w00: f32 = all_w.w[at_ib_o + i];
        let v00: f32 = all_w.v[at_ib_o + i];
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
        all_w.m[at_ib_o + i] = mean00;
        all_w.v[at_ib_o + i] = square00;
        all_w.w[at_ib_o + i] = w00 - step_size * mean00 / (sqrt(square00) * v_scale + epsilon);
        let m01: f32 = all_w.m[at_ib_o + i + 1];
        let w01: f32 = all_w.w[at_ib_o + i + 1];
        let v01: f32 = all_w.v[at_ib_o + i + 1];
        let gradient01: f32 = dw_total01 + l2 * w01;
        let g01: f32 = select(gradient01, 0f, abs(gradient01) < 8.881784197001252e-16f);
        let t01: f32 = beta1 * m01 + beta1_rest * g01;
        let mean01: f32 = select(t01, 0f, abs(t01) < 8.881784197001252e-16f);
        let t01_2: f32 = beta2 * v01 + beta2_rest * g01 * g01;
        let square01: f32 = select(t01_2, 0f, abs(t01_2) < 1.1754943508222875e-38f);
        all_w.m[at_ib_o + i + 1] = mean01;
        all_w.v[at_ib_o + i + 1] = square01;
        all_w.w[at_ib_o + i + 1] = w01 - step_size * mean01 / (sqrt(square01) * v_scale + epsilon);
        let m02: f32 = all_w.m[at_ib_o + i + 2];
        let w02: f32 = all_w.w[at_ib_o + i + 2];
        let v02: f32 = all_w.v[at_ib_o + i + 2];
        let gradient02: f32 = dw_total02 + l2 * w02;
        let g02: f32 = select(gradient02, 0f, abs(gradient02) < 8.881784197001252e-16f);
        let t02: f32 = beta1 * m02 + beta1_rest * g02;
        let mean02: f32 = select(t02, 0f, abs(t02) < 8.881784197001252e-16f);
        let t02_2: f32 = beta2 * v02 + beta2_rest * g02 * g02;
        let square02: f32 = select(t02_2, 0f, abs(t02_2) < 1.1754943508222875e-38f);
        all_w.m[at_ib_o + i + 2] = mean02;
        all_w.v[at_ib_o + i + 2] = square02;
        all_w.w[at_ib_o + i + 2] = w02 - step_size * mean02 / (sqrt(square02) * v_scale + epsilon);
        let m03: f32 = all_w.m[at_ib_o + i + 3];
        let w03: f32 = all_w.w[at_ib_o + i + 3];
        let v03: f32 = all_w.v[at_ib_o + i + 3];
        let gradient03: f32 = dw_total03 + l2 * w03;
        let g03: f32 = select(gradient03, 0f, abs(gradient03) < 8.881784197001252e-16f);
        let t03: f32 = beta1 * m03 + beta1_rest * g03;
        let mean03: f32 = select(t03, 0f, abs(t03) < 8.881784197001252e-16f);
        let t03_2: f32 = beta2 * v03 + beta2_rest * g03 * g03;
        let square03: f32 = select(t03_2, 0f, abs(t03_2) < 1.1754943508222875e-38f);
        all_w.m[at_ib_o + i + 3] = mean03;
        all_w.v[at_ib_o + i + 3] = square03;
        all_w.w[at_ib_o + i + 3] = w03 - step_size * mean03 / (sqrt(square03) * v_scale + epsilon);
        let m10: f32 = all_w.m[at_ib_o + i + 8];
        let w10: f32 = all_w.w[at_ib_o + i + 8];
        let v10: f32 = all_w.v[at_ib_o + i + 8];
        let gradient10: f32 = dw_total10 + l2 * w10;
        let g10: f32 = select(gradient10, 0f, abs(gradient10) < 8.881784197001252e-16f);
        let t10: f32 = beta1 * m10 + beta1_rest * g10;
        let mean10: f32 = select(t10, 0f, abs(t10) < 8.881784197001252e-16f);
        let t10_2: f32 = beta2 * v10 + beta2_rest * g10 * g10;
        let square10: f32 = select(t10_2, 0f, abs(t10_2) < 1.1754943508222875e-38f);
        all_w.m[at_ib_o + i + 8] = mean10;
        all_w.v[at_ib_o + i + 8] = square10;
        all_w.w[at_ib_o + i + 8] = w10 - step_size * mean10 / (sqrt(square10) * v_scale + epsilon);
        let m11: f32 = all_w.m[at_ib_o + i + 9];
        let w11: f32 = all_w.w[at_ib_o + i + 9];
        let v11: f32 = all_w.v[at_ib_o + i + 9];
        let gradient11: f32 = dw_total11 + l2 * w11;
        let g11: f32 = select(gradient11, 0f, abs(gradient11) < 8.881784197001252e-16f);
        let t11: f32 = beta1 * m11 + beta1_rest * g11;
        let mean11: f32 = select(t11, 0f, abs(t11) < 8.881784197001252e-16f);
        let t11_2: f32 = beta2 * v11 + beta2_rest * g11 * g11;
        let square11: f32 = select(t11_2, 0f, abs(t11_2) < 1.1754943508222875e-38f);
        all_w.m[at_ib_o + i + 9] = mean11;
        all_w.v[at_ib_o + i + 9] = square11;
        all_w.w[at_ib_o + i + 9] = w11 - step_size * mean11 / (sqrt(square11) * v_scale + epsilon);
        let m12: f32 = all_w.m[at_ib_o + i + 10];
        let w12: f32 = all_w.w[at_ib_o + i + 10];
        let v12: f32 = all_w.v[at_ib_o + i + 10];
        let gradient12: f32 = dw_total12 + l2 * w12;
        let g12: f32 = select(gradient12, 0f, abs(gradient12) < 8.881784197001252e-16f);
        let t12: f32 = beta1 * m12 + beta1_rest * g12;
        let mean12: f32 = select(t12, 0f, abs(t12) < 8.881784197001252e-16f);
        let t12_2: f32 = beta2 * v12 + beta2_rest * g12 * g12;
        let square12: f32 = select(t12_2, 0f, abs(t12_2) < 1.1754943508222875e-38f);
        all_w.m[at_ib_o + i + 10] = mean12;
        all_w.v[at_ib_o + i + 10] = square12;
        all_w.w[at_ib_o + i + 10] = w12 - step_size * mean12 / (sqrt(square12) * v_scale + epsilon);
        let m13: f32 = all_w.m[at_ib_o + i + 11];
        let w13: f32 = all_w.w[at_ib_o + i + 11];
        let v13: f32 = all_w.v[at_ib_o + i + 11];
        let gradient13: f32 = dw_total13 + l2 * w13;
        let g13: f32 = select(gradient13, 0f, abs(gradient13) < 8.881784197001252e-16f);
        let t13: f32 = beta1 * m13 + beta1_rest * g13;
        let mean13: f32 = select(t13, 0f, abs(t13) < 8.881784197001252e-16f);
        let t13_2: f32 = beta2 * v13 + beta2_rest * g13 * g13;
        let square13: f32 = select(t13_2, 0f, abs(t13_2) < 1.1754943508222875e-38f);
        all_w.m[at_ib_o + i + 11] = mean13;
        all_w.v[at_ib_o + i + 11] = square13;
        all_w.w[at_ib_o + i + 11] = w13 - step_size * mean13 / (sqrt(square13) * v_scale + epsilon);
      }
    }
  }
  {
    if (group >= 158 && group < 258) {
      let member = mine / 8;
      let tile = (group - 158) * 8 + mine % 8;
      let leads = member == 0;
      let nb = tile / 200;
      let ib = tile / 8 % 25;
      let i = (tile / 2 % 4) * 4;
      let n = (tile % 2) * 8;
      let o_member = member;
      let dy_at_nb: i32 = nb * 1920;
      let dy_at_nb_o_member: i32 = dy_at_nb + o_member * 16;
      let dy_at_nb_o_member_n: i32 = dy_at_nb_o_member + n;
      let w_at_ib: i32 = ib * 1920;
      let w_at_ib_o_member: i32 = w_at_ib + o_member * 16;
      let w_at_ib_o_member_i: i32 = w_at_ib_o_member + i;
      let dx_at_nb: i32 = nb * 6400;
      let dx_at_nb_ib: i32 = dx_at_nb + ib * 256;
      let dx_at_nb_ib_i: i32 = dx_at_nb_ib + i * 16;

      // seed
      var dx00: vec4<f32> = vec4<f32>(0f);
      var dx01: vec4<f32> = vec4<f32>(0f);
      var dx10: vec4<f32> = vec4<f32>(0f);
      var dx11: vec4<f32> = vec4<f32>(0f);
      var dx20: vec4<f32> = vec4<f32>(0f);
      var dx21: vec4<f32> = vec4<f32>(0f);
      var dx30: vec4<f32> = vec4<f32>(0f);
      var dx31: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var o = 0; o < 120; o += 40) {
        let dy_at_nb_o_member_n_o: i32 = dy_at_nb_o_member_n + o * 16;
        let w_at_ib_o_member_i_o: i32 = w_at_ib_o_member_i + o * 16;
        let dy00: vec4<f32> = dy_2[dy_at_nb_o_member_n_o / 4];
        let w00_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o]);
        dx00 += dy00 * w00_all;
        let dy01: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 4) / 4];
        dx01 += dy01 * w00_all;
        let w01_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 1]);
        dx10 += dy00 * w01_all;
        dx11 += dy01 * w01_all;
        let w02_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 2]);
        dx20 += dy00 * w02_all;
        dx21 += dy01 * w02_all;
        let w03_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 3]);
        dx30 += dy00 * w03_all;
        dx31 += dy01 * w03_all;
        let dy10: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 128) / 4];
        let w10_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 128]);
        dx00 += dy10 * w10_all;
        let dy11: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 132) / 4];
        dx01 += dy11 * w10_all;
        let w11_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 129]);
        dx10 += dy10 * w11_all;
        dx11 += dy11 * w11_all;
        let w12_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 130]);
        dx20 += dy10 * w12_all;
        dx21 += dy11 * w12_all;
        let w13_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 131]);
        dx30 += dy10 * w13_all;
        dx31 += dy11 * w13_all;
        let dy20: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 256) / 4];
        let w20_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 256]);
        dx00 += dy20 * w20_all;
        let dy21: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 260) / 4];
        dx01 += dy21 * w20_all;
        let w21_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 257]);
        dx10 += dy20 * w21_all;
        dx11 += dy21 * w21_all;
        let w22_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 258]);
        dx20 += dy20 * w22_all;
        dx21 += dy21 * w22_all;
        let w23_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 259]);
        dx30 += dy20 * w23_all;
        dx31 += dy21 * w23_all;
        let dy30: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 384) / 4];
        let w30_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 384]);
        dx00 += dy30 * w30_all;
        let dy31: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 388) / 4];
        dx01 += dy31 * w30_all;
        let w31_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 385]);
        dx10 += dy30 * w31_all;
        dx11 += dy31 * w31_all;
        let w32_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 386]);
        dx20 += dy30 * w32_all;
        dx21 += dy31 * w32_all;
        let w33_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 387]);
        dx30 += dy30 * w33_all;
        dx31 += dy31 * w33_all;
        let dy40: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 512) / 4];
        let w40_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 512]);
        dx00 += dy40 * w40_all;
        let dy41: vec4<f32> = dy_2[(dy_at_nb_o_member_n_o + 516) / 4];
        dx01 += dy41 * w40_all;
        let w41_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 513]);
        dx10 += dy40 * w41_all;
        dx11 += dy41 * w41_all;
        let w42_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 514]);
        dx20 += dy40 * w42_all;
        dx21 += dy41 * w42_all;
        let w43_all: vec4<f32> = vec4<f32>(w_2[w_at_ib_o_member_i_o + 515]);
        dx30 += dy40 * w43_all;
        dx31 += dy41 * w43_all;
      }

      // combine
      sums_4[mine] = dx00;
      sums_4[mine + 64] = dx01;
      sums_4[mine + 128] = dx10;
      sums_4[mine + 192] = dx11;
      sums_4[mine + 256] = dx20;
      sums_4[mine + 320] = dx21;
      sums_4[mine + 384] = dx30;
      sums_4[mine + 448] = dx31;
      workgroupBarrier();
      if (member < 8) {
        let first = member * 64 + mine % 8;
        var team_total = sums_4[first];
        for (var at = 8; at < 64; at += 8) { team_total += sums_4[first + at]; }
        sums_4[first] = team_total;
      }
      workgroupBarrier();
      dx00 = sums_4[mine];
      dx01 = sums_4[mine + 64];
      dx10 = sums_4[mine + 128];
      dx11 = sums_4[mine + 192];
      dx20 = sums_4[mine + 256];
      dx21 = sums_4[mine + 320];
      dx30 = sums_4[mine + 384];
      dx31 = sums_4[mine + 448];
      if (leads) {
        // finish
        dx[(dx_at_nb_ib_i + n) / 4] = dx00;
        dx[(dx_at_nb_ib_i + n + 4) / 4] = dx01;
        dx[(dx_at_nb_ib_i + n + 16) / 4] = dx10;
        dx[(dx_at_nb_ib_i + n + 20) / 4] = dx11;
        dx[(dx_at_nb_ib_i + n + 32) / 4] = dx20;
        dx[(dx_at_nb_ib_i + n + 36) / 4] = dx21;
        dx[(dx_at_nb_ib_i + n + 48) / 4] = dx30;
        dx[(dx_at_nb_ib_i + n + 52) / 4] = dx31;
      }
    }
  }
  {
    let params_at_step: i32 = step * 9;
    if (group >= 258 && group < 288) {
      let member = mine / 4;
      let tile = (group - 258) * 4 + mine % 4;
      let leads = member == 0;
      let o = tile;
      let n_member = member / 4;
      let nb_member = member % 4;
      let dy_at_nb_member: i32 = nb_member * 1920;
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
