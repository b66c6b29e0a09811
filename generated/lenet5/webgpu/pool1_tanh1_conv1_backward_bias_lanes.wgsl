// kernel    pool1_tanh1_conv1_backward_bias_lanes   value = dy[nb,o,i,j,n] * 0.25
//           db_lanes[o,n] = sum over nb,i,j of value * (1 - y[nb,o,2i,2j,n] * y[nb,o,2i,2j,n]) + value * (1 - y[nb,o,2i,2j+1,n] * y[nb,o,2i,2j+1,n]) + value * (1…
// shape     o = 6, n = 16, nb = 4, i = 14, j = 14   (f32)
// schedule  unroll j 7 · vectorize n · grid o, n
// cost      1.3 MFLOP · 1.5 MB read · 384 B written · 0.8 FLOP/B · 1 accumulator
// source    kernels/avg_pool2d.ts + kernels/tanh.ts + kernels/conv2d.ts sha256:918faca6   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> y: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> db_lanes: array<vec4<f32>>;

@compute @workgroup_size(64) // 1 workgroups
fn pool1_tanh1_conv1_backward_bias_lanes(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 24) {
    let o = point / 4;
    let n = (point % 4) * 4;
    let dy_at_o: i32 = o * 3136;
    let dy_at_o_n: i32 = dy_at_o + n;
    let y_at_o: i32 = o * 12544;
    let y_at_o_n: i32 = y_at_o + n;
    let db_lanes_at_o: i32 = o * 16;

    // seed
    var db_lanes_sum: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var nb = 0; nb < 4; nb += 1) {
      let dy_at_o_n_nb: i32 = dy_at_o_n + nb * 18816;
      let y_at_o_n_nb: i32 = y_at_o_n + nb * 75264;
      for (var i = 0; i < 14; i += 1) {
        let dy_at_o_n_nb_i: i32 = dy_at_o_n_nb + i * 224;
        let y_at_o_n_nb_i: i32 = y_at_o_n_nb + i * 896;
        for (var j = 0; j < 14; j += 7) {
          let dy_at_o_n_nb_i_j: i32 = dy_at_o_n_nb_i + j * 16;
          let y_at_o_n_nb_i_j: i32 = y_at_o_n_nb_i + j * 32;
          let dy0: vec4<f32> = dy[dy_at_o_n_nb_i_j / 4];
          let value0: vec4<f32> = dy0 * vec4<f32>(0.25f);
          let y0: vec4<f32> = y[y_at_o_n_nb_i_j / 4];
          let dy0_2: vec4<f32> = value0 * (vec4<f32>(1f) - y0 * y0);
          db_lanes_sum += dy0_2;
          let y0_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 16) / 4];
          let dy0_3: vec4<f32> = value0 * (vec4<f32>(1f) - y0_2 * y0_2);
          db_lanes_sum += dy0_3;
          let y0_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 448) / 4];
          let dy0_4: vec4<f32> = value0 * (vec4<f32>(1f) - y0_3 * y0_3);
          db_lanes_sum += dy0_4;
          let y0_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 464) / 4];
          let dy0_5: vec4<f32> = value0 * (vec4<f32>(1f) - y0_4 * y0_4);
          db_lanes_sum += dy0_5;
          let dy1: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 16) / 4];
          let value1: vec4<f32> = dy1 * vec4<f32>(0.25f);
          let y2: vec4<f32> = y[(y_at_o_n_nb_i_j + 32) / 4];
          let dy1_2: vec4<f32> = value1 * (vec4<f32>(1f) - y2 * y2);
          db_lanes_sum += dy1_2;
          let y2_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 48) / 4];
          let dy1_3: vec4<f32> = value1 * (vec4<f32>(1f) - y2_2 * y2_2);
          db_lanes_sum += dy1_3;
          let y2_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 480) / 4];
          let dy1_4: vec4<f32> = value1 * (vec4<f32>(1f) - y2_3 * y2_3);
          db_lanes_sum += dy1_4;
          let y2_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 496) / 4];
          let dy1_5: vec4<f32> = value1 * (vec4<f32>(1f) - y2_4 * y2_4);
          db_lanes_sum += dy1_5;
          let dy2: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 32) / 4];
          let value2: vec4<f32> = dy2 * vec4<f32>(0.25f);
          let y4: vec4<f32> = y[(y_at_o_n_nb_i_j + 64) / 4];
          let dy2_2: vec4<f32> = value2 * (vec4<f32>(1f) - y4 * y4);
          db_lanes_sum += dy2_2;
          let y4_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 80) / 4];
          let dy2_3: vec4<f32> = value2 * (vec4<f32>(1f) - y4_2 * y4_2);
          db_lanes_sum += dy2_3;
          let y4_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 512) / 4];
          let dy2_4: vec4<f32> = value2 * (vec4<f32>(1f) - y4_3 * y4_3);
          db_lanes_sum += dy2_4;
          let y4_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 528) / 4];
          let dy2_5: vec4<f32> = value2 * (vec4<f32>(1f) - y4_4 * y4_4);
          db_lanes_sum += dy2_5;
          let dy3: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 48) / 4];
          let value3: vec4<f32> = dy3 * vec4<f32>(0.25f);
          let y6: vec4<f32> = y[(y_at_o_n_nb_i_j + 96) / 4];
          let dy3_2: vec4<f32> = value3 * (vec4<f32>(1f) - y6 * y6);
          db_lanes_sum += dy3_2;
          let y6_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 112) / 4];
          let dy3_3: vec4<f32> = value3 * (vec4<f32>(1f) - y6_2 * y6_2);
          db_lanes_sum += dy3_3;
          let y6_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 544) / 4];
          let dy3_4: vec4<f32> = value3 * (vec4<f32>(1f) - y6_3 * y6_3);
          db_lanes_sum += dy3_4;
          let y6_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 560) / 4];
          let dy3_5: vec4<f32> = value3 * (vec4<f32>(1f) - y6_4 * y6_4);
          db_lanes_sum += dy3_5;
          let dy4: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 64) / 4];
          let value4: vec4<f32> = dy4 * vec4<f32>(0.25f);
          let y8: vec4<f32> = y[(y_at_o_n_nb_i_j + 128) / 4];
          let dy4_2: vec4<f32> = value4 * (vec4<f32>(1f) - y8 * y8);
          db_lanes_sum += dy4_2;
          let y8_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 144) / 4];
          let dy4_3: vec4<f32> = value4 * (vec4<f32>(1f) - y8_2 * y8_2);
          db_lanes_sum += dy4_3;
          let y8_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 576) / 4];
          let dy4_4: vec4<f32> = value4 * (vec4<f32>(1f) - y8_3 * y8_3);
          db_lanes_sum += dy4_4;
          let y8_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 592) / 4];
          let dy4_5: vec4<f32> = value4 * (vec4<f32>(1f) - y8_4 * y8_4);
          db_lanes_sum += dy4_5;
          let dy5: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 80) / 4];
          let value5: vec4<f32> = dy5 * vec4<f32>(0.25f);
          let y_10: vec4<f32> = y[(y_at_o_n_nb_i_j + 160) / 4];
          let dy5_2: vec4<f32> = value5 * (vec4<f32>(1f) - y_10 * y_10);
          db_lanes_sum += dy5_2;
          let y_10_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 176) / 4];
          let dy5_3: vec4<f32> = value5 * (vec4<f32>(1f) - y_10_2 * y_10_2);
          db_lanes_sum += dy5_3;
          let y_10_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 608) / 4];
          let dy5_4: vec4<f32> = value5 * (vec4<f32>(1f) - y_10_3 * y_10_3);
          db_lanes_sum += dy5_4;
          let y_10_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 624) / 4];
          let dy5_5: vec4<f32> = value5 * (vec4<f32>(1f) - y_10_4 * y_10_4);
          db_lanes_sum += dy5_5;
          let dy6: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 96) / 4];
          let value6: vec4<f32> = dy6 * vec4<f32>(0.25f);
          let y_12: vec4<f32> = y[(y_at_o_n_nb_i_j + 192) / 4];
          let dy6_2: vec4<f32> = value6 * (vec4<f32>(1f) - y_12 * y_12);
          db_lanes_sum += dy6_2;
          let y_12_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 208) / 4];
          let dy6_3: vec4<f32> = value6 * (vec4<f32>(1f) - y_12_2 * y_12_2);
          db_lanes_sum += dy6_3;
          let y_12_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 640) / 4];
          let dy6_4: vec4<f32> = value6 * (vec4<f32>(1f) - y_12_3 * y_12_3);
          db_lanes_sum += dy6_4;
          let y_12_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 656) / 4];
          let dy6_5: vec4<f32> = value6 * (vec4<f32>(1f) - y_12_4 * y_12_4);
          db_lanes_sum += dy6_5;
        }
      }
    }

    // finish
    db_lanes[(db_lanes_at_o + n) / 4] = db_lanes_sum;
  }
}
