/**
 * This process's threads and open files, as Linux tells them: Deno shows a process its own /proc only with all permissions,
 * so `ls` and `cat` are asked.
 *
 * @module
 */

const FOLDER = `/proc/${Deno.pid}`;

/** How many threads are workers, and how many others there are. */
export async function countThreads(): Promise<{ readonly workers: number; readonly threads: number }> {
  const tasks = `${FOLDER}/task`, ids = await lines("ls", [tasks]);
  const names = await lines("cat", ids.map((id) => `${tasks}/${id}/comm`));
  const workers = names.filter((name) => name.startsWith("worker")).length;
  return { workers, threads: names.length - workers };
}

/** How many files are open. */
export async function countFiles(): Promise<number> {
  return (await lines("ls", [`${FOLDER}/fd`])).length;
}

/** What a program prints. A thread that has ended since is left out. */
async function lines(program: string, args: string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command(program, { args, stderr: "null" }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}
