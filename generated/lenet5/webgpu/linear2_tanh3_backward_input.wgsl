// kernel    linear2_tanh3_backward_input   value = sum over o of dy[nb,o,n] * w[ib,o,i]
//           dx[nb,8ib+i,n] = value * (1 - y[nb,8ib+i,n] * y[nb,8ib+i,n])
// shape     nb = 4, ib = 15, i = 8, n = 16, o = 84   (f32)
// schedule  tile i 4, n 2 · unroll o 7 · vectorize n · grid nb, ib, i, n
// cost      1.3 MFLOP · 92.5 kB read · 30.7 kB written · 11 FLOP/B · 8 accumulators
// source    kernels/linear.ts + kernels/tanh.ts sha256:b3b73727   regenerate: deno task generate specs/lenet5.json
@group(1) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(1) @binding(1) var<storage, read> w: array<f32>;
@group(1) @binding(2) var<storage, read> y: array<vec4<f32>>;
@group(1) @binding(3) var<storage, read_write> dx: array<vec4<f32>>;

@compute @workgroup_size(64) // 4 workgroups
fn linear2_tanh3_backward_input(@builtin(global_invocation_id) id: vec3<u32>) {
  let point = i32(id.x);
  if (point < 240) {
    let nb = point / 60;
    let ib = point / 4 % 15;
    let i = (point / 2 % 2) * 4;
    let n = (point % 2) * 8;
    let dy_at_nb: i32 = nb * 1344;
    let dy_at_nb_n: i32 = dy_at_nb + n;
    let w_at_ib: i32 = ib * 672;
    let w_at_ib_i: i32 = w_at_ib + i;
    let y_at_nb: i32 = nb * 1920;
    let y_at_nb_ib: i32 = y_at_nb + ib * 128;
    let y_at_nb_ib_i: i32 = y_at_nb_ib + i * 16;

    // seed
    var value00: vec4<f32> = vec4<f32>(0f);
    var value01: vec4<f32> = vec4<f32>(0f);
    var value10: vec4<f32> = vec4<f32>(0f);
    var value11: vec4<f32> = vec4<f32>(0f);
    var value20: vec4<f32> = vec4<f32>(0f);
    var value21: vec4<f32> = vec4<f32>(0f);
    var value30: vec4<f32> = vec4<f32>(0f);
    var value31: vec4<f32> = vec4<f32>(0f);

    // reduce
    for (var o = 0; o < 84; o += 7) {
      let dy_at_nb_n_o: i32 = dy_at_nb_n + o * 16;
      let w_at_ib_i_o: i32 = w_at_ib_i + o * 8;
      let dy00: vec4<f32> = dy[dy_at_nb_n_o / 4];
      let w00_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o]);
      value00 += dy00 * w00_all;
      let dy01: vec4<f32> = dy[(dy_at_nb_n_o + 4) / 4];
      value01 += dy01 * w00_all;
      let w01_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 1]);
      value10 += dy00 * w01_all;
      value11 += dy01 * w01_all;
      let w02_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 2]);
      value20 += dy00 * w02_all;
      value21 += dy01 * w02_all;
      let w03_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 3]);
      value30 += dy00 * w03_all;
      value31 += dy01 * w03_all;
      let dy10: vec4<f32> = dy[(dy_at_nb_n_o + 16) / 4];
      let w10_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 8]);
      value00 += dy10 * w10_all;
      let dy11: vec4<f32> = dy[(dy_at_nb_n_o + 20) / 4];
      value01 += dy11 * w10_all;
      let w11_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 9]);
      value10 += dy10 * w11_all;
      value11 += dy11 * w11_all;
      let w12_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 10]);
      value20 += dy10 * w12_all;
      value21 += dy11 * w12_all;
      let w13_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 11]);
      value30 += dy10 * w13_all;
      value31 += dy11 * w13_all;
      let dy20: vec4<f32> = dy[(dy_at_nb_n_o + 32) / 4];
      let w20_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 16]);
      value00 += dy20 * w20_all;
      let dy21: vec4<f32> = dy[(dy_at_nb_n_o + 36) / 4];
      value01 += dy21 * w20_all;
      let w21_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 17]);
      value10 += dy20 * w21_all;
      value11 += dy21 * w21_all;
      let w22_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 18]);
      value20 += dy20 * w22_all;
      value21 += dy21 * w22_all;
      let w23_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 19]);
      value30 += dy20 * w23_all;
      value31 += dy21 * w23_all;
      let dy30: vec4<f32> = dy[(dy_at_nb_n_o + 48) / 4];
      let w30_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 24]);
      value00 += dy30 * w30_all;
      let dy31: vec4<f32> = dy[(dy_at_nb_n_o + 52) / 4];
      value01 += dy31 * w30_all;
      let w31_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 25]);
      value10 += dy30 * w31_all;
      value11 += dy31 * w31_all;
      let w32_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 26]);
      value20 += dy30 * w32_all;
      value21 += dy31 * w32_all;
      let w33_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 27]);
      value30 += dy30 * w33_all;
      value31 += dy31 * w33_all;
      let dy40: vec4<f32> = dy[(dy_at_nb_n_o + 64) / 4];
      let w40_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 32]);
      value00 += dy40 * w40_all;
      let dy41: vec4<f32> = dy[(dy_at_nb_n_o + 68) / 4];
      value01 += dy41 * w40_all;
      let w41_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 33]);
      value10 += dy40 * w41_all;
      value11 += dy41 * w41_all;
      let w42_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 34]);
      value20 += dy40 * w42_all;
      value21 += dy41 * w42_all;
      let w43_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 35]);
      value30 += dy40 * w43_all;
      value31 += dy41 * w43_all;
      let dy50: vec4<f32> = dy[(dy_at_nb_n_o + 80) / 4];
      let w50_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 40]);
      value00 += dy50 * w50_all;
      let dy51: vec4<f32> = dy[(dy_at_nb_n_o + 84) / 4];
      value01 += dy51 * w50_all;
      let w51_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 41]);
      value10 += dy50 * w51_all;
      value11 += dy51 * w51_all;
      let w52_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 42]);
      value20 += dy50 * w52_all;
      value21 += dy51 * w52_all;
      let w53_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 43]);
      value30 += dy50 * w53_all;
      value31 += dy51 * w53_all;
      let dy60: vec4<f32> = dy[(dy_at_nb_n_o + 96) / 4];
      let w60_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 48]);
      value00 += dy60 * w60_all;
      let dy61: vec4<f32> = dy[(dy_at_nb_n_o + 100) / 4];
      value01 += dy61 * w60_all;
      let w61_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 49]);
      value10 += dy60 * w61_all;
      value11 += dy61 * w61_all;
      let w62_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 50]);
      value20 += dy60 * w62_all;
      value21 += dy61 * w62_all;
      let w63_all: vec4<f32> = vec4<f32>(w[w_at_ib_i_o + 51]);
      value30 += dy60 * w63_all;
      value31 += dy61 * w63_all;
    }

    // finish
    let y00: vec4<f32> = y[(y_at_nb_ib_i + n) / 4];
    let y01: vec4<f32> = y[(y_at_nb_ib_i + n + 4) / 4];
    dx[(y_at_nb_ib_i + n) / 4] = value00 * (vec4<f32>(1f) - y00 * y00);
    dx[(y_at_nb_ib_i + n + 4) / 4] = value01 * (vec4<f32>(1f) - y01 * y01);
    let y10: vec4<f32> = y[(y_at_nb_ib_i + n + 16) / 4];
    let y11: vec4<f32> = y[(y_at_nb_ib_i + n + 20) / 4];
    dx[(y_at_nb_ib_i + n + 16) / 4] = value10 * (vec4<f32>(1f) - y10 * y10);
    dx[(y_at_nb_ib_i + n + 20) / 4] = value11 * (vec4<f32>(1f) - y11 * y11);
    let y20: vec4<f32> = y[(y_at_nb_ib_i + n + 32) / 4];
    let y21: vec4<f32> = y[(y_at_nb_ib_i + n + 36) / 4];
    dx[(y_at_nb_ib_i + n + 32) / 4] = value20 * (vec4<f32>(1f) - y20 * y20);
    dx[(y_at_nb_ib_i + n + 36) / 4] = value21 * (vec4<f32>(1f) - y21 * y21);
    let y30: vec4<f32> = y[(y_at_nb_ib_i + n + 48) / 4];
    let y31: vec4<f32> = y[(y_at_nb_ib_i + n + 52) / 4];
    dx[(y_at_nb_ib_i + n + 48) / 4] = value30 * (vec4<f32>(1f) - y30 * y30);
    dx[(y_at_nb_ib_i + n + 52) / 4] = value31 * (vec4<f32>(1f) - y31 * y31);
  }
}
