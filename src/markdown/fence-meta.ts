export interface FenceMeta {
  /** Typed into a terminal by the page's Run button. */
  run: boolean;
  /** Of a sandbox with several machines. */
  machine: string | undefined;
}

/** What follows the language of a code fence: `run`, `run fails`, `run machine=web`. */
export function parseFenceMeta(meta: string | undefined): FenceMeta {
  const words = (meta ?? '').split(/\s+/).filter(Boolean);
  const machine = words.find((word) => word.startsWith('machine='))?.slice('machine='.length);
  return { run: words.includes('run'), machine: machine === '' ? undefined : machine };
}
