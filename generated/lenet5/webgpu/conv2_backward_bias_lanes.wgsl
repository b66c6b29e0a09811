// kernel    conv2_backward_bias_lanes   db_lanes[o,n] = sum over nb,p,q of dy[nb,o,p,q,n]
// shape     o = 16, n = 16, nb = 4, p = 10, q = 10   (f32)
// schedule  unroll q 10 · vectorize n · grid o, n
// cost      102.4 kFLOP · 409.6 kB read · 1024 B written · 0.2 FLOP/B · 1 accumulator
// source    kernels/conv2d.ts sha256:f01700d4   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read_write> db_lanes: array<vec4<f32>>;

@compute @workgroup_size(64) // 1 workgroups
fn conv2_backward_bias_lanes(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 64) {
    let o = point / 4;
    let n = (point % 4) * 4;
    let dy_at_o: i32 = o * 5184;
    let dy_at_o_n: i32 = dy_at_o + n;
    let db_lanes_at_o: i32 = o * 16;

    // seed
    var db_lanes_sum: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var nb = 0; nb < 4; nb += 1) {
      let dy_at_o_n_nb: i32 = dy_at_o_n + nb * 82944;
      for (var p = 0; p < 10; p += 1) {
        let dy_at_o_n_nb_p: i32 = dy_at_o_n_nb + p * 288;
        let dy0: vec4<f32> = dy[(dy_at_o_n_nb_p + 1216) / 4];
        db_lanes_sum += dy0;
        let dy1: vec4<f32> = dy[(dy_at_o_n_nb_p + 1232) / 4];
        db_lanes_sum += dy1;
        let dy2: vec4<f32> = dy[(dy_at_o_n_nb_p + 1248) / 4];
        db_lanes_sum += dy2;
        let dy3: vec4<f32> = dy[(dy_at_o_n_nb_p + 1264) / 4];
        db_lanes_sum += dy3;
        let dy4: vec4<f32> = dy[(dy_at_o_n_nb_p + 1280) / 4];
        db_lanes_sum += dy4;
        let dy5: vec4<f32> = dy[(dy_at_o_n_nb_p + 1296) / 4];
        db_lanes_sum += dy5;
        let dy6: vec4<f32> = dy[(dy_at_o_n_nb_p + 1312) / 4];
        db_lanes_sum += dy6;
        let dy7: vec4<f32> = dy[(dy_at_o_n_nb_p + 1328) / 4];
        db_lanes_sum += dy7;
        let dy8: vec4<f32> = dy[(dy_at_o_n_nb_p + 1344) / 4];
        db_lanes_sum += dy8;
        let dy9: vec4<f32> = dy[(dy_at_o_n_nb_p + 1360) / 4];
        db_lanes_sum += dy9;
      }
    }

    // finish
    db_lanes[(db_lanes_at_o + n) / 4] = db_lanes_sum;
  }
}
