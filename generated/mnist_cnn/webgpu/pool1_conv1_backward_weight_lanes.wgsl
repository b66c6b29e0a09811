// kernel    pool1_conv1_backward_weight_lanes   dw_lanes[o,c,r,s,n] = sum over nb,i,j of (if code[nb,o,i,j,n] = 0 then dy[nb,o,i,j,n] else 0) * x[nb,c,2i+r-2,2j+s-2,n] + (if code[nb,o,i,j,n] = 1 th…
// shape     o = 32, c = 1, r = 5, s = 5, n = 16, nb = 4, i = 14, j = 14   (f32)
// schedule  tile o 8 · vectorize n · grid o, c, r, s, n
// cost      80.3 MFLOP · 3.4 MB read · 51.2 kB written · 23 FLOP/B · 8 accumulators
// source    kernels/max_pool2d.ts + kernels/conv2d.ts sha256:947e3bd2   regenerate: deno task generate specs/mnist_cnn.json
@group(1) @binding(0) var<storage, read> code: array<vec4<i32>>;
@group(1) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read_write> dw_lanes: array<vec4<f32>>;

@compute @workgroup_size(64) // 7 workgroups
fn pool1_conv1_backward_weight_lanes(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 400) {
    let o = (point / 100) * 8;
    let r = point / 20 % 5;
    let s = point / 4 % 5;
    let n = (point % 4) * 4;
    let code_at_o: i32 = o * 3136;
    let code_at_o_n: i32 = code_at_o + n;
    let x_at_r: i32 = r * 512;
    let x_at_r_s: i32 = x_at_r + s * 16;
    let x_at_r_s_n: i32 = x_at_r_s + n;
    let dw_lanes_at_o: i32 = o * 400;
    let dw_lanes_at_o_r: i32 = dw_lanes_at_o + r * 80;
    let dw_lanes_at_o_r_s: i32 = dw_lanes_at_o_r + s * 16;

    // seed
    var dw_lanes0: vec4<f32> = vec4<f32>(0f);
    var dw_lanes1: vec4<f32> = vec4<f32>(0f);
    var dw_lanes2: vec4<f32> = vec4<f32>(0f);
    var dw_lanes3: vec4<f32> = vec4<f32>(0f);
    var dw_lanes4: vec4<f32> = vec4<f32>(0f);
    var dw_lanes5: vec4<f32> = vec4<f32>(0f);
    var dw_lanes6: vec4<f32> = vec4<f32>(0f);
    var dw_lanes7: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var nb = 0; nb < 4; nb += 1) {
      let code_at_o_n_nb: i32 = code_at_o_n + nb * 100352;
      let x_at_r_s_n_nb: i32 = x_at_r_s_n + nb * 16384;
      for (var i = 0; i < 14; i += 1) {
        let code_at_o_n_nb_i: i32 = code_at_o_n_nb + i * 224;
        let x_at_r_s_n_nb_i: i32 = x_at_r_s_n_nb + i * 1024;
        for (var j = 0; j < 14; j += 1) {
          let code_at_o_n_nb_i_j: i32 = code_at_o_n_nb_i + j * 16;
          let x_at_r_s_n_nb_i_j: i32 = x_at_r_s_n_nb_i + j * 32;
          let code0: vec4<i32> = code[code_at_o_n_nb_i_j / 4];
          let dy0: vec4<f32> = dy[code_at_o_n_nb_i_j / 4];
          let dy0_2: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(0));
          let x_nbcirjsn: vec4<f32> = x[x_at_r_s_n_nb_i_j / 4];
          dw_lanes0 += dy0_2 * x_nbcirjsn;
          let code1: vec4<i32> = code[(code_at_o_n_nb_i_j + 3136) / 4];
          let dy1: vec4<f32> = dy[(code_at_o_n_nb_i_j + 3136) / 4];
          let dy1_2: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(0));
          dw_lanes1 += dy1_2 * x_nbcirjsn;
          let code2: vec4<i32> = code[(code_at_o_n_nb_i_j + 6272) / 4];
          let dy2: vec4<f32> = dy[(code_at_o_n_nb_i_j + 6272) / 4];
          let dy2_2: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(0));
          dw_lanes2 += dy2_2 * x_nbcirjsn;
          let code3: vec4<i32> = code[(code_at_o_n_nb_i_j + 9408) / 4];
          let dy3: vec4<f32> = dy[(code_at_o_n_nb_i_j + 9408) / 4];
          let dy3_2: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(0));
          dw_lanes3 += dy3_2 * x_nbcirjsn;
          let code4: vec4<i32> = code[(code_at_o_n_nb_i_j + 12544) / 4];
          let dy4: vec4<f32> = dy[(code_at_o_n_nb_i_j + 12544) / 4];
          let dy4_2: vec4<f32> = select(vec4<f32>(0f), dy4, code4 == vec4<i32>(0));
          dw_lanes4 += dy4_2 * x_nbcirjsn;
          let code5: vec4<i32> = code[(code_at_o_n_nb_i_j + 15680) / 4];
          let dy5: vec4<f32> = dy[(code_at_o_n_nb_i_j + 15680) / 4];
          let dy5_2: vec4<f32> = select(vec4<f32>(0f), dy5, code5 == vec4<i32>(0));
          dw_lanes5 += dy5_2 * x_nbcirjsn;
          let code6: vec4<i32> = code[(code_at_o_n_nb_i_j + 18816) / 4];
          let dy6: vec4<f32> = dy[(code_at_o_n_nb_i_j + 18816) / 4];
          let dy6_2: vec4<f32> = select(vec4<f32>(0f), dy6, code6 == vec4<i32>(0));
          dw_lanes6 += dy6_2 * x_nbcirjsn;
          let code7: vec4<i32> = code[(code_at_o_n_nb_i_j + 21952) / 4];
          let dy7: vec4<f32> = dy[(code_at_o_n_nb_i_j + 21952) / 4];
          let dy7_2: vec4<f32> = select(vec4<f32>(0f), dy7, code7 == vec4<i32>(0));
          dw_lanes7 += dy7_2 * x_nbcirjsn;
          let dy0_3: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(1));
          let x_nbcirjsn_2: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 16) / 4];
          dw_lanes0 += dy0_3 * x_nbcirjsn_2;
          let dy1_3: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(1));
          dw_lanes1 += dy1_3 * x_nbcirjsn_2;
          let dy2_3: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(1));
          dw_lanes2 += dy2_3 * x_nbcirjsn_2;
          let dy3_3: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(1));
          dw_lanes3 += dy3_3 * x_nbcirjsn_2;
          let dy4_3: vec4<f32> = select(vec4<f32>(0f), dy4, code4 == vec4<i32>(1));
          dw_lanes4 += dy4_3 * x_nbcirjsn_2;
          let dy5_3: vec4<f32> = select(vec4<f32>(0f), dy5, code5 == vec4<i32>(1));
          dw_lanes5 += dy5_3 * x_nbcirjsn_2;
          let dy6_3: vec4<f32> = select(vec4<f32>(0f), dy6, code6 == vec4<i32>(1));
          dw_lanes6 += dy6_3 * x_nbcirjsn_2;
          let dy7_3: vec4<f32> = select(vec4<f32>(0f), dy7, code7 == vec4<i32>(1));
          dw_lanes7 += dy7_3 * x_nbcirjsn_2;
          let dy0_4: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(2));
          let x_nbcirjsn_3: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 512) / 4];
          dw_lanes0 += dy0_4 * x_nbcirjsn_3;
          let dy1_4: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(2));
          dw_lanes1 += dy1_4 * x_nbcirjsn_3;
          let dy2_4: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(2));
          dw_lanes2 += dy2_4 * x_nbcirjsn_3;
          let dy3_4: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(2));
          dw_lanes3 += dy3_4 * x_nbcirjsn_3;
          let dy4_4: vec4<f32> = select(vec4<f32>(0f), dy4, code4 == vec4<i32>(2));
          dw_lanes4 += dy4_4 * x_nbcirjsn_3;
          let dy5_4: vec4<f32> = select(vec4<f32>(0f), dy5, code5 == vec4<i32>(2));
          dw_lanes5 += dy5_4 * x_nbcirjsn_3;
          let dy6_4: vec4<f32> = select(vec4<f32>(0f), dy6, code6 == vec4<i32>(2));
          dw_lanes6 += dy6_4 * x_nbcirjsn_3;
          let dy7_4: vec4<f32> = select(vec4<f32>(0f), dy7, code7 == vec4<i32>(2));
          dw_lanes7 += dy7_4 * x_nbcirjsn_3;
          let dy0_5: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(3));
          let x_nbcirjsn_4: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 528) / 4];
          dw_lanes0 += dy0_5 * x_nbcirjsn_4;
          let dy1_5: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(3));
          dw_lanes1 += dy1_5 * x_nbcirjsn_4;
          let dy2_5: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(3));
          dw_lanes2 += dy2_5 * x_nbcirjsn_4;
          let dy3_5: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(3));
          dw_lanes3 += dy3_5 * x_nbcirjsn_4;
          let dy4_5: vec4<f32> = select(vec4<f32>(0f), dy4, code4 == vec4<i32>(3));
          dw_lanes4 += dy4_5 * x_nbcirjsn_4;
          let dy5_5: vec4<f32> = select(vec4<f32>(0f), dy5, code5 == vec4<i32>(3));
          dw_lanes5 += dy5_5 * x_nbcirjsn_4;
          let dy6_5: vec4<f32> = select(vec4<f32>(0f), dy6, code6 == vec4<i32>(3));
          dw_lanes6 += dy6_5 * x_nbcirjsn_4;
          let dy7_5: vec4<f32> = select(vec4<f32>(0f), dy7, code7 == vec4<i32>(3));
          dw_lanes7 += dy7_5 * x_nbcirjsn_4;
        }
      }
    }

    // finish
    dw_lanes[(dw_lanes_at_o_r_s + n) / 4] = dw_lanes0;
    dw_lanes[(dw_lanes_at_o_r_s + n + 400) / 4] = dw_lanes1;
    dw_lanes[(dw_lanes_at_o_r_s + n + 800) / 4] = dw_lanes2;
    dw_lanes[(dw_lanes_at_o_r_s + n + 1200) / 4] = dw_lanes3;
    dw_lanes[(dw_lanes_at_o_r_s + n + 1600) / 4] = dw_lanes4;
    dw_lanes[(dw_lanes_at_o_r_s + n + 2000) / 4] = dw_lanes5;
    dw_lanes[(dw_lanes_at_o_r_s + n + 2400) / 4] = dw_lanes6;
    dw_lanes[(dw_lanes_at_o_r_s + n + 2800) / 4] = dw_lanes7;
  }
}
