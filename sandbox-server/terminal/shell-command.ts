import { PATHS } from '../backend/paths.ts';

/** The holder's PTY has no size until somebody joins: the shell waits for that (20 ms × 100), so that its first prompt is seen. */
const SHELL = 'i=0; while [ "$(stty size)" = "0 0" ] && [ $i -lt 100 ]; do i=$((i+1)); sleep 0.02; done; exec /bin/bash -l';

/**
 * Opens the learner's shell in a PTY holder (dtach), or joins it when it is there: the shell outlives the connection, and
 * a restart of the server. A holder's client that an earlier server left behind is ended first.
 */
export function shellCommand(terminal: string): string[] {
  if (!/^[a-z0-9]+$/.test(terminal)) throw new Error(`not a terminal id: ${terminal}`);
  const socket = `${PATHS.terminals}/${terminal}`;
  const script = [
    `mkdir -p -m 700 ${PATHS.terminals}`,
    `/usr/bin/pkill -f '^dtach -a ${socket} ' || :`,
    `[ -S ${socket} ] || /usr/bin/dtach -n ${socket} -E -z -r winch /bin/sh -c '${SHELL}'`,
    `exec dtach -a ${socket} -E -z -r winch`,
  ];
  return ['/bin/sh', '-c', script.join('\n')];
}

export const SHELL_ENV = { TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8', SHELL: '/bin/bash', USER: 'learner' };
