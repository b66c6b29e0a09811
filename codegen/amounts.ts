/**
 * Numbers for people.
 *
 * @module
 */

/** Bytes for people. */
export function megabytes(bytes: number): string {
  return bytes < 1e4 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
