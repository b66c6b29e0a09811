// kernel    linear1_backward_input   dx[nb,16ib+i,n] = sum over o of dy[nb,o,n] * w[ib,o,i]
// shape     nb = 4, ib = 25, i = 16, n = 16, o = 120   (f32)
// schedule  tile i 4, n 2 · unroll o 8 · vectorize n · grid nb, ib, i, n
// cost      6.1 MFLOP · 222.7 kB read · 102.4 kB written · 19 FLOP/B · 8 accumulators
// source    kernels/linear.ts sha256:d6e950c3   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> w: array<f32>;
@group(1) @binding(2) var<storage, read_write> dx: array<vec4<f32>>;

@compute @workgroup_size(64) // 13 workgroups
fn linear1_backward_input(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 800) {
    let nb = point / 200;
    let ib = point / 8 % 25;
    let i = (point / 2 % 4) * 4;
    let n = (point % 2) * 8;
    let dy_at_nb: i32 = nb * 1920;
    let dy_at_nb_n: i32 = dy_at_nb + n;
    let w_at_ib: i32 = ib * 1920;
    let w_at_ib_i: i32 = w_at_ib + i;
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
    for (var o = 0; o < 120; o += 8) {
      let dy_at_nb_n_o: i32 = dy_at_nb_n + o * 16;
      let w_at_ib_i_o: i32 = w_at_ib_i + o * 16;
      let dy00: vec4<f32> = dy[dy_at_nb_n_o / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o]);
      dx00 += dy00 * w00_all;
      let dy01: vec4<f32> = dy[(dy_at_nb_n_o + 4) / 4];
      dx01 += dy01 * w00_all;
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 1]);
      dx10 += dy00 * w01_all;
      dx11 += dy01 * w01_all;
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 2]);
      dx20 += dy00 * w02_all;
      dx21 += dy01 * w02_all;
      let w03_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 3]);
      dx30 += dy00 * w03_all;
      dx31 += dy01 * w03_all;
      let dy10: vec4<f32> = dy[(dy_at_nb_n_o + 16) / 4];
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 16]);
      dx00 += dy10 * w10_all;
      let dy11: vec4<f32> = dy[(dy_at_nb_n_o + 20) / 4];
      dx01 += dy11 * w10_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 17]);
      dx10 += dy10 * w11_all;
      dx11 += dy11 * w11_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 18]);
      dx20 += dy10 * w12_all;
      dx21 += dy11 * w12_all;
      let w13_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 19]);
      dx30 += dy10 * w13_all;
      dx31 += dy11 * w13_all;
      let dy20: vec4<f32> = dy[(dy_at_nb_n_o + 32) / 4];
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 32]);
      dx00 += dy20 * w20_all;
      let dy21: vec4<f32> = dy[(dy_at_nb_n_o + 36) / 4];
      dx01 += dy21 * w20_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 33]);
      dx10 += dy20 * w21_all;
      dx11 += dy21 * w21_all;
      let w22_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 34]);
      dx20 += dy20 * w22_all;
      dx21 += dy21 * w22_all;
      let w23_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 35]);
      dx30 += dy20 * w23_all;
      dx31 += dy21 * w23_all;
      let dy30: vec4<f32> = dy[(dy_at_nb_n_o + 48) / 4];
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 48]);
      dx00 += dy30 * w30_all;
      let dy31: vec4<f32> = dy[(dy_at_nb_n_o + 52) / 4];
      dx01 += dy31 * w30_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 49]);
      dx10 += dy30 * w31_all;
      dx11 += dy31 * w31_all;
      let w32_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 50]);
      dx20 += dy30 * w32_all;
      dx21 += dy31 * w32_all;
      let w33_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 51]);
      dx30 += dy30 * w33_all;
      dx31 += dy31 * w33_all;
      let dy40: vec4<f32> = dy[(dy_at_nb_n_o + 64) / 4];
      let w40_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 64]);
      dx00 += dy40 * w40_all;
      let dy41: vec4<f32> = dy[(dy_at_nb_n_o + 68) / 4];
      dx01 += dy41 * w40_all;
      let w41_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 65]);
      dx10 += dy40 * w41_all;
      dx11 += dy41 * w41_all;
      let w42_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 66]);
      dx20 += dy40 * w42_all;
      dx21 += dy41 * w42_all;
      let w43_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 67]);
      dx30 += dy40 * w43_all;
      dx31 += dy41 * w43_all;
      let dy50: vec4<f32> = dy[(dy_at_nb_n_o + 80) / 4];
      let w50_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 80]);
      dx00 += dy50 * w50_all;
      let dy51: vec4<f32> = dy[(dy_at_nb_n_o + 84) / 4];
      dx01 += dy51 * w50_all;
      let w51_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 81]);
      dx10 += dy50 * w51_all;
      dx11 += dy51 * w51_all;
      let w52_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 82]);
      dx20 += dy50 * w52_all;
      dx21 += dy51 * w52_all;
      let w53_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 83]);
      dx30 += dy50 * w53_all;
      dx31 += dy51 * w53_all;
      let dy60: vec4<f32> = dy[(dy_at_nb_n_o + 96) / 4];
      let w60_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 96]);
      dx00 += dy60 * w60_all;
      let dy61: vec4<f32> = dy[(dy_at_nb_n_o + 100) / 4];
      dx01 += dy61 * w60_all;
      let w61_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 97]);
      dx10 += dy60 * w61_all;
      dx11 += dy61 * w61_all;
      let w62_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 98]);
      dx20 += dy60 * w62_all;
      dx21 += dy61 * w62_all;
      let w63_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 99]);
      dx30 += dy60 * w63_all;
      dx31 += dy61 * w63_all;
      let dy70: vec4<f32> = dy[(dy_at_nb_n_o + 112) / 4];
      let w70_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 112]);
      dx00 += dy70 * w70_all;
      let dy71: vec4<f32> = dy[(dy_at_nb_n_o + 116) / 4];
      dx01 += dy71 * w70_all;
      let w71_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 113]);
      dx10 += dy70 * w71_all;
      dx11 += dy71 * w71_all;
      let w72_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 114]);
      dx20 += dy70 * w72_all;
      dx21 += dy71 * w72_all;
      let w73_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 115]);
      dx30 += dy70 * w73_all;
      dx31 += dy71 * w73_all;
    }

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
