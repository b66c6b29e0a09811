// kernel    conv2_backward_weight_lanes   dw_lanes[o,c,r,s,n] = sum over nb,p,q of dy[nb,o,p,q,n] * x[nb,c,p+r,q+s,n]
// shape     o = 16, c = 6, r = 5, s = 5, n = 16, nb = 4, p = 10, q = 10   (f32)
// schedule  tile o 4, c 2 · unroll q 10 · vectorize n · grid o, c, r, s, n
// cost      30.7 MFLOP · 710.7 kB read · 153.6 kB written · 36 FLOP/B · 8 accumulators
// source    kernels/conv2d.ts sha256:98465521   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read_write> dw_lanes: array<vec4<f32>>;

@compute @workgroup_size(64) // 19 workgroups
fn conv2_backward_weight_lanes(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 1200) {
    let o = (point / 300) * 4;
    let c = (point / 100 % 3) * 2;
    let r = point / 20 % 5;
    let s = point / 4 % 5;
    let n = (point % 4) * 4;
    let dy_at_o: i32 = o * 5184;
    let dy_at_o_n: i32 = dy_at_o + n;
    let x_at_c: i32 = c * 3136;
    let x_at_c_r: i32 = x_at_c + r * 224;
    let x_at_c_r_s: i32 = x_at_c_r + s * 16;
    let x_at_c_r_s_n: i32 = x_at_c_r_s + n;
    let dw_lanes_at_o: i32 = o * 2400;
    let dw_lanes_at_o_c: i32 = dw_lanes_at_o + c * 400;
    let dw_lanes_at_o_c_r: i32 = dw_lanes_at_o_c + r * 80;
    let dw_lanes_at_o_c_r_s: i32 = dw_lanes_at_o_c_r + s * 16;

    // seed
    var dw_lanes00: vec4<f32> = vec4<f32>(0f);
    var dw_lanes01: vec4<f32> = vec4<f32>(0f);
    var dw_lanes10: vec4<f32> = vec4<f32>(0f);
    var dw_lanes11: vec4<f32> = vec4<f32>(0f);
    var dw_lanes20: vec4<f32> = vec4<f32>(0f);
    var dw_lanes21: vec4<f32> = vec4<f32>(0f);
    var dw_lanes30: vec4<f32> = vec4<f32>(0f);
    var dw_lanes31: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var nb = 0; nb < 4; nb += 1) {
      let dy_at_o_n_nb: i32 = dy_at_o_n + nb * 82944;
      let x_at_c_r_s_n_nb: i32 = x_at_c_r_s_n + nb * 18816;
      for (var p = 0; p < 10; p += 1) {
        let dy_at_o_n_nb_p: i32 = dy_at_o_n_nb + p * 288;
        let x_at_c_r_s_n_nb_p: i32 = x_at_c_r_s_n_nb + p * 224;
        let dy00: vec4<f32> = dy[(dy_at_o_n_nb_p + 1216) / 4];
        let x00: vec4<f32> = x[x_at_c_r_s_n_nb_p / 4];
        dw_lanes00 += dy00 * x00;
        let x10: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3136) / 4];
        dw_lanes01 += dy00 * x10;
        let dy10: vec4<f32> = dy[(dy_at_o_n_nb_p + 6400) / 4];
        dw_lanes10 += dy10 * x00;
        dw_lanes11 += dy10 * x10;
        let dy20: vec4<f32> = dy[(dy_at_o_n_nb_p + 11584) / 4];
        dw_lanes20 += dy20 * x00;
        dw_lanes21 += dy20 * x10;
        let dy30: vec4<f32> = dy[(dy_at_o_n_nb_p + 16768) / 4];
        dw_lanes30 += dy30 * x00;
        dw_lanes31 += dy30 * x10;
        let dy01: vec4<f32> = dy[(dy_at_o_n_nb_p + 1232) / 4];
        let x01: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 16) / 4];
        dw_lanes00 += dy01 * x01;
        let x11: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3152) / 4];
        dw_lanes01 += dy01 * x11;
        let dy11: vec4<f32> = dy[(dy_at_o_n_nb_p + 6416) / 4];
        dw_lanes10 += dy11 * x01;
        dw_lanes11 += dy11 * x11;
        let dy21: vec4<f32> = dy[(dy_at_o_n_nb_p + 11600) / 4];
        dw_lanes20 += dy21 * x01;
        dw_lanes21 += dy21 * x11;
        let dy31: vec4<f32> = dy[(dy_at_o_n_nb_p + 16784) / 4];
        dw_lanes30 += dy31 * x01;
        dw_lanes31 += dy31 * x11;
        let dy02: vec4<f32> = dy[(dy_at_o_n_nb_p + 1248) / 4];
        let x02: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 32) / 4];
        dw_lanes00 += dy02 * x02;
        let x12: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3168) / 4];
        dw_lanes01 += dy02 * x12;
        let dy12: vec4<f32> = dy[(dy_at_o_n_nb_p + 6432) / 4];
        dw_lanes10 += dy12 * x02;
        dw_lanes11 += dy12 * x12;
        let dy22: vec4<f32> = dy[(dy_at_o_n_nb_p + 11616) / 4];
        dw_lanes20 += dy22 * x02;
        dw_lanes21 += dy22 * x12;
        let dy32: vec4<f32> = dy[(dy_at_o_n_nb_p + 16800) / 4];
        dw_lanes30 += dy32 * x02;
        dw_lanes31 += dy32 * x12;
        let dy03: vec4<f32> = dy[(dy_at_o_n_nb_p + 1264) / 4];
        let x03: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 48) / 4];
        dw_lanes00 += dy03 * x03;
        let x13: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3184) / 4];
        dw_lanes01 += dy03 * x13;
        let dy13: vec4<f32> = dy[(dy_at_o_n_nb_p + 6448) / 4];
        dw_lanes10 += dy13 * x03;
        dw_lanes11 += dy13 * x13;
        let dy23: vec4<f32> = dy[(dy_at_o_n_nb_p + 11632) / 4];
        dw_lanes20 += dy23 * x03;
        dw_lanes21 += dy23 * x13;
        let dy33: vec4<f32> = dy[(dy_at_o_n_nb_p + 16816) / 4];
        dw_lanes30 += dy33 * x03;
        dw_lanes31 += dy33 * x13;
        let dy04: vec4<f32> = dy[(dy_at_o_n_nb_p + 1280) / 4];
        let x04: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 64) / 4];
        dw_lanes00 += dy04 * x04;
        let x14: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3200) / 4];
        dw_lanes01 += dy04 * x14;
        let dy14: vec4<f32> = dy[(dy_at_o_n_nb_p + 6464) / 4];
        dw_lanes10 += dy14 * x04;
        dw_lanes11 += dy14 * x14;
        let dy24: vec4<f32> = dy[(dy_at_o_n_nb_p + 11648) / 4];
        dw_lanes20 += dy24 * x04;
        dw_lanes21 += dy24 * x14;
        let dy34: vec4<f32> = dy[(dy_at_o_n_nb_p + 16832) / 4];
        dw_lanes30 += dy34 * x04;
        dw_lanes31 += dy34 * x14;
        let dy05: vec4<f32> = dy[(dy_at_o_n_nb_p + 1296) / 4];
        let x05: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 80) / 4];
        dw_lanes00 += dy05 * x05;
        let x15: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3216) / 4];
        dw_lanes01 += dy05 * x15;
        let dy15: vec4<f32> = dy[(dy_at_o_n_nb_p + 6480) / 4];
        dw_lanes10 += dy15 * x05;
        dw_lanes11 += dy15 * x15;
        let dy25: vec4<f32> = dy[(dy_at_o_n_nb_p + 11664) / 4];
        dw_lanes20 += dy25 * x05;
        dw_lanes21 += dy25 * x15;
        let dy35: vec4<f32> = dy[(dy_at_o_n_nb_p + 16848) / 4];
        dw_lanes30 += dy35 * x05;
        dw_lanes31 += dy35 * x15;
        let dy06: vec4<f32> = dy[(dy_at_o_n_nb_p + 1312) / 4];
        let x06: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 96) / 4];
        dw_lanes00 += dy06 * x06;
        let x16: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3232) / 4];
        dw_lanes01 += dy06 * x16;
        let dy16: vec4<f32> = dy[(dy_at_o_n_nb_p + 6496) / 4];
        dw_lanes10 += dy16 * x06;
        dw_lanes11 += dy16 * x16;
        let dy26: vec4<f32> = dy[(dy_at_o_n_nb_p + 11680) / 4];
        dw_lanes20 += dy26 * x06;
        dw_lanes21 += dy26 * x16;
        let dy36: vec4<f32> = dy[(dy_at_o_n_nb_p + 16864) / 4];
        dw_lanes30 += dy36 * x06;
        dw_lanes31 += dy36 * x16;
        let dy07: vec4<f32> = dy[(dy_at_o_n_nb_p + 1328) / 4];
        let x07: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 112) / 4];
        dw_lanes00 += dy07 * x07;
        let x17: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3248) / 4];
        dw_lanes01 += dy07 * x17;
        let dy17: vec4<f32> = dy[(dy_at_o_n_nb_p + 6512) / 4];
        dw_lanes10 += dy17 * x07;
        dw_lanes11 += dy17 * x17;
        let dy27: vec4<f32> = dy[(dy_at_o_n_nb_p + 11696) / 4];
        dw_lanes20 += dy27 * x07;
        dw_lanes21 += dy27 * x17;
        let dy37: vec4<f32> = dy[(dy_at_o_n_nb_p + 16880) / 4];
        dw_lanes30 += dy37 * x07;
        dw_lanes31 += dy37 * x17;
        let dy08: vec4<f32> = dy[(dy_at_o_n_nb_p + 1344) / 4];
        let x08: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 128) / 4];
        dw_lanes00 += dy08 * x08;
        let x18: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3264) / 4];
        dw_lanes01 += dy08 * x18;
        let dy18: vec4<f32> = dy[(dy_at_o_n_nb_p + 6528) / 4];
        dw_lanes10 += dy18 * x08;
        dw_lanes11 += dy18 * x18;
        let dy28: vec4<f32> = dy[(dy_at_o_n_nb_p + 11712) / 4];
        dw_lanes20 += dy28 * x08;
        dw_lanes21 += dy28 * x18;
        let dy38: vec4<f32> = dy[(dy_at_o_n_nb_p + 16896) / 4];
        dw_lanes30 += dy38 * x08;
        dw_lanes31 += dy38 * x18;
        let dy09: vec4<f32> = dy[(dy_at_o_n_nb_p + 1360) / 4];
        let x09: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 144) / 4];
        dw_lanes00 += dy09 * x09;
        let x19: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3280) / 4];
        dw_lanes01 += dy09 * x19;
        let dy19: vec4<f32> = dy[(dy_at_o_n_nb_p + 6544) / 4];
        dw_lanes10 += dy19 * x09;
        dw_lanes11 += dy19 * x19;
        let dy29: vec4<f32> = dy[(dy_at_o_n_nb_p + 11728) / 4];
        dw_lanes20 += dy29 * x09;
        dw_lanes21 += dy29 * x19;
        let dy39: vec4<f32> = dy[(dy_at_o_n_nb_p + 16912) / 4];
        dw_lanes30 += dy39 * x09;
        dw_lanes31 += dy39 * x19;
      }
    }

    // finish
    dw_lanes[(dw_lanes_at_o_c_r_s + n) / 4] = dw_lanes00;
    dw_lanes[(dw_lanes_at_o_c_r_s + n + 400) / 4] = dw_lanes01;
    dw_lanes[(dw_lanes_at_o_c_r_s + n + 2400) / 4] = dw_lanes10;
    dw_lanes[(dw_lanes_at_o_c_r_s + n + 2800) / 4] = dw_lanes11;
    dw_lanes[(dw_lanes_at_o_c_r_s + n + 4800) / 4] = dw_lanes20;
    dw_lanes[(dw_lanes_at_o_c_r_s + n + 5200) / 4] = dw_lanes21;
    dw_lanes[(dw_lanes_at_o_c_r_s + n + 7200) / 4] = dw_lanes30;
    dw_lanes[(dw_lanes_at_o_c_r_s + n + 7600) / 4] = dw_lanes31;
  }
}
