;; net       many, batch 16, fixed-width SIMD
;; step      train: 7 kernels · evaluate: 4 kernels
;; memory    704 bytes, see plan.txt
;; regenerate: deno task generate specs/many.json
(module
  (import "team" "memory" (memory 1 65536 shared))
  ;; returns when all threads of the team have called it
  (import "team" "wait" (func $wait))
  (import "team" "thread" (global $thread i32))
  (import "team" "threads" (global $threads i32))
  ;; addresses of the tensors whose rows the run supplies
  (import "rows" "order" (global $order i32))
  (import "rows" "data" (global $data i32))
  (import "rows" "labels" (global $labels i32))
  (import "rows" "params" (global $params i32))
  ;; iterations before those of a thread; in 64 bits, since the product may be larger than 32
  (func $share (param $iterations i32) (param $thread i32) (result i32)
    (i32.wrap_i64 (i64.div_u (i64.mul (i64.extend_i32_u (local.get $iterations)) (i64.extend_i32_u (local.get $thread))) (i64.extend_i32_u (global.get $threads)))))

  (func $exp.4 (param $x v128) (result v128) (local $n v128) (local $r v128) (local $y v128)
    (local.set $n (f32x4.nearest (f32x4.mul (local.get $x) (v128.const f32x4 1.4426950408889634 1.4426950408889634 1.4426950408889634 1.4426950408889634 ))))
    (local.set $r (f32x4.sub (f32x4.sub (local.get $x) (f32x4.mul (local.get $n) (v128.const f32x4 0.693359375 0.693359375 0.693359375 0.693359375 ))) (f32x4.mul (local.get $n) (v128.const f32x4 -0.00021219444 -0.00021219444 -0.00021219444 -0.00021219444 ))))
    (local.set $y (f32x4.add (f32x4.add (f32x4.mul (f32x4.add (f32x4.mul (f32x4.add (f32x4.mul (f32x4.add (f32x4.mul (f32x4.add (f32x4.mul (f32x4.add (f32x4.mul (v128.const f32x4 0.000198756915 0.000198756915 0.000198756915 0.000198756915 ) (local.get $r)) (v128.const f32x4 0.0013981999507 0.0013981999507 0.0013981999507 0.0013981999507 )) (local.get $r)) (v128.const f32x4 0.0083334519073 0.0083334519073 0.0083334519073 0.0083334519073 )) (local.get $r)) (v128.const f32x4 0.041665795894 0.041665795894 0.041665795894 0.041665795894 )) (local.get $r)) (v128.const f32x4 0.16666665459 0.16666665459 0.16666665459 0.16666665459 )) (local.get $r)) (v128.const f32x4 0.50000001201 0.50000001201 0.50000001201 0.50000001201 )) (f32x4.mul (local.get $r) (local.get $r))) (local.get $r)) (v128.const f32x4 1 1 1 1 )))
    (local.set $y (f32x4.mul (local.get $y) (i32x4.shl (i32x4.add (i32x4.trunc_sat_f32x4_s (local.get $n)) (v128.const i32x4 127 127 127 127 )) (i32.const 23))))
    (local.set $y (v128.bitselect (v128.const f32x4 0 0 0 0 ) (local.get $y) (f32x4.lt (local.get $x) (v128.const f32x4 -87.33 -87.33 -87.33 -87.33 ))))
    (local.set $y (v128.bitselect (v128.const f32x4 inf inf inf inf) (local.get $y) (f32x4.gt (local.get $x) (v128.const f32x4 88.37 88.37 88.37 88.37 ))))
    (v128.bitselect (local.get $x) (local.get $y) (f32x4.ne (local.get $x) (local.get $x))))

  (func $log (param $x f32) (result f32) (local $bits i32) (local $e f32) (local $m f32) (local $z f32) (local $below f32)
    (if (f32.ne (local.get $x) (local.get $x)) (then (return (local.get $x))))
    (if (f32.le (local.get $x) (f32.const 0)) (then (return (select (f32.const -inf) (f32.const nan) (f32.eq (local.get $x) (f32.const 0))))))
    (if (f32.eq (local.get $x) (f32.const inf)) (then (return (local.get $x))))
    (if (f32.lt (local.get $x) (f32.const 0x1p-126)) (then (local.set $x (f32.mul (local.get $x) (f32.const 0x1p23))) (local.set $below (f32.const 23))))
    (local.set $bits (i32.reinterpret_f32 (local.get $x)))
    (local.set $e (f32.sub (f32.convert_i32_s (i32.sub (i32.shr_u (local.get $bits) (i32.const 23)) (i32.const 126))) (local.get $below)))
    (local.set $m (f32.reinterpret_i32 (i32.or (i32.and (local.get $bits) (i32.const 0x7fffff)) (i32.const 0x3f000000))))
    (if (f32.lt (local.get $m) (f32.const 0.707106781186547524))
      (then (local.set $e (f32.sub (local.get $e) (f32.const 1))) (local.set $m (f32.sub (f32.add (local.get $m) (local.get $m)) (f32.const 1))))
      (else (local.set $m (f32.sub (local.get $m) (f32.const 1)))))
    (local.set $z (f32.mul (local.get $m) (local.get $m)))
    (f32.add (f32.add (f32.sub
      (f32.add (f32.mul (f32.mul (f32.add (f32.mul (f32.add (f32.mul (f32.add (f32.mul (f32.add (f32.mul (f32.add (f32.mul (f32.add (f32.mul (f32.add (f32.mul (f32.add (f32.mul (f32.const 0.070376836292) (local.get $m)) (f32.const -0.1151461031)) (local.get $m)) (f32.const 0.1167699874)) (local.get $m)) (f32.const -0.12420140846)) (local.get $m)) (f32.const 0.14249322787)) (local.get $m)) (f32.const -0.16668057665)) (local.get $m)) (f32.const 0.20000714765)) (local.get $m)) (f32.const -0.24999993993)) (local.get $m)) (f32.const 0.33333331174)) (local.get $m)) (local.get $z)) (f32.mul (local.get $e) (f32.const -2.12194440e-4)))
      (f32.mul (local.get $z) (f32.const 0.5))) (local.get $m)) (f32.mul (local.get $e) (f32.const 0.693359375))))

  (func $log.4 (param $x v128) (result v128)
    (f32x4.replace_lane 3 (f32x4.replace_lane 2 (f32x4.replace_lane 1 (f32x4.replace_lane 0 (local.get $x) (call $log (f32x4.extract_lane 0 (local.get $x)))) (call $log (f32x4.extract_lane 1 (local.get $x)))) (call $log (f32x4.extract_lane 2 (local.get $x)))) (call $log (f32x4.extract_lane 3 (local.get $x)))))

  (func $total (param $x v128) (result f32)
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $x)) (f32x4.extract_lane 1 (local.get $x)))
      (f32.add (f32x4.extract_lane 2 (local.get $x)) (f32x4.extract_lane 3 (local.get $x)))))

  ;; kernel    batch_gather   x[c,h,w,n] = data[order[step,n],c,h,w] / 255
  ;; shape     c = 1, h = 1, w = 1, n = 16   (f32)
  ;; schedule  parallel n
  ;; cost      16 FLOP · 80 B read · 64 B written · 0.1 FLOP/B · 0 accumulators
  ;; source    kernels/batch.ts sha256:acb08438   regenerate: deno task generate specs/many.json
  (func $batch_gather (export "batch_gather") (param $step i32) (param $from i32) (param $to i32)
    (local $order_at_step i32) (local $order_at_step_n i32) (local $x_at_n i32) (local $order_stepn i32) (local $data_at_order_stepn i32) (local $data_chw i32)
    (local $n i32)
    (local.set $order_at_step (i32.mul (local.get $step) (i32.const 64)))
    (local.set $n (local.get $from)) (loop $n (if (i32.lt_s (local.get $n) (local.get $to)) (then
      (local.set $order_at_step_n (i32.add (local.get $order_at_step) (i32.mul (local.get $n) (i32.const 4))))
      (local.set $x_at_n (i32.mul (local.get $n) (i32.const 4)))
      (local.set $order_stepn (i32.load (i32.add (global.get $order) (local.get $order_at_step_n))))
      (local.set $data_at_order_stepn (local.get $order_stepn))
      (local.set $data_chw (i32.load8_u (i32.add (global.get $data) (local.get $data_at_order_stepn))))
      (f32.store offset=128 (local.get $x_at_n) (f32.div (f32.convert_i32_s (local.get $data_chw)) (f32.const 255)))
    (local.set $n (i32.add (local.get $n) (i32.const 1))) (br $n))))
  )

  ;; kernel    batch_gather_label   label[n] = labels[order[step,n]]
  ;; shape     n = 16   (f32)
  ;; schedule  parallel n
  ;; cost      0 FLOP · 128 B read · 64 B written · 0.0 FLOP/B · 0 accumulators
  ;; source    kernels/batch.ts sha256:aa25653c   regenerate: deno task generate specs/many.json
  (func $batch_gather_label (export "batch_gather_label") (param $step i32) (param $from i32) (param $to i32)
    (local $order_at_step i32) (local $order_at_step_n i32) (local $label_at_n i32) (local $order_stepn i32) (local $labels_at_order_stepn i32) (local $labels_2 i32)
    (local $n i32)
    (local.set $order_at_step (i32.mul (local.get $step) (i32.const 64)))
    (local.set $n (local.get $from)) (loop $n (if (i32.lt_s (local.get $n) (local.get $to)) (then
      (local.set $order_at_step_n (i32.add (local.get $order_at_step) (i32.mul (local.get $n) (i32.const 4))))
      (local.set $label_at_n (i32.mul (local.get $n) (i32.const 4)))
      (local.set $order_stepn (i32.load (i32.add (global.get $order) (local.get $order_at_step_n))))
      (local.set $labels_at_order_stepn (i32.mul (local.get $order_stepn) (i32.const 4)))
      (local.set $labels_2 (i32.load (i32.add (global.get $labels) (local.get $labels_at_order_stepn))))
      (i32.store offset=192 (local.get $label_at_n) (local.get $labels_2))
    (local.set $n (i32.add (local.get $n) (i32.const 1))) (br $n))))
  )

  ;; kernel    linear1_forward   y[o,n] = b[o] + (sum over i of x[i,n] * w[o,i])
  ;; shape     o = 2, n = 16, i = 1   (f32)
  ;; schedule  vectorize n · parallel n
  ;; cost      96 FLOP · 80 B read · 128 B written · 0.5 FLOP/B · 0 accumulators
  ;; source    kernels/linear.ts sha256:85f1f63f   regenerate: deno task generate specs/many.json
  (func $linear1_forward (export "linear1_forward") (param $step i32) (param $from i32) (param $to i32)
    (local $x_at_n i32) (local $w_at_o i32) (local $y_at_n_o i32) (local $o i32) (local $n i32)
    (local $x_in.4 v128) (local $w_oi_all.4 v128) (local $b_o_all.4 v128)
    (local.set $n (local.get $from)) (loop $n (if (i32.lt_s (local.get $n) (local.get $to)) (then
      (local.set $x_at_n (i32.mul (local.get $n) (i32.const 4)))
      (local.set $o (i32.const 0)) (loop $o
        (local.set $w_at_o (i32.mul (local.get $o) (i32.const 4)))
        (local.set $y_at_n_o (i32.add (local.get $x_at_n) (i32.mul (local.get $o) (i32.const 64))))
        (local.set $x_in.4 (v128.load offset=128 (local.get $x_at_n)))
        (local.set $w_oi_all.4 (v128.load32_splat (local.get $w_at_o)))
        (local.set $b_o_all.4 (v128.load32_splat offset=64 (local.get $w_at_o)))
        (v128.store offset=256 (local.get $y_at_n_o) (f32x4.add (local.get $b_o_all.4) (f32x4.mul (local.get $x_in.4) (local.get $w_oi_all.4))))
      (local.set $o (i32.add (local.get $o) (i32.const 1))) (br_if $o (i32.lt_s (local.get $o) (i32.const 2))))
    (local.set $n (i32.add (local.get $n) (i32.const 4))) (br $n))))
  )

  ;; kernel    loss_hit_forward_backward_sum   largest = max over j of x[j,n]
  ;;           total = sum over j of exp(x[j,n] - largest)
  ;;           chosen = sum over j of if j = label[n] then x[j,n] else 0
  ;;           and 5 more
  ;; shape     n = 16, j = 2, o = 2   (f32)
  ;; schedule  unroll j 2 · vectorize n · parallel n
  ;; cost      560 FLOP · 320 B read · 256 B written · 1.0 FLOP/B · 0 accumulators
  ;; source    kernels/softmax_cross_entropy.ts + kernels/batch.ts + kernels/batch.ts sha256:78967c7c   regenerate: deno task generate specs/many.json
  (func $loss_hit_forward_backward_sum (export "loss_hit_forward_backward_sum") (param $step i32) (param $from i32) (param $to i32)
    (local $params_at_step i32) (local $x_at_n i32) (local $n i32) (local $x_at_n_o i32) (local $o i32)
    (local $count f32)
    (local $largest.4 v128) (local $x0.4 v128) (local $stays.4 v128) (local $x1.4 v128) (local $stays_2.4 v128) (local $label_n.4 v128)
    (local $total.4 v128) (local $chosen.4 v128) (local $best.4 v128) (local $sum2_sum.4 v128) (local $stays_3.4 v128) (local $stays_4.4 v128)
    (local $sum_n.4 v128) (local $sum2_n.4 v128) (local $count_all.4 v128) (local $test.4 v128) (local $loss.4 v128) (local $hit.4 v128)
    (local $x_on.4 v128)
    (local.set $params_at_step (i32.mul (local.get $step) (i32.const 12)))
    (block
      (local.set $count (f32.load (i32.add (global.get $params) (local.get $params_at_step))))
      (local.set $n (local.get $from)) (loop $n (if (i32.lt_s (local.get $n) (local.get $to)) (then
        (local.set $x_at_n (i32.mul (local.get $n) (i32.const 4)))

        ;; seed
        (local.set $largest.4 (f32x4.splat (f32.const -inf)))

        ;; reduce
        (local.set $x0.4 (v128.load offset=256 (local.get $x_at_n)))
        (local.set $stays.4 (f32x4.le (local.get $x0.4) (local.get $largest.4)))
        (local.set $largest.4 (v128.bitselect (local.get $largest.4) (local.get $x0.4) (local.get $stays.4)))
        (local.set $x1.4 (v128.load offset=320 (local.get $x_at_n)))
        (local.set $stays_2.4 (f32x4.le (local.get $x1.4) (local.get $largest.4)))
        (local.set $largest.4 (v128.bitselect (local.get $largest.4) (local.get $x1.4) (local.get $stays_2.4)))

        ;; finish
        (local.set $label_n.4 (v128.load offset=192 (local.get $x_at_n)))

        ;; seed
        (local.set $total.4 (f32x4.splat (f32.const 0)))
        (local.set $chosen.4 (f32x4.splat (f32.const 0)))
        (local.set $best.4 (f32x4.splat (f32.const -inf)))
        (local.set $sum2_sum.4 (i32x4.splat (i32.const 0)))

        ;; reduce
        (local.set $total.4 (f32x4.add (local.get $total.4) (call $exp.4 (f32x4.sub (local.get $x0.4) (local.get $largest.4)))))
        (local.set $chosen.4 (f32x4.add (local.get $chosen.4) (v128.and (local.get $x0.4) (i32x4.eq (i32x4.splat (i32.const 0)) (local.get $label_n.4)))))
        (local.set $stays_3.4 (f32x4.le (local.get $x0.4) (local.get $best.4)))
        (local.set $sum2_sum.4 (v128.bitselect (local.get $sum2_sum.4) (i32x4.splat (i32.const 0)) (local.get $stays_3.4)))
        (local.set $best.4 (v128.bitselect (local.get $best.4) (local.get $x0.4) (local.get $stays_3.4)))
        (local.set $total.4 (f32x4.add (local.get $total.4) (call $exp.4 (f32x4.sub (local.get $x1.4) (local.get $largest.4)))))
        (local.set $chosen.4 (f32x4.add (local.get $chosen.4) (v128.and (local.get $x1.4) (i32x4.eq (i32x4.splat (i32.const 1)) (local.get $label_n.4)))))
        (local.set $stays_4.4 (f32x4.le (local.get $x1.4) (local.get $best.4)))
        (local.set $sum2_sum.4 (v128.bitselect (local.get $sum2_sum.4) (i32x4.splat (i32.const 1)) (local.get $stays_4.4)))
        (local.set $best.4 (v128.bitselect (local.get $best.4) (local.get $x1.4) (local.get $stays_4.4)))

        ;; finish
        (local.set $sum_n.4 (v128.load offset=384 (local.get $x_at_n)))
        (local.set $sum2_n.4 (v128.load offset=448 (local.get $x_at_n)))
        (local.set $count_all.4 (f32x4.splat (local.get $count)))
        (local.set $test.4 (f32x4.lt (f32x4.convert_i32x4_s (i32x4.add (i32x4.splat (local.get $n)) (v128.const i32x4 0 1 2 3))) (local.get $count_all.4)))
        (local.set $loss.4 (v128.and (f32x4.sub (f32x4.add (call $log.4 (local.get $total.4)) (local.get $largest.4)) (local.get $chosen.4)) (local.get $test.4)))
        (local.set $hit.4 (v128.and (v128.and (f32x4.splat (f32.const 1)) (i32x4.eq (local.get $sum2_sum.4) (local.get $label_n.4))) (local.get $test.4)))
        (v128.store offset=384 (local.get $x_at_n) (f32x4.add (local.get $sum_n.4) (local.get $loss.4)))
        (v128.store offset=448 (local.get $x_at_n) (f32x4.add (local.get $sum2_n.4) (local.get $hit.4)))
      (local.set $n (i32.add (local.get $n) (i32.const 4))) (br $n))))
    )
    (block
      (local.set $count (f32.load (i32.add (global.get $params) (local.get $params_at_step))))
      (local.set $n (local.get $from)) (loop $n (if (i32.lt_s (local.get $n) (local.get $to)) (then
        (local.set $x_at_n (i32.mul (local.get $n) (i32.const 4)))
        (local.set $count_all.4 (f32x4.splat (local.get $count)))
        (local.set $test.4 (f32x4.lt (f32x4.convert_i32x4_s (i32x4.add (i32x4.splat (local.get $n)) (v128.const i32x4 0 1 2 3))) (local.get $count_all.4)))

        ;; seed
        (local.set $largest.4 (f32x4.splat (f32.const -inf)))

        ;; reduce
        (local.set $x0.4 (v128.load offset=256 (local.get $x_at_n)))
        (local.set $stays.4 (f32x4.le (local.get $x0.4) (local.get $largest.4)))
        (local.set $largest.4 (v128.bitselect (local.get $largest.4) (local.get $x0.4) (local.get $stays.4)))
        (local.set $x1.4 (v128.load offset=320 (local.get $x_at_n)))
        (local.set $stays_2.4 (f32x4.le (local.get $x1.4) (local.get $largest.4)))
        (local.set $largest.4 (v128.bitselect (local.get $largest.4) (local.get $x1.4) (local.get $stays_2.4)))

        ;; seed
        (local.set $total.4 (f32x4.splat (f32.const 0)))

        ;; reduce
        (local.set $total.4 (f32x4.add (local.get $total.4) (call $exp.4 (f32x4.sub (local.get $x0.4) (local.get $largest.4)))))
        (local.set $total.4 (f32x4.add (local.get $total.4) (call $exp.4 (f32x4.sub (local.get $x1.4) (local.get $largest.4)))))

        ;; finish
        (local.set $label_n.4 (v128.load offset=192 (local.get $x_at_n)))
        (local.set $o (i32.const 0)) (loop $o
          (local.set $x_at_n_o (i32.add (local.get $x_at_n) (i32.mul (local.get $o) (i32.const 64))))
          (local.set $x_on.4 (v128.load offset=256 (local.get $x_at_n_o)))
          (v128.store offset=576 (local.get $x_at_n_o) (v128.and (f32x4.div (f32x4.sub (f32x4.div (call $exp.4 (f32x4.sub (local.get $x_on.4) (local.get $largest.4))) (local.get $total.4)) (v128.and (f32x4.splat (f32.const 1)) (i32x4.eq (i32x4.splat (local.get $o)) (local.get $label_n.4)))) (local.get $count_all.4)) (local.get $test.4)))
        (local.set $o (i32.add (local.get $o) (i32.const 1))) (br_if $o (i32.lt_s (local.get $o) (i32.const 2))))
      (local.set $n (i32.add (local.get $n) (i32.const 4))) (br $n))))
    )
  )

  ;; kernel    flatten1_output_rows   y[n,i] = x[i,n]
  ;; shape     n = 16, i = 1   (f32)
  ;; schedule  vectorize n · parallel n
  ;; cost      0 FLOP · 64 B read · 64 B written · 0.0 FLOP/B · 0 accumulators
  ;; source    codegen/arrange.ts sha256:b44c2a88   regenerate: deno task generate specs/many.json
  (func $flatten1_output_rows (export "flatten1_output_rows") (param $step i32) (param $from i32) (param $to i32)
    (local $x_at_n i32) (local $n i32)
    (local $x_in.4 v128)
    (local.set $n (local.get $from)) (loop $n (if (i32.lt_s (local.get $n) (local.get $to)) (then
      (local.set $x_at_n (i32.mul (local.get $n) (i32.const 4)))
      (local.set $x_in.4 (v128.load offset=128 (local.get $x_at_n)))
      (v128.store offset=512 (local.get $x_at_n) (local.get $x_in.4))
    (local.set $n (i32.add (local.get $n) (i32.const 4))) (br $n))))
  )

  ;; kernel    linear1_backward_update_weight   dw = sum over n of x[n,i] * dy[o,n]
  ;;           w[o,i] = w[o,i] - learning_rate * (if abs(dw + l2 * w[o,i]) < 8.881784e-16 then 0 else dw + l2 * w[o,i])
  ;; shape     o = 2, i = 1, n = 16   (f32)
  ;; schedule  tile o 2 · vectorize n
  ;; cost      72 FLOP · 200 B read · 8 B written · 0.3 FLOP/B · 2 accumulators
  ;; source    kernels/linear.ts + kernels/sgd.ts sha256:decf6efb   regenerate: deno task generate specs/many.json
  (func $linear1_backward_update_weight (export "linear1_backward_update_weight") (param $step i32)
    (local $params_at_step i32) (local $x_at_n i32) (local $n i32)
    (local $learning_rate f32) (local $l2 f32) (local $dw_total0 f32) (local $dw_total1 f32) (local $w0 f32) (local $t0 f32)
    (local $w1 f32) (local $t1 f32)
    (local $dw0.4 v128) (local $dw1.4 v128) (local $x_ni.4 v128) (local $dy0.4 v128) (local $dy1.4 v128)
    (local.set $params_at_step (i32.mul (local.get $step) (i32.const 12)))
    (local.set $learning_rate (f32.load offset=4 (i32.add (global.get $params) (local.get $params_at_step))))
    (local.set $l2 (f32.load offset=8 (i32.add (global.get $params) (local.get $params_at_step))))

    ;; seed
    (local.set $dw0.4 (f32x4.splat (f32.const 0)))
    (local.set $dw1.4 (f32x4.splat (f32.const 0)))

    ;; reduce
    (local.set $n (i32.const 0)) (loop $n
      (local.set $x_at_n (i32.mul (local.get $n) (i32.const 4)))
      (local.set $x_ni.4 (v128.load offset=512 (local.get $x_at_n)))
      (local.set $dy0.4 (v128.load offset=576 (local.get $x_at_n)))
      (local.set $dw0.4 (f32x4.add (local.get $dw0.4) (f32x4.mul (local.get $x_ni.4) (local.get $dy0.4))))
      (local.set $dy1.4 (v128.load offset=640 (local.get $x_at_n)))
      (local.set $dw1.4 (f32x4.add (local.get $dw1.4) (f32x4.mul (local.get $x_ni.4) (local.get $dy1.4))))
    (local.set $n (i32.add (local.get $n) (i32.const 4))) (br_if $n (i32.lt_s (local.get $n) (i32.const 16))))

    ;; finish
    (local.set $dw_total0 (call $total (local.get $dw0.4)))
    (local.set $dw_total1 (call $total (local.get $dw1.4)))
    (local.set $w0 (f32.load (i32.const 0)))
    (local.set $t0 (f32.add (local.get $dw_total0) (f32.mul (local.get $l2) (local.get $w0))))
    (f32.store (i32.const 0) (f32.sub (local.get $w0) (f32.mul (local.get $learning_rate) (f32.reinterpret_i32 (select (i32.const 0) (i32.reinterpret_f32 (local.get $t0)) (f32.lt (f32.abs (local.get $t0)) (f32.const 8.881784197001252e-16)))))))
    (local.set $w1 (f32.load offset=4 (i32.const 0)))
    (local.set $t1 (f32.add (local.get $dw_total1) (f32.mul (local.get $l2) (local.get $w1))))
    (f32.store offset=4 (i32.const 0) (f32.sub (local.get $w1) (f32.mul (local.get $learning_rate) (f32.reinterpret_i32 (select (i32.const 0) (i32.reinterpret_f32 (local.get $t1)) (f32.lt (f32.abs (local.get $t1)) (f32.const 8.881784197001252e-16)))))))
  )

  ;; kernel    linear1_backward_update_bias   db = sum over n of dy[o,n]
  ;;           w[o] = w[o] - learning_rate * (if abs(db) < 8.881784e-16 then 0 else db)
  ;; shape     o = 2, n = 16   (f32)
  ;; schedule  tile o 2 · vectorize n
  ;; cost      36 FLOP · 136 B read · 8 B written · 0.3 FLOP/B · 2 accumulators
  ;; source    kernels/linear.ts + kernels/sgd.ts sha256:790bf9a4   regenerate: deno task generate specs/many.json
  (func $linear1_backward_update_bias (export "linear1_backward_update_bias") (param $step i32)
    (local $params_at_step i32) (local $dy_at_n i32) (local $n i32)
    (local $learning_rate f32) (local $db_total0 f32) (local $db_total1 f32) (local $w0 f32) (local $w1 f32)
    (local $db0.4 v128) (local $db1.4 v128) (local $dy0.4 v128) (local $dy1.4 v128)
    (local.set $params_at_step (i32.mul (local.get $step) (i32.const 12)))
    (local.set $learning_rate (f32.load offset=4 (i32.add (global.get $params) (local.get $params_at_step))))

    ;; seed
    (local.set $db0.4 (f32x4.splat (f32.const 0)))
    (local.set $db1.4 (f32x4.splat (f32.const 0)))

    ;; reduce
    (local.set $n (i32.const 0)) (loop $n
      (local.set $dy_at_n (i32.mul (local.get $n) (i32.const 4)))
      (local.set $dy0.4 (v128.load offset=576 (local.get $dy_at_n)))
      (local.set $db0.4 (f32x4.add (local.get $db0.4) (local.get $dy0.4)))
      (local.set $dy1.4 (v128.load offset=640 (local.get $dy_at_n)))
      (local.set $db1.4 (f32x4.add (local.get $db1.4) (local.get $dy1.4)))
    (local.set $n (i32.add (local.get $n) (i32.const 4))) (br_if $n (i32.lt_s (local.get $n) (i32.const 16))))

    ;; finish
    (local.set $db_total0 (call $total (local.get $db0.4)))
    (local.set $db_total1 (call $total (local.get $db1.4)))
    (local.set $w0 (f32.load offset=64 (i32.const 0)))
    (f32.store offset=64 (i32.const 0) (f32.sub (local.get $w0) (f32.mul (local.get $learning_rate) (f32.reinterpret_i32 (select (i32.const 0) (i32.reinterpret_f32 (local.get $db_total0)) (f32.lt (f32.abs (local.get $db_total0)) (f32.const 8.881784197001252e-16)))))))
    (local.set $w1 (f32.load offset=68 (i32.const 0)))
    (f32.store offset=68 (i32.const 0) (f32.sub (local.get $w1) (f32.mul (local.get $learning_rate) (f32.reinterpret_i32 (select (i32.const 0) (i32.reinterpret_f32 (local.get $db_total1)) (f32.lt (f32.abs (local.get $db_total1)) (f32.const 8.881784197001252e-16)))))))
  )

  ;; kernel    loss_hit_forward_sum   largest = max over j of x[j,n]
  ;;           total = sum over j of exp(x[j,n] - largest)
  ;;           chosen = sum over j of if j = label[n] then x[j,n] else 0
  ;;           and 4 more
  ;; shape     n = 16, j = 2   (f32)
  ;; schedule  unroll j 2 · vectorize n · parallel n
  ;; cost      208 FLOP · 320 B read · 128 B written · 0.5 FLOP/B · 5 accumulators
  ;; source    kernels/softmax_cross_entropy.ts + kernels/batch.ts + kernels/batch.ts sha256:581eaa1e   regenerate: deno task generate specs/many.json
  (func $loss_hit_forward_sum (export "loss_hit_forward_sum") (param $step i32) (param $from i32) (param $to i32)
    (local $params_at_step i32) (local $x_at_n i32) (local $n i32)
    (local $count f32)
    (local $largest.4 v128) (local $x0.4 v128) (local $stays.4 v128) (local $x1.4 v128) (local $stays_2.4 v128) (local $label_n.4 v128)
    (local $total.4 v128) (local $chosen.4 v128) (local $best.4 v128) (local $sum2_sum.4 v128) (local $stays_3.4 v128) (local $stays_4.4 v128)
    (local $sum_n.4 v128) (local $sum2_n.4 v128) (local $count_all.4 v128) (local $test.4 v128) (local $loss.4 v128) (local $hit.4 v128)
    (local.set $params_at_step (i32.mul (local.get $step) (i32.const 12)))
    (local.set $count (f32.load (i32.add (global.get $params) (local.get $params_at_step))))
    (local.set $n (local.get $from)) (loop $n (if (i32.lt_s (local.get $n) (local.get $to)) (then
      (local.set $x_at_n (i32.mul (local.get $n) (i32.const 4)))

      ;; seed
      (local.set $largest.4 (f32x4.splat (f32.const -inf)))

      ;; reduce
      (local.set $x0.4 (v128.load offset=256 (local.get $x_at_n)))
      (local.set $stays.4 (f32x4.le (local.get $x0.4) (local.get $largest.4)))
      (local.set $largest.4 (v128.bitselect (local.get $largest.4) (local.get $x0.4) (local.get $stays.4)))
      (local.set $x1.4 (v128.load offset=320 (local.get $x_at_n)))
      (local.set $stays_2.4 (f32x4.le (local.get $x1.4) (local.get $largest.4)))
      (local.set $largest.4 (v128.bitselect (local.get $largest.4) (local.get $x1.4) (local.get $stays_2.4)))

      ;; finish
      (local.set $label_n.4 (v128.load offset=192 (local.get $x_at_n)))

      ;; seed
      (local.set $total.4 (f32x4.splat (f32.const 0)))
      (local.set $chosen.4 (f32x4.splat (f32.const 0)))
      (local.set $best.4 (f32x4.splat (f32.const -inf)))
      (local.set $sum2_sum.4 (i32x4.splat (i32.const 0)))

      ;; reduce
      (local.set $total.4 (f32x4.add (local.get $total.4) (call $exp.4 (f32x4.sub (local.get $x0.4) (local.get $largest.4)))))
      (local.set $chosen.4 (f32x4.add (local.get $chosen.4) (v128.and (local.get $x0.4) (i32x4.eq (i32x4.splat (i32.const 0)) (local.get $label_n.4)))))
      (local.set $stays_3.4 (f32x4.le (local.get $x0.4) (local.get $best.4)))
      (local.set $sum2_sum.4 (v128.bitselect (local.get $sum2_sum.4) (i32x4.splat (i32.const 0)) (local.get $stays_3.4)))
      (local.set $best.4 (v128.bitselect (local.get $best.4) (local.get $x0.4) (local.get $stays_3.4)))
      (local.set $total.4 (f32x4.add (local.get $total.4) (call $exp.4 (f32x4.sub (local.get $x1.4) (local.get $largest.4)))))
      (local.set $chosen.4 (f32x4.add (local.get $chosen.4) (v128.and (local.get $x1.4) (i32x4.eq (i32x4.splat (i32.const 1)) (local.get $label_n.4)))))
      (local.set $stays_4.4 (f32x4.le (local.get $x1.4) (local.get $best.4)))
      (local.set $sum2_sum.4 (v128.bitselect (local.get $sum2_sum.4) (i32x4.splat (i32.const 1)) (local.get $stays_4.4)))
      (local.set $best.4 (v128.bitselect (local.get $best.4) (local.get $x1.4) (local.get $stays_4.4)))

      ;; finish
      (local.set $sum_n.4 (v128.load offset=384 (local.get $x_at_n)))
      (local.set $sum2_n.4 (v128.load offset=448 (local.get $x_at_n)))
      (local.set $count_all.4 (f32x4.splat (local.get $count)))
      (local.set $test.4 (f32x4.lt (f32x4.convert_i32x4_s (i32x4.add (i32x4.splat (local.get $n)) (v128.const i32x4 0 1 2 3))) (local.get $count_all.4)))
      (local.set $loss.4 (v128.and (f32x4.sub (f32x4.add (call $log.4 (local.get $total.4)) (local.get $largest.4)) (local.get $chosen.4)) (local.get $test.4)))
      (local.set $hit.4 (v128.and (v128.and (f32x4.splat (f32.const 1)) (i32x4.eq (local.get $sum2_sum.4) (local.get $label_n.4))) (local.get $test.4)))
      (v128.store offset=384 (local.get $x_at_n) (f32x4.add (local.get $sum_n.4) (local.get $loss.4)))
      (v128.store offset=448 (local.get $x_at_n) (f32x4.add (local.get $sum2_n.4) (local.get $hit.4)))
    (local.set $n (i32.add (local.get $n) (i32.const 4))) (br $n))))
  )

  (func (export "train") (param $step i32)
    (call $batch_gather (local.get $step) (call $share (i32.const 16) (global.get $thread)) (call $share (i32.const 16) (i32.add (global.get $thread) (i32.const 1))))
    (call $batch_gather_label (local.get $step) (call $share (i32.const 16) (global.get $thread)) (call $share (i32.const 16) (i32.add (global.get $thread) (i32.const 1))))
    (call $wait)
    (call $linear1_forward (local.get $step) (i32.mul (call $share (i32.const 4) (global.get $thread)) (i32.const 4)) (i32.mul (call $share (i32.const 4) (i32.add (global.get $thread) (i32.const 1))) (i32.const 4)))
    (call $wait)
    (call $loss_hit_forward_backward_sum (local.get $step) (i32.mul (call $share (i32.const 4) (global.get $thread)) (i32.const 4)) (i32.mul (call $share (i32.const 4) (i32.add (global.get $thread) (i32.const 1))) (i32.const 4)))
    (call $flatten1_output_rows (local.get $step) (i32.mul (call $share (i32.const 4) (global.get $thread)) (i32.const 4)) (i32.mul (call $share (i32.const 4) (i32.add (global.get $thread) (i32.const 1))) (i32.const 4)))
    (call $wait)
    (if (i32.eqz (global.get $thread)) (then (call $linear1_backward_update_weight (local.get $step))))
    (if (i32.eqz (global.get $thread)) (then (call $linear1_backward_update_bias (local.get $step))))
    (call $wait)
  )

  (func (export "evaluate") (param $step i32)
    (call $batch_gather (local.get $step) (call $share (i32.const 16) (global.get $thread)) (call $share (i32.const 16) (i32.add (global.get $thread) (i32.const 1))))
    (call $batch_gather_label (local.get $step) (call $share (i32.const 16) (global.get $thread)) (call $share (i32.const 16) (i32.add (global.get $thread) (i32.const 1))))
    (call $wait)
    (call $linear1_forward (local.get $step) (i32.mul (call $share (i32.const 4) (global.get $thread)) (i32.const 4)) (i32.mul (call $share (i32.const 4) (i32.add (global.get $thread) (i32.const 1))) (i32.const 4)))
    (call $wait)
    (call $loss_hit_forward_sum (local.get $step) (i32.mul (call $share (i32.const 4) (global.get $thread)) (i32.const 4)) (i32.mul (call $share (i32.const 4) (i32.add (global.get $thread) (i32.const 1))) (i32.const 4)))
    (call $wait)
  )
)
