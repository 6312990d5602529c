/** What a sandbox of a lesson uses while something is built in it. */
const MEMORY_PER_JOB = 1.2 * 1024 ** 3;
/** For the engine, this process, and whatever else runs on the machine. */
const MEMORY_LEFT = 1024 ** 3;
/** Labs wait about as long as they compute. */
const JOBS_PER_CORE = 2;

/** How many sandboxes are worth having at once. */
export function defaultJobs(cores: number, freeMemory: number): number {
  const byMemory = Math.floor((freeMemory - MEMORY_LEFT) / MEMORY_PER_JOB);
  return Math.max(1, Math.min(cores * JOBS_PER_CORE, byMemory));
}
