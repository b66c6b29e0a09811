// kernel    pool1_tanh1_conv1_backward_weight_lanes   value = dy[nb,o,i,j,n] * 0.25
//           dw_lanes[o,c,r,s,n] = sum over nb,i,j of value * (1 - y[nb,o,2i,2j,n] * y[nb,o,2i,2j,n]) * x[nb,c,2i+r-2,2j+s-2,n] + value * (1 - y[nb,o,2i,2j+1,n] *…
// shape     o = 6, c = 1, r = 5, s = 5, n = 16, nb = 4, i = 14, j = 14   (f32)
// schedule  tile o 2 · unroll j 4 · vectorize n · grid o, c, r, s, n
// cost      39.5 MFLOP · 1.7 MB read · 9600 B written · 23 FLOP/B · 2 accumulators
// source    kernels/avg_pool2d.ts + kernels/tanh.ts + kernels/conv2d.ts sha256:2eebf27b   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> y: array<vec4<f32>>;
@group(1) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read_write> dw_lanes: array<vec4<f32>>;

@compute @workgroup_size(64) // 5 workgroups
fn pool1_tanh1_conv1_backward_weight_lanes(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 300) {
    let o = (point / 100) * 2;
    let r = point / 20 % 5;
    let s = point / 4 % 5;
    let n = (point % 4) * 4;
    let dy_at_o: i32 = o * 3136;
    let dy_at_o_n: i32 = dy_at_o + n;
    let y_at_o: i32 = o * 12544;
    let y_at_o_n: i32 = y_at_o + n;
    let x_at_r: i32 = r * 512;
    let x_at_r_s: i32 = x_at_r + s * 16;
    let x_at_r_s_n: i32 = x_at_r_s + n;
    let dw_lanes_at_o: i32 = o * 400;
    let dw_lanes_at_o_r: i32 = dw_lanes_at_o + r * 80;
    let dw_lanes_at_o_r_s: i32 = dw_lanes_at_o_r + s * 16;

    // seed
    var dw_lanes0: vec4<f32> = vec4<f32>(0f);
    var dw_lanes1: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var nb = 0; nb < 4; nb += 1) {
      let dy_at_o_n_nb: i32 = dy_at_o_n + nb * 18816;
      let y_at_o_n_nb: i32 = y_at_o_n + nb * 75264;
      let x_at_r_s_n_nb: i32 = x_at_r_s_n + nb * 16384;
      for (var i = 0; i < 14; i += 1) {
        let dy_at_o_n_nb_i: i32 = dy_at_o_n_nb + i * 224;
        let y_at_o_n_nb_i: i32 = y_at_o_n_nb + i * 896;
        let x_at_r_s_n_nb_i: i32 = x_at_r_s_n_nb + i * 1024;
        for (var j = 0; j < 12; j += 4) {
          let dy_at_o_n_nb_i_j: i32 = dy_at_o_n_nb_i + j * 16;
          let y_at_o_n_nb_i_j: i32 = y_at_o_n_nb_i + j * 32;
          let x_at_r_s_n_nb_i_j: i32 = x_at_r_s_n_nb_i + j * 32;
          let dy00: vec4<f32> = dy[dy_at_o_n_nb_i_j / 4];
          let value00: vec4<f32> = dy00 * vec4<f32>(0.25f);
          let y00: vec4<f32> = y[y_at_o_n_nb_i_j / 4];
          let dy00_2: vec4<f32> = value00 * (vec4<f32>(1f) - y00 * y00);
          let x0: vec4<f32> = x[x_at_r_s_n_nb_i_j / 4];
          dw_lanes0 += dy00_2 * x0;
          let dy10: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 3136) / 4];
          let value10: vec4<f32> = dy10 * vec4<f32>(0.25f);
          let y10: vec4<f32> = y[(y_at_o_n_nb_i_j + 12544) / 4];
          let dy10_2: vec4<f32> = value10 * (vec4<f32>(1f) - y10 * y10);
          dw_lanes1 += dy10_2 * x0;
          let y00_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 16) / 4];
          let dy00_3: vec4<f32> = value00 * (vec4<f32>(1f) - y00_2 * y00_2);
          let x0_2: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 16) / 4];
          dw_lanes0 += dy00_3 * x0_2;
          let y10_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 12560) / 4];
          let dy10_3: vec4<f32> = value10 * (vec4<f32>(1f) - y10_2 * y10_2);
          dw_lanes1 += dy10_3 * x0_2;
          let y00_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 448) / 4];
          let dy00_4: vec4<f32> = value00 * (vec4<f32>(1f) - y00_3 * y00_3);
          let x0_3: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 512) / 4];
          dw_lanes0 += dy00_4 * x0_3;
          let y10_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 12992) / 4];
          let dy10_4: vec4<f32> = value10 * (vec4<f32>(1f) - y10_3 * y10_3);
          dw_lanes1 += dy10_4 * x0_3;
          let y00_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 464) / 4];
          let dy00_5: vec4<f32> = value00 * (vec4<f32>(1f) - y00_4 * y00_4);
          let x0_4: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 528) / 4];
          dw_lanes0 += dy00_5 * x0_4;
          let y10_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 13008) / 4];
          let dy10_5: vec4<f32> = value10 * (vec4<f32>(1f) - y10_4 * y10_4);
          dw_lanes1 += dy10_5 * x0_4;
          let dy01: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 16) / 4];
          let value01: vec4<f32> = dy01 * vec4<f32>(0.25f);
          let y02: vec4<f32> = y[(y_at_o_n_nb_i_j + 32) / 4];
          let dy01_2: vec4<f32> = value01 * (vec4<f32>(1f) - y02 * y02);
          let x2: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 32) / 4];
          dw_lanes0 += dy01_2 * x2;
          let dy11: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 3152) / 4];
          let value11: vec4<f32> = dy11 * vec4<f32>(0.25f);
          let y12: vec4<f32> = y[(y_at_o_n_nb_i_j + 12576) / 4];
          let dy11_2: vec4<f32> = value11 * (vec4<f32>(1f) - y12 * y12);
          dw_lanes1 += dy11_2 * x2;
          let y02_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 48) / 4];
          let dy01_3: vec4<f32> = value01 * (vec4<f32>(1f) - y02_2 * y02_2);
          let x2_2: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 48) / 4];
          dw_lanes0 += dy01_3 * x2_2;
          let y12_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 12592) / 4];
          let dy11_3: vec4<f32> = value11 * (vec4<f32>(1f) - y12_2 * y12_2);
          dw_lanes1 += dy11_3 * x2_2;
          let y02_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 480) / 4];
          let dy01_4: vec4<f32> = value01 * (vec4<f32>(1f) - y02_3 * y02_3);
          let x2_3: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 544) / 4];
          dw_lanes0 += dy01_4 * x2_3;
          let y12_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 13024) / 4];
          let dy11_4: vec4<f32> = value11 * (vec4<f32>(1f) - y12_3 * y12_3);
          dw_lanes1 += dy11_4 * x2_3;
          let y02_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 496) / 4];
          let dy01_5: vec4<f32> = value01 * (vec4<f32>(1f) - y02_4 * y02_4);
          let x2_4: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 560) / 4];
          dw_lanes0 += dy01_5 * x2_4;
          let y12_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 13040) / 4];
          let dy11_5: vec4<f32> = value11 * (vec4<f32>(1f) - y12_4 * y12_4);
          dw_lanes1 += dy11_5 * x2_4;
          let dy02: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 32) / 4];
          let value02: vec4<f32> = dy02 * vec4<f32>(0.25f);
          let y04: vec4<f32> = y[(y_at_o_n_nb_i_j + 64) / 4];
          let dy02_2: vec4<f32> = value02 * (vec4<f32>(1f) - y04 * y04);
          let x4: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 64) / 4];
          dw_lanes0 += dy02_2 * x4;
          let dy12: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 3168) / 4];
          let value12: vec4<f32> = dy12 * vec4<f32>(0.25f);
          let y14: vec4<f32> = y[(y_at_o_n_nb_i_j + 12608) / 4];
          let dy12_2: vec4<f32> = value12 * (vec4<f32>(1f) - y14 * y14);
          dw_lanes1 += dy12_2 * x4;
          let y04_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 80) / 4];
          let dy02_3: vec4<f32> = value02 * (vec4<f32>(1f) - y04_2 * y04_2);
          let x4_2: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 80) / 4];
          dw_lanes0 += dy02_3 * x4_2;
          let y14_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 12624) / 4];
          let dy12_3: vec4<f32> = value12 * (vec4<f32>(1f) - y14_2 * y14_2);
          dw_lanes1 += dy12_3 * x4_2;
          let y04_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 512) / 4];
          let dy02_4: vec4<f32> = value02 * (vec4<f32>(1f) - y04_3 * y04_3);
          let x4_3: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 576) / 4];
          dw_lanes0 += dy02_4 * x4_3;
          let y14_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 13056) / 4];
          let dy12_4: vec4<f32> = value12 * (vec4<f32>(1f) - y14_3 * y14_3);
          dw_lanes1 += dy12_4 * x4_3;
          let y04_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 528) / 4];
          let dy02_5: vec4<f32> = value02 * (vec4<f32>(1f) - y04_4 * y04_4);
          let x4_4: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 592) / 4];
          dw_lanes0 += dy02_5 * x4_4;
          let y14_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 13072) / 4];
          let dy12_5: vec4<f32> = value12 * (vec4<f32>(1f) - y14_4 * y14_4);
          dw_lanes1 += dy12_5 * x4_4;
          let dy03: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 48) / 4];
          let value03: vec4<f32> = dy03 * vec4<f32>(0.25f);
          let y06: vec4<f32> = y[(y_at_o_n_nb_i_j + 96) / 4];
          let dy03_2: vec4<f32> = value03 * (vec4<f32>(1f) - y06 * y06);
          let x6: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 96) / 4];
          dw_lanes0 += dy03_2 * x6;
          let dy13: vec4<f32> = dy[(dy_at_o_n_nb_i_j + 3184) / 4];
          let value13: vec4<f32> = dy13 * vec4<f32>(0.25f);
          let y16: vec4<f32> = y[(y_at_o_n_nb_i_j + 12640) / 4];
          let dy13_2: vec4<f32> = value13 * (vec4<f32>(1f) - y16 * y16);
          dw_lanes1 += dy13_2 * x6;
          let y06_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 112) / 4];
          let dy03_3: vec4<f32> = value03 * (vec4<f32>(1f) - y06_2 * y06_2);
          let x6_2: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 112) / 4];
          dw_lanes0 += dy03_3 * x6_2;
          let y16_2: vec4<f32> = y[(y_at_o_n_nb_i_j + 12656) / 4];
          let dy13_3: vec4<f32> = value13 * (vec4<f32>(1f) - y16_2 * y16_2);
          dw_lanes1 += dy13_3 * x6_2;
          let y06_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 544) / 4];
          let dy03_4: vec4<f32> = value03 * (vec4<f32>(1f) - y06_3 * y06_3);
          let x6_3: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 608) / 4];
          dw_lanes0 += dy03_4 * x6_3;
          let y16_3: vec4<f32> = y[(y_at_o_n_nb_i_j + 13088) / 4];
          let dy13_4: vec4<f32> = value13 * (vec4<f32>(1f) - y16_3 * y16_3);
          dw_lanes1 += dy13_4 * x6_3;
          let y06_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 560) / 4];
          let dy03_5: vec4<f32> = value03 * (vec4<f32>(1f) - y06_4 * y06_4);
          let x6_4: vec4<f32> = x[(x_at_r_s_n_nb_i_j + 624) / 4];
          dw_lanes0 += dy03_5 * x6_4;
          let y16_4: vec4<f32> = y[(y_at_o_n_nb_i_j + 13104) / 4];
          let dy13_5: vec4<f32> = value13 * (vec4<f32>(1f) - y16_4 * y16_4);
          dw_lanes1 += dy13_5 * x6_4;
        }
        {
          let dy00: vec4<f32> = dy[(dy_at_o_n_nb_i + 192) / 4];
          let value00: vec4<f32> = dy00 * vec4<f32>(0.25f);
          let y00: vec4<f32> = y[(y_at_o_n_nb_i + 384) / 4];
          let dy00_2: vec4<f32> = value00 * (vec4<f32>(1f) - y00 * y00);
          let x0: vec4<f32> = x[(x_at_r_s_n_nb_i + 384) / 4];
          dw_lanes0 += dy00_2 * x0;
          let dy10: vec4<f32> = dy[(dy_at_o_n_nb_i + 3328) / 4];
          let value10: vec4<f32> = dy10 * vec4<f32>(0.25f);
          let y10: vec4<f32> = y[(y_at_o_n_nb_i + 12928) / 4];
          let dy10_2: vec4<f32> = value10 * (vec4<f32>(1f) - y10 * y10);
          dw_lanes1 += dy10_2 * x0;
          let y00_2: vec4<f32> = y[(y_at_o_n_nb_i + 400) / 4];
          let dy00_3: vec4<f32> = value00 * (vec4<f32>(1f) - y00_2 * y00_2);
          let x0_2: vec4<f32> = x[(x_at_r_s_n_nb_i + 400) / 4];
          dw_lanes0 += dy00_3 * x0_2;
          let y10_2: vec4<f32> = y[(y_at_o_n_nb_i + 12944) / 4];
          let dy10_3: vec4<f32> = value10 * (vec4<f32>(1f) - y10_2 * y10_2);
          dw_lanes1 += dy10_3 * x0_2;
          let y00_3: vec4<f32> = y[(y_at_o_n_nb_i + 832) / 4];
          let dy00_4: vec4<f32> = value00 * (vec4<f32>(1f) - y00_3 * y00_3);
          let x0_3: vec4<f32> = x[(x_at_r_s_n_nb_i + 896) / 4];
          dw_lanes0 += dy00_4 * x0_3;
          let y10_3: vec4<f32> = y[(y_at_o_n_nb_i + 13376) / 4];
          let dy10_4: vec4<f32> = value10 * (vec4<f32>(1f) - y10_3 * y10_3);
          dw_lanes1 += dy10_4 * x0_3;
          let y00_4: vec4<f32> = y[(y_at_o_n_nb_i + 848) / 4];
          let dy00_5: vec4<f32> = value00 * (vec4<f32>(1f) - y00_4 * y00_4);
          let x0_4: vec4<f32> = x[(x_at_r_s_n_nb_i + 912) / 4];
          dw_lanes0 += dy00_5 * x0_4;
          let y10_4: vec4<f32> = y[(y_at_o_n_nb_i + 13392) / 4];
          let dy10_5: vec4<f32> = value10 * (vec4<f32>(1f) - y10_4 * y10_4);
          dw_lanes1 += dy10_5 * x0_4;
          let dy01: vec4<f32> = dy[(dy_at_o_n_nb_i + 208) / 4];
          let value01: vec4<f32> = dy01 * vec4<f32>(0.25f);
          let y02: vec4<f32> = y[(y_at_o_n_nb_i + 416) / 4];
          let dy01_2: vec4<f32> = value01 * (vec4<f32>(1f) - y02 * y02);
          let x2: vec4<f32> = x[(x_at_r_s_n_nb_i + 416) / 4];
          dw_lanes0 += dy01_2 * x2;
          let dy11: vec4<f32> = dy[(dy_at_o_n_nb_i + 3344) / 4];
          let value11: vec4<f32> = dy11 * vec4<f32>(0.25f);
          let y12: vec4<f32> = y[(y_at_o_n_nb_i + 12960) / 4];
          let dy11_2: vec4<f32> = value11 * (vec4<f32>(1f) - y12 * y12);
          dw_lanes1 += dy11_2 * x2;
          let y02_2: vec4<f32> = y[(y_at_o_n_nb_i + 432) / 4];
          let dy01_3: vec4<f32> = value01 * (vec4<f32>(1f) - y02_2 * y02_2);
          let x2_2: vec4<f32> = x[(x_at_r_s_n_nb_i + 432) / 4];
          dw_lanes0 += dy01_3 * x2_2;
          let y12_2: vec4<f32> = y[(y_at_o_n_nb_i + 12976) / 4];
          let dy11_3: vec4<f32> = value11 * (vec4<f32>(1f) - y12_2 * y12_2);
          dw_lanes1 += dy11_3 * x2_2;
          let y02_3: vec4<f32> = y[(y_at_o_n_nb_i + 864) / 4];
          let dy01_4: vec4<f32> = value01 * (vec4<f32>(1f) - y02_3 * y02_3);
          let x2_3: vec4<f32> = x[(x_at_r_s_n_nb_i + 928) / 4];
          dw_lanes0 += dy01_4 * x2_3;
          let y12_3: vec4<f32> = y[(y_at_o_n_nb_i + 13408) / 4];
          let dy11_4: vec4<f32> = value11 * (vec4<f32>(1f) - y12_3 * y12_3);
          dw_lanes1 += dy11_4 * x2_3;
          let y02_4: vec4<f32> = y[(y_at_o_n_nb_i + 880) / 4];
          let dy01_5: vec4<f32> = value01 * (vec4<f32>(1f) - y02_4 * y02_4);
          let x2_4: vec4<f32> = x[(x_at_r_s_n_nb_i + 944) / 4];
          dw_lanes0 += dy01_5 * x2_4;
          let y12_4: vec4<f32> = y[(y_at_o_n_nb_i + 13424) / 4];
          let dy11_5: vec4<f32> = value11 * (vec4<f32>(1f) - y12_4 * y12_4);
          dw_lanes1 += dy11_5 * x2_4;
        }
      }
    }

    // finish
    dw_lanes[(dw_lanes_at_o_r_s + n) / 4] = dw_lanes0;
    dw_lanes[(dw_lanes_at_o_r_s + n + 400) / 4] = dw_lanes1;
  }
}
