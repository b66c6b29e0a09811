/**
 * A thread that computes for long lets others have their turn.
 *
 * @module
 */

/** Goes on when what waits for this thread, such as messages, has had its turn: without the wait of a timer. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    if ("setImmediate" in globalThis) {
      (globalThis.setImmediate as (call: () => void) => void)(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
