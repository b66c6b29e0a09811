// kernel    conv2_backward_input   dx[nb,c,i,j,n] = sum over o,t,u of dy[nb,o,i-t,j-u,n] * w[o,c,t,u]
// shape     nb = 4, c = 6, i = 14, j = 14, n = 16, o = 16, t = 5, u = 5   (f32)
// schedule  tile c 2, i 2, j 2 · unroll u 5, t 5 · vectorize n · grid nb, c, i, j, n
// cost      60.2 MFLOP · 419.2 kB read · 301.1 kB written · 84 FLOP/B · 8 accumulators
// source    kernels/conv2d.ts sha256:ca66dc5d   regenerate: deno task generate specs/lenet5.json
// kernel    conv2_backward_weight_lanes   dw_lanes[o,c,r,s,n] = sum over nb,p,q of dy[nb,o,p,q,n] * x[nb,c,p+r,q+s,n]
// shape     o = 16, c = 6, r = 5, s = 5, n = 16, nb = 4, p = 10, q = 10   (f32)
// schedule  tile o 4, c 2 · unroll q 10 · vectorize n · grid o, c, r, s, n
// cost      30.7 MFLOP · 710.7 kB read · 153.6 kB written · 36 FLOP/B · 8 accumulators
// source    kernels/conv2d.ts sha256:98465521   regenerate: deno task generate specs/lenet5.json
// kernel    conv2_backward_bias_lanes   db_lanes[o,n] = sum over nb,p,q of dy[nb,o,p,q,n]
// shape     o = 16, n = 16, nb = 4, p = 10, q = 10   (f32)
// schedule  unroll q 10 · vectorize n · grid o, n
// cost      102.4 kFLOP · 409.6 kB read · 1024 B written · 0.2 FLOP/B · 1 accumulator
// source    kernels/conv2d.ts sha256:f01700d4   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> w: array<f32>;
@group(1) @binding(2) var<storage, read_write> dx: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read> dy_2: array<vec4<f32>>;
@group(1) @binding(4) var<storage, read> x: array<vec4<f32>>;
@group(1) @binding(5) var<storage, read_write> dw_lanes: array<vec4<f32>>;
@group(1) @binding(6) var<storage, read> dy_3: array<vec4<f32>>;
@group(1) @binding(7) var<storage, read_write> db_lanes: array<vec4<f32>>;

@compute @workgroup_size(64) // 57 workgroups
fn conv2_backward_input_and_2_more(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  {
    if (point < 2352) {
      let nb = point / 588;
      let c = (point / 196 % 3) * 2;
      let i = (point / 28 % 7) * 2;
      let j = (point / 4 % 7) * 2;
      let n = (point % 4) * 4;
      let dy_at_nb: i32 = nb * 82944;
      let dy_at_nb_i: i32 = dy_at_nb + i * 288;
      let dy_at_nb_i_j: i32 = dy_at_nb_i + j * 16;
      let dy_at_nb_i_j_n: i32 = dy_at_nb_i_j + n;
      let w_at_c: i32 = c * 25;
      let dx_at_nb: i32 = nb * 18816;
      let dx_at_nb_c: i32 = dx_at_nb + c * 3136;
      let dx_at_nb_c_i: i32 = dx_at_nb_c + i * 224;
      let dx_at_nb_c_i_j: i32 = dx_at_nb_c_i + j * 16;

      // seed
      var dx000: vec4<f32> = vec4<f32>(0f);
      var dx001: vec4<f32> = vec4<f32>(0f);
      var dx010: vec4<f32> = vec4<f32>(0f);
      var dx011: vec4<f32> = vec4<f32>(0f);
      var dx100: vec4<f32> = vec4<f32>(0f);
      var dx101: vec4<f32> = vec4<f32>(0f);
      var dx110: vec4<f32> = vec4<f32>(0f);
      var dx111: vec4<f32> = vec4<f32>(0f);

      // reduce
      for (var o = 0; o < 16; o += 1) {
        let dy_at_nb_i_j_n_o: i32 = dy_at_nb_i_j_n + o * 5184;
        let w_at_c_o: i32 = w_at_c + o * 150;
        let dy00: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 1216) / 4];
        let w000_all: vec4<f32> = vec4<f32>(w[w_at_c_o]);
        dx000 += dy00 * w000_all;
        let dy01: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 1232) / 4];
        dx001 += dy01 * w000_all;
        let dy10: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 1504) / 4];
        dx010 += dy10 * w000_all;
        let dy11: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 1520) / 4];
        dx011 += dy11 * w000_all;
        let w100_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 25]);
        dx100 += dy00 * w100_all;
        dx101 += dy01 * w100_all;
        dx110 += dy10 * w100_all;
        dx111 += dy11 * w100_all;
        let dy_0_m1: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 1200) / 4];
        let w001_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 1]);
        dx000 += dy_0_m1 * w001_all;
        dx001 += dy00 * w001_all;
        let dy_1_m1: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 1488) / 4];
        dx010 += dy_1_m1 * w001_all;
        dx011 += dy10 * w001_all;
        let w101_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 26]);
        dx100 += dy_0_m1 * w101_all;
        dx101 += dy00 * w101_all;
        dx110 += dy_1_m1 * w101_all;
        dx111 += dy10 * w101_all;
        let dy_0_m2: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 1184) / 4];
        let w002_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 2]);
        dx000 += dy_0_m2 * w002_all;
        dx001 += dy_0_m1 * w002_all;
        let dy_1_m2: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 1472) / 4];
        dx010 += dy_1_m2 * w002_all;
        dx011 += dy_1_m1 * w002_all;
        let w102_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 27]);
        dx100 += dy_0_m2 * w102_all;
        dx101 += dy_0_m1 * w102_all;
        dx110 += dy_1_m2 * w102_all;
        dx111 += dy_1_m1 * w102_all;
        let dy_0_m3: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 1168) / 4];
        let w003_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 3]);
        dx000 += dy_0_m3 * w003_all;
        dx001 += dy_0_m2 * w003_all;
        let dy_1_m3: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 1456) / 4];
        dx010 += dy_1_m3 * w003_all;
        dx011 += dy_1_m2 * w003_all;
        let w103_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 28]);
        dx100 += dy_0_m3 * w103_all;
        dx101 += dy_0_m2 * w103_all;
        dx110 += dy_1_m3 * w103_all;
        dx111 += dy_1_m2 * w103_all;
        let dy_0_m4: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 1152) / 4];
        let w004_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 4]);
        dx000 += dy_0_m4 * w004_all;
        dx001 += dy_0_m3 * w004_all;
        let dy_1_m4: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 1440) / 4];
        dx010 += dy_1_m4 * w004_all;
        dx011 += dy_1_m3 * w004_all;
        let w104_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 29]);
        dx100 += dy_0_m4 * w104_all;
        dx101 += dy_0_m3 * w104_all;
        dx110 += dy_1_m4 * w104_all;
        dx111 += dy_1_m3 * w104_all;
        let dy_m1_0: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 928) / 4];
        let w010_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 5]);
        dx000 += dy_m1_0 * w010_all;
        let dy_m1_1: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 944) / 4];
        dx001 += dy_m1_1 * w010_all;
        dx010 += dy00 * w010_all;
        dx011 += dy01 * w010_all;
        let w110_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 30]);
        dx100 += dy_m1_0 * w110_all;
        dx101 += dy_m1_1 * w110_all;
        dx110 += dy00 * w110_all;
        dx111 += dy01 * w110_all;
        let dy_m1_m1: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 912) / 4];
        let w011_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 6]);
        dx000 += dy_m1_m1 * w011_all;
        dx001 += dy_m1_0 * w011_all;
        dx010 += dy_0_m1 * w011_all;
        dx011 += dy00 * w011_all;
        let w111_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 31]);
        dx100 += dy_m1_m1 * w111_all;
        dx101 += dy_m1_0 * w111_all;
        dx110 += dy_0_m1 * w111_all;
        dx111 += dy00 * w111_all;
        let dy_m1_m2: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 896) / 4];
        let w012_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 7]);
        dx000 += dy_m1_m2 * w012_all;
        dx001 += dy_m1_m1 * w012_all;
        dx010 += dy_0_m2 * w012_all;
        dx011 += dy_0_m1 * w012_all;
        let w112_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 32]);
        dx100 += dy_m1_m2 * w112_all;
        dx101 += dy_m1_m1 * w112_all;
        dx110 += dy_0_m2 * w112_all;
        dx111 += dy_0_m1 * w112_all;
        let dy_m1_m3: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 880) / 4];
        let w013_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 8]);
        dx000 += dy_m1_m3 * w013_all;
        dx001 += dy_m1_m2 * w013_all;
        dx010 += dy_0_m3 * w013_all;
        dx011 += dy_0_m2 * w013_all;
        let w113_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 33]);
        dx100 += dy_m1_m3 * w113_all;
        dx101 += dy_m1_m2 * w113_all;
        dx110 += dy_0_m3 * w113_all;
        dx111 += dy_0_m2 * w113_all;
        let dy_m1_m4: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 864) / 4];
        let w014_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 9]);
        dx000 += dy_m1_m4 * w014_all;
        dx001 += dy_m1_m3 * w014_all;
        dx010 += dy_0_m4 * w014_all;
        dx011 += dy_0_m3 * w014_all;
        let w114_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 34]);
        dx100 += dy_m1_m4 * w114_all;
        dx101 += dy_m1_m3 * w114_all;
        dx110 += dy_0_m4 * w114_all;
        dx111 += dy_0_m3 * w114_all;
        let dy_m2_0: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 640) / 4];
        let w020_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 10]);
        dx000 += dy_m2_0 * w020_all;
        let dy_m2_1: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 656) / 4];
        dx001 += dy_m2_1 * w020_all;
        dx010 += dy_m1_0 * w020_all;
        dx011 += dy_m1_1 * w020_all;
        let w120_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 35]);
        dx100 += dy_m2_0 * w120_all;
        dx101 += dy_m2_1 * w120_all;
        dx110 += dy_m1_0 * w120_all;
        dx111 += dy_m1_1 * w120_all;
        let dy_m2_m1: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 624) / 4];
        let w021_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 11]);
        dx000 += dy_m2_m1 * w021_all;
        dx001 += dy_m2_0 * w021_all;
        dx010 += dy_m1_m1 * w021_all;
        dx011 += dy_m1_0 * w021_all;
        let w121_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 36]);
        dx100 += dy_m2_m1 * w121_all;
        dx101 += dy_m2_0 * w121_all;
        dx110 += dy_m1_m1 * w121_all;
        dx111 += dy_m1_0 * w121_all;
        let dy_m2_m2: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 608) / 4];
        let w022_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 12]);
        dx000 += dy_m2_m2 * w022_all;
        dx001 += dy_m2_m1 * w022_all;
        dx010 += dy_m1_m2 * w022_all;
        dx011 += dy_m1_m1 * w022_all;
        let w122_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 37]);
        dx100 += dy_m2_m2 * w122_all;
        dx101 += dy_m2_m1 * w122_all;
        dx110 += dy_m1_m2 * w122_all;
        dx111 += dy_m1_m1 * w122_all;
        let dy_m2_m3: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 592) / 4];
        let w023_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 13]);
        dx000 += dy_m2_m3 * w023_all;
        dx001 += dy_m2_m2 * w023_all;
        dx010 += dy_m1_m3 * w023_all;
        dx011 += dy_m1_m2 * w023_all;
        let w123_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 38]);
        dx100 += dy_m2_m3 * w123_all;
        dx101 += dy_m2_m2 * w123_all;
        dx110 += dy_m1_m3 * w123_all;
        dx111 += dy_m1_m2 * w123_all;
        let dy_m2_m4: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 576) / 4];
        let w024_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 14]);
        dx000 += dy_m2_m4 * w024_all;
        dx001 += dy_m2_m3 * w024_all;
        dx010 += dy_m1_m4 * w024_all;
        dx011 += dy_m1_m3 * w024_all;
        let w124_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 39]);
        dx100 += dy_m2_m4 * w124_all;
        dx101 += dy_m2_m3 * w124_all;
        dx110 += dy_m1_m4 * w124_all;
        dx111 += dy_m1_m3 * w124_all;
        let dy_m3_0: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 352) / 4];
        let w030_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 15]);
        dx000 += dy_m3_0 * w030_all;
        let dy_m3_1: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 368) / 4];
        dx001 += dy_m3_1 * w030_all;
        dx010 += dy_m2_0 * w030_all;
        dx011 += dy_m2_1 * w030_all;
        let w130_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 40]);
        dx100 += dy_m3_0 * w130_all;
        dx101 += dy_m3_1 * w130_all;
        dx110 += dy_m2_0 * w130_all;
        dx111 += dy_m2_1 * w130_all;
        let dy_m3_m1: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 336) / 4];
        let w031_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 16]);
        dx000 += dy_m3_m1 * w031_all;
        dx001 += dy_m3_0 * w031_all;
        dx010 += dy_m2_m1 * w031_all;
        dx011 += dy_m2_0 * w031_all;
        let w131_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 41]);
        dx100 += dy_m3_m1 * w131_all;
        dx101 += dy_m3_0 * w131_all;
        dx110 += dy_m2_m1 * w131_all;
        dx111 += dy_m2_0 * w131_all;
        let dy_m3_m2: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 320) / 4];
        let w032_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 17]);
        dx000 += dy_m3_m2 * w032_all;
        dx001 += dy_m3_m1 * w032_all;
        dx010 += dy_m2_m2 * w032_all;
        dx011 += dy_m2_m1 * w032_all;
        let w132_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 42]);
        dx100 += dy_m3_m2 * w132_all;
        dx101 += dy_m3_m1 * w132_all;
        dx110 += dy_m2_m2 * w132_all;
        dx111 += dy_m2_m1 * w132_all;
        let dy_m3_m3: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 304) / 4];
        let w033_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 18]);
        dx000 += dy_m3_m3 * w033_all;
        dx001 += dy_m3_m2 * w033_all;
        dx010 += dy_m2_m3 * w033_all;
        dx011 += dy_m2_m2 * w033_all;
        let w133_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 43]);
        dx100 += dy_m3_m3 * w133_all;
        dx101 += dy_m3_m2 * w133_all;
        dx110 += dy_m2_m3 * w133_all;
        dx111 += dy_m2_m2 * w133_all;
        let dy_m3_m4: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 288) / 4];
        let w034_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 19]);
        dx000 += dy_m3_m4 * w034_all;
        dx001 += dy_m3_m3 * w034_all;
        dx010 += dy_m2_m4 * w034_all;
        dx011 += dy_m2_m3 * w034_all;
        let w134_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 44]);
        dx100 += dy_m3_m4 * w134_all;
        dx101 += dy_m3_m3 * w134_all;
        dx110 += dy_m2_m4 * w134_all;
        dx111 += dy_m2_m3 * w134_all;
        let dy_m4_0: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 64) / 4];
        let w040_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 20]);
        dx000 += dy_m4_0 * w040_all;
        let dy_m4_1: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 80) / 4];
        dx001 += dy_m4_1 * w040_all;
        dx010 += dy_m3_0 * w040_all;
        dx011 += dy_m3_1 * w040_all;
        let w140_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 45]);
        dx100 += dy_m4_0 * w140_all;
        dx101 += dy_m4_1 * w140_all;
        dx110 += dy_m3_0 * w140_all;
        dx111 += dy_m3_1 * w140_all;
        let dy_m4_m1: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 48) / 4];
        let w041_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 21]);
        dx000 += dy_m4_m1 * w041_all;
        dx001 += dy_m4_0 * w041_all;
        dx010 += dy_m3_m1 * w041_all;
        dx011 += dy_m3_0 * w041_all;
        let w141_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 46]);
        dx100 += dy_m4_m1 * w141_all;
        dx101 += dy_m4_0 * w141_all;
        dx110 += dy_m3_m1 * w141_all;
        dx111 += dy_m3_0 * w141_all;
        let dy_m4_m2: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 32) / 4];
        let w042_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 22]);
        dx000 += dy_m4_m2 * w042_all;
        dx001 += dy_m4_m1 * w042_all;
        dx010 += dy_m3_m2 * w042_all;
        dx011 += dy_m3_m1 * w042_all;
        let w142_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 47]);
        dx100 += dy_m4_m2 * w142_all;
        dx101 += dy_m4_m1 * w142_all;
        dx110 += dy_m3_m2 * w142_all;
        dx111 += dy_m3_m1 * w142_all;
        let dy_m4_m3: vec4<f32> = dy[(dy_at_nb_i_j_n_o + 16) / 4];
        let w043_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 23]);
        dx000 += dy_m4_m3 * w043_all;
        dx001 += dy_m4_m2 * w043_all;
        dx010 += dy_m3_m3 * w043_all;
        dx011 += dy_m3_m2 * w043_all;
        let w143_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 48]);
        dx100 += dy_m4_m3 * w143_all;
        dx101 += dy_m4_m2 * w143_all;
        dx110 += dy_m3_m3 * w143_all;
        dx111 += dy_m3_m2 * w143_all;
        let dy_m4_m4: vec4<f32> = dy[dy_at_nb_i_j_n_o / 4];
        let w044_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 24]);
        dx000 += dy_m4_m4 * w044_all;
        dx001 += dy_m4_m3 * w044_all;
        dx010 += dy_m3_m4 * w044_all;
        dx011 += dy_m3_m3 * w044_all;
        let w144_all: vec4<f32> = vec4<f32>(w[w_at_c_o + 49]);
        dx100 += dy_m4_m4 * w144_all;
        dx101 += dy_m4_m3 * w144_all;
        dx110 += dy_m3_m4 * w144_all;
        dx111 += dy_m3_m3 * w144_all;
      }

      // finish
      dx[(dx_at_nb_c_i_j + n) / 4] = dx000;
      dx[(dx_at_nb_c_i_j + n + 16) / 4] = dx001;
      dx[(dx_at_nb_c_i_j + n + 224) / 4] = dx010;
      dx[(dx_at_nb_c_i_j + n + 240) / 4] = dx011;
      dx[(dx_at_nb_c_i_j + n + 3136) / 4] = dx100;
      dx[(dx_at_nb_c_i_j + n + 3152) / 4] = dx101;
      dx[(dx_at_nb_c_i_j + n + 3360) / 4] = dx110;
      dx[(dx_at_nb_c_i_j + n + 3376) / 4] = dx111;
    }
  }
  {
    if (point >= 2368 && point < 3568) {
      let o = ((point - 2368) / 300) * 4;
      let c = ((point - 2368) / 100 % 3) * 2;
      let r = (point - 2368) / 20 % 5;
      let s = (point - 2368) / 4 % 5;
      let n = ((point - 2368) % 4) * 4;
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
          let dy00: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 1216) / 4];
          let x00: vec4<f32> = x[x_at_c_r_s_n_nb_p / 4];
          dw_lanes00 += dy00 * x00;
          let x10: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3136) / 4];
          dw_lanes01 += dy00 * x10;
          let dy10: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 6400) / 4];
          dw_lanes10 += dy10 * x00;
          dw_lanes11 += dy10 * x10;
          let dy20: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 11584) / 4];
          dw_lanes20 += dy20 * x00;
          dw_lanes21 += dy20 * x10;
          let dy30: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 16768) / 4];
          dw_lanes30 += dy30 * x00;
          dw_lanes31 += dy30 * x10;
          let dy01: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 1232) / 4];
          let x01: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 16) / 4];
          dw_lanes00 += dy01 * x01;
          let x11: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3152) / 4];
          dw_lanes01 += dy01 * x11;
          let dy11: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 6416) / 4];
          dw_lanes10 += dy11 * x01;
          dw_lanes11 += dy11 * x11;
          let dy21: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 11600) / 4];
          dw_lanes20 += dy21 * x01;
          dw_lanes21 += dy21 * x11;
          let dy31: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 16784) / 4];
          dw_lanes30 += dy31 * x01;
          dw_lanes31 += dy31 * x11;
          let dy02: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 1248) / 4];
          let x02: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 32) / 4];
          dw_lanes00 += dy02 * x02;
          let x12: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3168) / 4];
          dw_lanes01 += dy02 * x12;
          let dy12: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 6432) / 4];
          dw_lanes10 += dy12 * x02;
          dw_lanes11 += dy12 * x12;
          let dy22: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 11616) / 4];
          dw_lanes20 += dy22 * x02;
          dw_lanes21 += dy22 * x12;
          let dy32: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 16800) / 4];
          dw_lanes30 += dy32 * x02;
          dw_lanes31 += dy32 * x12;
          let dy03: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 1264) / 4];
          let x03: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 48) / 4];
          dw_lanes00 += dy03 * x03;
          let x13: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3184) / 4];
          dw_lanes01 += dy03 * x13;
          let dy13: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 6448) / 4];
          dw_lanes10 += dy13 * x03;
          dw_lanes11 += dy13 * x13;
          let dy23: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 11632) / 4];
          dw_lanes20 += dy23 * x03;
          dw_lanes21 += dy23 * x13;
          let dy33: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 16816) / 4];
          dw_lanes30 += dy33 * x03;
          dw_lanes31 += dy33 * x13;
          let dy04: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 1280) / 4];
          let x04: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 64) / 4];
          dw_lanes00 += dy04 * x04;
          let x14: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3200) / 4];
          dw_lanes01 += dy04 * x14;
          let dy14: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 6464) / 4];
          dw_lanes10 += dy14 * x04;
          dw_lanes11 += dy14 * x14;
          let dy24: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 11648) / 4];
          dw_lanes20 += dy24 * x04;
          dw_lanes21 += dy24 * x14;
          let dy34: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 16832) / 4];
          dw_lanes30 += dy34 * x04;
          dw_lanes31 += dy34 * x14;
          let dy05: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 1296) / 4];
          let x05: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 80) / 4];
          dw_lanes00 += dy05 * x05;
          let x15: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3216) / 4];
          dw_lanes01 += dy05 * x15;
          let dy15: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 6480) / 4];
          dw_lanes10 += dy15 * x05;
          dw_lanes11 += dy15 * x15;
          let dy25: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 11664) / 4];
          dw_lanes20 += dy25 * x05;
          dw_lanes21 += dy25 * x15;
          let dy35: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 16848) / 4];
          dw_lanes30 += dy35 * x05;
          dw_lanes31 += dy35 * x15;
          let dy06: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 1312) / 4];
          let x06: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 96) / 4];
          dw_lanes00 += dy06 * x06;
          let x16: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3232) / 4];
          dw_lanes01 += dy06 * x16;
          let dy16: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 6496) / 4];
          dw_lanes10 += dy16 * x06;
          dw_lanes11 += dy16 * x16;
          let dy26: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 11680) / 4];
          dw_lanes20 += dy26 * x06;
          dw_lanes21 += dy26 * x16;
          let dy36: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 16864) / 4];
          dw_lanes30 += dy36 * x06;
          dw_lanes31 += dy36 * x16;
          let dy07: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 1328) / 4];
          let x07: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 112) / 4];
          dw_lanes00 += dy07 * x07;
          let x17: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3248) / 4];
          dw_lanes01 += dy07 * x17;
          let dy17: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 6512) / 4];
          dw_lanes10 += dy17 * x07;
          dw_lanes11 += dy17 * x17;
          let dy27: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 11696) / 4];
          dw_lanes20 += dy27 * x07;
          dw_lanes21 += dy27 * x17;
          let dy37: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 16880) / 4];
          dw_lanes30 += dy37 * x07;
          dw_lanes31 += dy37 * x17;
          let dy08: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 1344) / 4];
          let x08: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 128) / 4];
          dw_lanes00 += dy08 * x08;
          let x18: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3264) / 4];
          dw_lanes01 += dy08 * x18;
          let dy18: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 6528) / 4];
          dw_lanes10 += dy18 * x08;
          dw_lanes11 += dy18 * x18;
          let dy28: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 11712) / 4];
          dw_lanes20 += dy28 * x08;
          dw_lanes21 += dy28 * x18;
          let dy38: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 16896) / 4];
          dw_lanes30 += dy38 * x08;
          dw_lanes31 += dy38 * x18;
          let dy09: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 1360) / 4];
          let x09: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 144) / 4];
          dw_lanes00 += dy09 * x09;
          let x19: vec4<f32> = x[(x_at_c_r_s_n_nb_p + 3280) / 4];
          dw_lanes01 += dy09 * x19;
          let dy19: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 6544) / 4];
          dw_lanes10 += dy19 * x09;
          dw_lanes11 += dy19 * x19;
          let dy29: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 11728) / 4];
          dw_lanes20 += dy29 * x09;
          dw_lanes21 += dy29 * x19;
          let dy39: vec4<f32> = dy_2[(dy_at_o_n_nb_p + 16912) / 4];
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
  {
    if (point >= 3584 && point < 3648) {
      let o = (point - 3584) / 4;
      let n = ((point - 3584) % 4) * 4;
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
          let dy0: vec4<f32> = dy_3[(dy_at_o_n_nb_p + 1216) / 4];
          db_lanes_sum += dy0;
          let dy1: vec4<f32> = dy_3[(dy_at_o_n_nb_p + 1232) / 4];
          db_lanes_sum += dy1;
          let dy2: vec4<f32> = dy_3[(dy_at_o_n_nb_p + 1248) / 4];
          db_lanes_sum += dy2;
          let dy3: vec4<f32> = dy_3[(dy_at_o_n_nb_p + 1264) / 4];
          db_lanes_sum += dy3;
          let dy4: vec4<f32> = dy_3[(dy_at_o_n_nb_p + 1280) / 4];
          db_lanes_sum += dy4;
          let dy5: vec4<f32> = dy_3[(dy_at_o_n_nb_p + 1296) / 4];
          db_lanes_sum += dy5;
          let dy6: vec4<f32> = dy_3[(dy_at_o_n_nb_p + 1312) / 4];
          db_lanes_sum += dy6;
          let dy7: vec4<f32> = dy_3[(dy_at_o_n_nb_p + 1328) / 4];
          db_lanes_sum += dy7;
          let dy8: vec4<f32> = dy_3[(dy_at_o_n_nb_p + 1344) / 4];
          db_lanes_sum += dy8;
          let dy9: vec4<f32> = dy_3[(dy_at_o_n_nb_p + 1360) / 4];
          db_lanes_sum += dy9;
        }
      }

      // finish
      db_lanes[(db_lanes_at_o + n) / 4] = db_lanes_sum;
    }
  }
}
