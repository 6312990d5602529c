/** Whether the keyboard has a ⌘ key, by what the browser says of its system. */
export function isApple(userAgent: string): boolean {
  return /Mac|iP(hone|ad)/.test(userAgent);
}
