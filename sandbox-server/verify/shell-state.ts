/** What a shell is like: two with the same `digest`, in the same folder, do the same with the same command. */
export interface ShellState {
  digest: string;
  folder: string;
  /** Where `cd -` leads; empty when nowhere. */
  previousFolder: string;
}

/** These change by themselves, or with every command; the folders are told apart. */
const PASSING = [
  ...['_', 'BASHPID', 'BASH_.*', 'COLUMNS', 'DIRSTACK', 'EPOCH.*', 'FUNCNAME', 'HISTCMD', 'LINENO', 'LINES', 'OLDPWD'],
  ...['PIPESTATUS', 'PPID', 'PWD', 'RANDOM', 'SECONDS', 'SRANDOM', '__drydock_.*'],
].join('|');

/**
 * Typed once, it defines a function that prints the shell's state: variables, functions, aliases, options, traps and the like. It leaves `$?` as
 * it finds it, and the blank before it keeps it out of the history.
 */
export const DEFINE_SHELL_STATE = ` __drydock_state() { local __drydock_status=$?; printf 'state=%s folder=%s previous=%s.\\n' "$(
{ declare -p; declare -f; alias -p; trap -p; set +o; shopt -p; umask; ulimit -a; dirs -p | command tail -n +2; } 2> /dev/null |
command grep -vE '^declare -[-[:alpha:]]+ (${PASSING})(=|$)' | command cksum | command tr ' ' -)" \\
"$(printf %s "$PWD" | command base64 -w 0)" "$(printf %s "\${OLDPWD-}" | command base64 -w 0)"; return "$__drydock_status"; }`;

export const PRINT_SHELL_STATE = ' __drydock_state';

/** Undefined when the shell is not the one that was told how to print it. */
export function readShellState(printed: string): ShellState | undefined {
  const match = /state=([\d-]+) folder=(\S*) previous=(\S*)\./.exec(printed);
  if (!match) return undefined;
  const [, digest = '', folder = '', previous = ''] = match;
  return { digest, folder: decode(folder), previousFolder: decode(previous) };
}

/** Types a new shell into the folder of another one. Undefined when it is there already. */
export function goTo({ folder, previousFolder }: ShellState): string | undefined {
  if (previousFolder === '') return undefined;
  return ` cd -- ${quote(previousFolder)}; cd -- ${quote(folder)}`;
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
