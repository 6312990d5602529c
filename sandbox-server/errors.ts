import type { ProblemView } from './protocol/views.ts';

/** Every error that a client can see: stable code → HTTP status, what happened, what to do. */
export const CATALOGUE = {
  'not-found': {
    status: 404,
    message: 'There is nothing at this address.',
    fix: 'Check the address, or go back to the course page.',
  },
  'unknown-lesson': { status: 404, message: 'There is no such lesson.', fix: 'Choose a lesson on the course page.' },
  // The same answer for one that does not exist and one that is somebody else's: no hint that it exists.
  'unknown-session': {
    status: 403,
    message: 'There is no such session, or it is not yours.',
    fix: 'Start the lab again on the lesson’s page.',
  },
  'unknown-terminal': { status: 404, message: 'This terminal is not there any more.', fix: 'Open another one with +.' },
  'unknown-machine': {
    status: 404,
    message: 'This lab has no such machine.',
    fix: 'Choose one of the machines in the tabs.',
  },
  'unknown-task': {
    status: 404,
    message: 'This lab has no such task.',
    fix: 'Reload the page: the lesson may have changed.',
  },
  'lesson-without-lab': { status: 409, message: 'This lesson has no lab.', fix: 'Just read on.' },
  'unmet-needs': {
    status: 409,
    message: 'This lab needs something that the sandboxes of this server do not have.',
    fix: 'Read on without the lab, or do it on a machine of your own.',
  },
  'bad-request': {
    status: 400,
    message: 'The request is not what this address takes.',
    fix: 'Reload the page. If it happens again, tell the organiser.',
  },
  'bad-frame': { status: 400, message: 'A message was not of the protocol.', fix: 'Reload the page.' },
  'too-large': { status: 413, message: 'That is more than this address takes.', fix: 'Send less.' },
  'foreign-origin': {
    status: 403,
    message: 'This request comes from another site.',
    fix: 'Open the course at its own address.',
  },
  'not-ready': {
    status: 409,
    message: 'The lab is not running.',
    fix: 'Wait until it has started, or start it again.',
  },
  'cannot-extend': {
    status: 409,
    message: 'This lab has reached its longest lifetime.',
    fix: 'Stop it and start a new one; finished tasks stay finished.',
  },
  'too-many-sessions': {
    status: 429,
    message: 'You have as many labs running as one learner may have.',
    fix: 'Stop one of them, then start this one.',
  },
  'too-many-terminals': {
    status: 429,
    message: 'This lab has as many terminals as it may have.',
    fix: 'Close one of them first.',
  },
  'too-many-sockets': {
    status: 429,
    message: 'Too many connections to this lab are open.',
    fix: 'Close other tabs of this page.',
  },
  'too-many-shares': {
    status: 429,
    message: 'This lab has as many links as it may have.',
    fix: 'Take one of them back first.',
  },
  'unknown-share': {
    status: 403,
    message: 'This link leads nowhere: it was taken back, the lab has ended, or the server was restarted.',
    fix: 'Ask for a new one.',
  },
  'at-capacity': {
    status: 503,
    message: 'All places on this server are taken, and the queue for them is full.',
    fix: 'Try again in a few minutes. Reading works meanwhile.',
  },
  'queue-left': {
    status: 410,
    message: 'No page of yours was open while the lab waited for a place, so the place in the queue was given up.',
    fix: 'Start it again to get into the queue, and keep this page open.',
  },
  'no-engine': {
    status: 503,
    message: 'Labs are off: this server has no container engine.',
    fix: 'The organiser can run `npm run doctor` to see what is missing. Reading works meanwhile.',
  },
  'engine-gone': {
    status: 503,
    message: 'The container engine does not answer.',
    fix: 'Wait a moment and try again. If it stays away, the organiser can run `npm run doctor`.',
  },
  'image-missing': {
    status: 503,
    message: 'An image that the labs are made of is missing on the engine.',
    fix: 'The organiser can build it again with `npm run images`.',
  },
  'cluster-image-missing': {
    status: 503,
    message: 'The image that nodes of Kubernetes clusters are made of is missing on the engine.',
    fix: 'The organiser can make it with `npm run images -- kubernetes`. The other lessons work.',
  },
  'cluster-no-memory': {
    status: 503,
    message: 'The server’s host has not enough memory left for a Kubernetes cluster.',
    fix: 'Try again when other labs have ended, or ask the organiser for a larger host. The other lessons work.',
  },
  'cluster-refused': {
    status: 503,
    message: 'The container engine refuses privileged containers, which the nodes of a Kubernetes cluster are.',
    fix: 'The organiser can restart the engine that Drydock brings, or use one that allows them. The other lessons work.',
  },
  'cluster-failed': {
    status: 503,
    message: 'The Kubernetes cluster could not be made.',
    fix: 'Try again. If it fails again, the organiser finds the cause in the server’s log. The other lessons work.',
  },
  'cluster-lost': {
    status: 410,
    message: 'The Kubernetes cluster of this lab is gone, or a part of it is.',
    fix: 'Start the lab again for a fresh one; finished tasks stay finished.',
  },
  'sandbox-lost': {
    status: 410,
    message: 'The sandbox of this lab stopped unexpectedly.',
    fix: 'Start it again for a fresh one; finished tasks stay finished.',
  },
  'out-of-memory': {
    status: 410,
    message: 'The sandbox used more memory than it may and was stopped.',
    fix: 'Start it again for a fresh one; finished tasks stay finished.',
  },
  'disk-full': {
    status: 410,
    message: 'The sandbox had more on its disk than it may and was stopped.',
    fix: 'Start it again for a fresh one; finished tasks stay finished. Remove images and files that you no longer need as you go.',
  },
  'program-killed': {
    status: 507,
    message: 'A program in the lab needed more memory than the lab has left, and was killed.',
    fix: 'The lab goes on. Give that program less to do, or stop containers that you no longer need.',
  },
  'start-failed': {
    status: 500,
    message: 'The lab could not be started.',
    fix: 'Try again. If it fails again, tell the organiser.',
  },
  'session-expired': {
    status: 410,
    message: 'The lab’s time was over, so it was stopped.',
    fix: 'Start it again; finished tasks stay finished.',
  },
  'session-idle': {
    status: 410,
    message: 'Nobody used the lab for a while, so it was stopped.',
    fix: 'Start it again; finished tasks stay finished.',
  },
  'data-in-use': {
    status: 503,
    message: 'Another Drydock uses this data folder.',
    fix: 'Replace it with `npm start -- --restart`, which keeps its labs; or stop it first; or choose another folder with --data.',
  },
  'site-missing': {
    status: 503,
    message: 'The site has not been built.',
    fix: 'The organiser can build it with `npm run build`.',
  },
  'storage-failed': {
    status: 503,
    message: 'The server could not store this.',
    fix: 'Nothing that was stored before is lost. The organiser should look at the disk’s free space.',
  },
  internal: {
    status: 500,
    message: 'Something went wrong on the server.',
    fix: 'Try again. The organiser finds the cause in the server’s log.',
  },
} as const satisfies Record<string, { status: number; message: string; fix: string }>;

export type ErrorCode = keyof typeof CATALOGUE;

/** An error that a client may see. `detail` replaces the catalogue's sentence of what happened. */
export class DrydockError extends Error {
  override readonly name = 'DrydockError';
  readonly code: ErrorCode;
  readonly fix: string;

  constructor(code: ErrorCode, options: { detail?: string; fix?: string; cause?: unknown } = {}) {
    super(options.detail ?? CATALOGUE[code].message, { cause: options.cause });
    this.code = code;
    this.fix = options.fix ?? CATALOGUE[code].fix;
  }

  get status(): number {
    return CATALOGUE[this.code].status;
  }

  view(): ProblemView {
    return { code: this.code, message: this.message, fix: this.fix };
  }
}

/** Anything that was thrown, as something that a client may see: unknown errors become `internal`, without their words. */
export function toDrydockError(error: unknown, fallback: ErrorCode = 'internal'): DrydockError {
  return error instanceof DrydockError ? error : new DrydockError(fallback, { cause: error });
}
