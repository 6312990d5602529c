/**
 * What xterm.js writes by itself when a program asks: device attributes, status and cursor reports, modes, settings,
 * colours, window sizes, and the focus report that follows a program's wish for focus events.
 */
const AUTOMATIC_REPLIES: readonly RegExp[] = [
  /^\x1b\[[?>]?[\d;]*c$/, // DA1, DA2
  /^\x1b\[\??\d+(;\d+)*[nR]$/, // DSR, CPR
  /^\x1b\[\??\d+;\d+\$y$/, // DECRQM
  /^\x1bP[01]\$r[^\x1b]*\x1b\\$/, // DECRQSS
  /^\x1b\](4;\d+|1[0-2]);rgb:[\da-f/]+(\x1b\\|\x07)$/i, // OSC 4, 10, 11, 12
  /^\x1b\[[468];\d+;\d+t$/, // window and cell size
  /^\x1b\[[IO]$/, // focus
];

/** True for data that no key, paste or mouse made. A query that is replayed or only watched must not be answered. */
export function isAutomaticReply(data: string): boolean {
  return AUTOMATIC_REPLIES.some((pattern) => pattern.test(data));
}
