/** What a test file holds in memory: files run side by side in one process, whose memory is that of all of them. */

/** Bytes of objects and arrays of this file, those included that nobody needs any more. */
export function ownMemory(): number {
  const { heapTotal, external } = Deno.memoryUsage();
  return heapTotal + external;
}
