/**
 * Kernels that the engine has made fast before the first step needs them.
 *
 * V8 compiles a function of WebAssembly quickly and badly when it is first called, and well, on a thread of its own, once
 * it has run for a while; a call that is under way stays slow to its end. Of a large net the first call of a kernel is
 * long, and its first step would be slow. A kernel that is called with an empty share does nothing, and some thousands of
 * such calls are "a while" too.
 *
 * @module
 */
/** Empty calls of a kernel: of those that do arithmetic, V8 15 has then seen enough. */
const CALLS = 20_000;

/** Parameters of a kernel that threads share, at least: the step, and where a share begins and ends. */
const SHARED = 3;

/**
 * Calls kernels of a module that is bound to memory with empty shares; nothing in the memory changes. Takes about a
 * millisecond for each kernel, and leaves out those that threads do not share. All threads have the same machine code, so
 * each kernel is called by one of them.
 */
export function warmUp(bound: object, kernels: readonly string[], thread: number, threads: number): void {
  const exports = bound as Readonly<Record<string, (step: number, from: number, to: number) => void>>;
  for (let k = thread; k < kernels.length; k += threads) {
    const call = exports[kernels[k]];
    if (call.length >= SHARED) { for (let i = 0; i < CALLS; i++) call(0, 0, 0); }
  }
}
