/** WebSocket close codes of our own (4000–4999 are for applications, RFC 6455 §7.4.2). */
export const CLOSE = {
  /** The shell or the session ended: do not reconnect. */
  ended: 4000,
  /** A frame that is not of the protocol. */
  badFrame: 4001,
  /** What let this page in was taken back: do not reconnect. */
  revoked: 4003,
  /** Nothing here, or not yours. */
  notFound: 4004,
  /** Too many sockets or frames. */
  tooMany: 4029,
  /** The engine of the sandbox went away: reconnect later. */
  sandboxGone: 4050,
  /** The server restarts: reconnect. */
  restarting: 1012,
} as const;
