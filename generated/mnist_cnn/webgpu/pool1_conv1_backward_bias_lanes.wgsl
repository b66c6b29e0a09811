// kernel    pool1_conv1_backward_bias_lanes   db_lanes[o,n] = sum over nb,i,j of (if code[nb,o,i,j,n] = 0 then dy[nb,o,i,j,n] else 0) + (if code[nb,o,i,j,n] = 1 then dy[nb,o,i,j,n] else 0) + (if …
// shape     o = 32, n = 16, nb = 4, i = 14, j = 14   (f32)
// schedule  unroll j 14 · vectorize n · grid o, n
// cost      1.6 MFLOP · 3.2 MB read · 2048 B written · 0.5 FLOP/B · 1 accumulator
// source    kernels/max_pool2d.ts + kernels/conv2d.ts sha256:6aeffe25   regenerate: deno task generate specs/mnist_cnn.json
@group(1) @binding(0) var<storage, read> code: array<vec4<i32>>;
@group(1) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> db_lanes: array<vec4<f32>>;

@compute @workgroup_size(64) // 2 workgroups
fn pool1_conv1_backward_bias_lanes(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 128) {
    let o = point / 4;
    let n = (point % 4) * 4;
    let code_at_o: i32 = o * 3136;
    let code_at_o_n: i32 = code_at_o + n;
    let db_lanes_at_o: i32 = o * 16;

    // seed
    var db_lanes_sum: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var nb = 0; nb < 4; nb += 1) {
      let code_at_o_n_nb: i32 = code_at_o_n + nb * 100352;
      for (var i = 0; i < 14; i += 1) {
        let code_at_o_n_nb_i: i32 = code_at_o_n_nb + i * 224;
        let code0: vec4<i32> = code[code_at_o_n_nb_i / 4];
        let dy0: vec4<f32> = dy[code_at_o_n_nb_i / 4];
        let dy0_2: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(0));
        db_lanes_sum += dy0_2;
        let dy0_3: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(1));
        db_lanes_sum += dy0_3;
        let dy0_4: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(2));
        db_lanes_sum += dy0_4;
        let dy0_5: vec4<f32> = select(vec4<f32>(0f), dy0, code0 == vec4<i32>(3));
        db_lanes_sum += dy0_5;
        let code1: vec4<i32> = code[(code_at_o_n_nb_i + 16) / 4];
        let dy1: vec4<f32> = dy[(code_at_o_n_nb_i + 16) / 4];
        let dy1_2: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(0));
        db_lanes_sum += dy1_2;
        let dy1_3: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(1));
        db_lanes_sum += dy1_3;
        let dy1_4: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(2));
        db_lanes_sum += dy1_4;
        let dy1_5: vec4<f32> = select(vec4<f32>(0f), dy1, code1 == vec4<i32>(3));
        db_lanes_sum += dy1_5;
        let code2: vec4<i32> = code[(code_at_o_n_nb_i + 32) / 4];
        let dy2: vec4<f32> = dy[(code_at_o_n_nb_i + 32) / 4];
        let dy2_2: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(0));
        db_lanes_sum += dy2_2;
        let dy2_3: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(1));
        db_lanes_sum += dy2_3;
        let dy2_4: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(2));
        db_lanes_sum += dy2_4;
        let dy2_5: vec4<f32> = select(vec4<f32>(0f), dy2, code2 == vec4<i32>(3));
        db_lanes_sum += dy2_5;
        let code3: vec4<i32> = code[(code_at_o_n_nb_i + 48) / 4];
        let dy3: vec4<f32> = dy[(code_at_o_n_nb_i + 48) / 4];
        let dy3_2: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(0));
        db_lanes_sum += dy3_2;
        let dy3_3: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(1));
        db_lanes_sum += dy3_3;
        let dy3_4: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(2));
        db_lanes_sum += dy3_4;
        let dy3_5: vec4<f32> = select(vec4<f32>(0f), dy3, code3 == vec4<i32>(3));
        db_lanes_sum += dy3_5;
        let code4: vec4<i32> = code[(code_at_o_n_nb_i + 64) / 4];
        let dy4: vec4<f32> = dy[(code_at_o_n_nb_i + 64) / 4];
        let dy4_2: vec4<f32> = select(vec4<f32>(0f), dy4, code4 == vec4<i32>(0));
        db_lanes_sum += dy4_2;
        let dy4_3: vec4<f32> = select(vec4<f32>(0f), dy4, code4 == vec4<i32>(1));
        db_lanes_sum += dy4_3;
        let dy4_4: vec4<f32> = select(vec4<f32>(0f), dy4, code4 == vec4<i32>(2));
        db_lanes_sum += dy4_4;
        let dy4_5: vec4<f32> = select(vec4<f32>(0f), dy4, code4 == vec4<i32>(3));
        db_lanes_sum += dy4_5;
        let code5: vec4<i32> = code[(code_at_o_n_nb_i + 80) / 4];
        let dy5: vec4<f32> = dy[(code_at_o_n_nb_i + 80) / 4];
        let dy5_2: vec4<f32> = select(vec4<f32>(0f), dy5, code5 == vec4<i32>(0));
        db_lanes_sum += dy5_2;
        let dy5_3: vec4<f32> = select(vec4<f32>(0f), dy5, code5 == vec4<i32>(1));
        db_lanes_sum += dy5_3;
        let dy5_4: vec4<f32> = select(vec4<f32>(0f), dy5, code5 == vec4<i32>(2));
        db_lanes_sum += dy5_4;
        let dy5_5: vec4<f32> = select(vec4<f32>(0f), dy5, code5 == vec4<i32>(3));
        db_lanes_sum += dy5_5;
        let code6: vec4<i32> = code[(code_at_o_n_nb_i + 96) / 4];
        let dy6: vec4<f32> = dy[(code_at_o_n_nb_i + 96) / 4];
        let dy6_2: vec4<f32> = select(vec4<f32>(0f), dy6, code6 == vec4<i32>(0));
        db_lanes_sum += dy6_2;
        let dy6_3: vec4<f32> = select(vec4<f32>(0f), dy6, code6 == vec4<i32>(1));
        db_lanes_sum += dy6_3;
        let dy6_4: vec4<f32> = select(vec4<f32>(0f), dy6, code6 == vec4<i32>(2));
        db_lanes_sum += dy6_4;
        let dy6_5: vec4<f32> = select(vec4<f32>(0f), dy6, code6 == vec4<i32>(3));
        db_lanes_sum += dy6_5;
        let code7: vec4<i32> = code[(code_at_o_n_nb_i + 112) / 4];
        let dy7: vec4<f32> = dy[(code_at_o_n_nb_i + 112) / 4];
        let dy7_2: vec4<f32> = select(vec4<f32>(0f), dy7, code7 == vec4<i32>(0));
        db_lanes_sum += dy7_2;
        let dy7_3: vec4<f32> = select(vec4<f32>(0f), dy7, code7 == vec4<i32>(1));
        db_lanes_sum += dy7_3;
        let dy7_4: vec4<f32> = select(vec4<f32>(0f), dy7, code7 == vec4<i32>(2));
        db_lanes_sum += dy7_4;
        let dy7_5: vec4<f32> = select(vec4<f32>(0f), dy7, code7 == vec4<i32>(3));
        db_lanes_sum += dy7_5;
        let code8: vec4<i32> = code[(code_at_o_n_nb_i + 128) / 4];
        let dy8: vec4<f32> = dy[(code_at_o_n_nb_i + 128) / 4];
        let dy8_2: vec4<f32> = select(vec4<f32>(0f), dy8, code8 == vec4<i32>(0));
        db_lanes_sum += dy8_2;
        let dy8_3: vec4<f32> = select(vec4<f32>(0f), dy8, code8 == vec4<i32>(1));
        db_lanes_sum += dy8_3;
        let dy8_4: vec4<f32> = select(vec4<f32>(0f), dy8, code8 == vec4<i32>(2));
        db_lanes_sum += dy8_4;
        let dy8_5: vec4<f32> = select(vec4<f32>(0f), dy8, code8 == vec4<i32>(3));
        db_lanes_sum += dy8_5;
        let code9: vec4<i32> = code[(code_at_o_n_nb_i + 144) / 4];
        let dy9: vec4<f32> = dy[(code_at_o_n_nb_i + 144) / 4];
        let dy9_2: vec4<f32> = select(vec4<f32>(0f), dy9, code9 == vec4<i32>(0));
        db_lanes_sum += dy9_2;
        let dy9_3: vec4<f32> = select(vec4<f32>(0f), dy9, code9 == vec4<i32>(1));
        db_lanes_sum += dy9_3;
        let dy9_4: vec4<f32> = select(vec4<f32>(0f), dy9, code9 == vec4<i32>(2));
        db_lanes_sum += dy9_4;
        let dy9_5: vec4<f32> = select(vec4<f32>(0f), dy9, code9 == vec4<i32>(3));
        db_lanes_sum += dy9_5;
        let code_10: vec4<i32> = code[(code_at_o_n_nb_i + 160) / 4];
        let dy_10: vec4<f32> = dy[(code_at_o_n_nb_i + 160) / 4];
        let dy_10_2: vec4<f32> = select(vec4<f32>(0f), dy_10, code_10 == vec4<i32>(0));
        db_lanes_sum += dy_10_2;
        let dy_10_3: vec4<f32> = select(vec4<f32>(0f), dy_10, code_10 == vec4<i32>(1));
        db_lanes_sum += dy_10_3;
        let dy_10_4: vec4<f32> = select(vec4<f32>(0f), dy_10, code_10 == vec4<i32>(2));
        db_lanes_sum += dy_10_4;
        let dy_10_5: vec4<f32> = select(vec4<f32>(0f), dy_10, code_10 == vec4<i32>(3));
        db_lanes_sum += dy_10_5;
        let code_11: vec4<i32> = code[(code_at_o_n_nb_i + 176) / 4];
        let dy_11: vec4<f32> = dy[(code_at_o_n_nb_i + 176) / 4];
        let dy_11_2: vec4<f32> = select(vec4<f32>(0f), dy_11, code_11 == vec4<i32>(0));
        db_lanes_sum += dy_11_2;
        let dy_11_3: vec4<f32> = select(vec4<f32>(0f), dy_11, code_11 == vec4<i32>(1));
        db_lanes_sum += dy_11_3;
        let dy_11_4: vec4<f32> = select(vec4<f32>(0f), dy_11, code_11 == vec4<i32>(2));
        db_lanes_sum += dy_11_4;
        let dy_11_5: vec4<f32> = select(vec4<f32>(0f), dy_11, code_11 == vec4<i32>(3));
        db_lanes_sum += dy_11_5;
        let code_12: vec4<i32> = code[(code_at_o_n_nb_i + 192) / 4];
        let dy_12: vec4<f32> = dy[(code_at_o_n_nb_i + 192) / 4];
        let dy_12_2: vec4<f32> = select(vec4<f32>(0f), dy_12, code_12 == vec4<i32>(0));
        db_lanes_sum += dy_12_2;
        let dy_12_3: vec4<f32> = select(vec4<f32>(0f), dy_12, code_12 == vec4<i32>(1));
        db_lanes_sum += dy_12_3;
        let dy_12_4: vec4<f32> = select(vec4<f32>(0f), dy_12, code_12 == vec4<i32>(2));
        db_lanes_sum += dy_12_4;
        let dy_12_5: vec4<f32> = select(vec4<f32>(0f), dy_12, code_12 == vec4<i32>(3));
        db_lanes_sum += dy_12_5;
        let code_13: vec4<i32> = code[(code_at_o_n_nb_i + 208) / 4];
        let dy_13: vec4<f32> = dy[(code_at_o_n_nb_i + 208) / 4];
        let dy_13_2: vec4<f32> = select(vec4<f32>(0f), dy_13, code_13 == vec4<i32>(0));
        db_lanes_sum += dy_13_2;
        let dy_13_3: vec4<f32> = select(vec4<f32>(0f), dy_13, code_13 == vec4<i32>(1));
        db_lanes_sum += dy_13_3;
        let dy_13_4: vec4<f32> = select(vec4<f32>(0f), dy_13, code_13 == vec4<i32>(2));
        db_lanes_sum += dy_13_4;
        let dy_13_5: vec4<f32> = select(vec4<f32>(0f), dy_13, code_13 == vec4<i32>(3));
        db_lanes_sum += dy_13_5;
      }
    }

    // finish
    db_lanes[(db_lanes_at_o + n) / 4] = db_lanes_sum;
  }
}
