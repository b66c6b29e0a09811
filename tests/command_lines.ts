/**
 * Runs command lines one after the other in this process, with its permissions, and prints as JSON how each has ended:
 *
 *     deno run FLAGS tests/command_lines.ts < LINES
 *
 * LINES: a JSON list of lists of words.
 *
 * @module
 */
import { main } from "../cli.ts";

/** How a command has ended, and what it printed. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

if (import.meta.main) {
  const lines: string[][] = JSON.parse(await new Response(Deno.stdin.readable).text());
  const write = Deno.stdout.writeSync.bind(Deno.stdout), decoder = new TextDecoder();
  let stdout = "", stderr = "";
  Deno.stdout.writeSync = (bytes) => (stdout += decoder.decode(bytes), bytes.length);
  Deno.stderr.writeSync = (bytes) => (stderr += decoder.decode(bytes), bytes.length);
  const outcomes: Outcome[] = [];
  for (const line of lines) {
    [stdout, stderr] = ["", ""];
    const code = await main(line);
    outcomes.push({ code, stdout, stderr });
  }
  for (let left = new TextEncoder().encode(JSON.stringify(outcomes)); left.length > 0;) {
    left = left.subarray(write(left));
  }
  Deno.exit(0);
}
