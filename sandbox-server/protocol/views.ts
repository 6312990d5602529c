/** What the API says of sessions, tasks and the sandbox. JSON; times are milliseconds since 1970. */

/**
 * queued → starting → ready ⇄ resetting, then stopping → ended; starting and resetting may end in failed.
 * ready ⇄ recovering: its machines stopped and are started again, with their files.
 * ended and failed are final.
 */
export type SessionState =
  'queued' | 'starting' | 'ready' | 'resetting' | 'recovering' | 'stopping' | 'ended' | 'failed';

export interface SessionView {
  id: string;
  /** `<course>/<module>/<lesson>` */
  lesson: string;
  state: SessionState;
  /** What starting (or resetting) consists of, in order, for the page to show. */
  steps: { label: string; state: 'todo' | 'doing' | 'done'; ms?: number }[];
  createdAt: number;
  /** The server's clock when it said this, for a page whose own clock is wrong. */
  now: number;
  /** When the session ends whatever happens, unless extended. */
  expiresAt: number;
  /** When the session ends if nothing is typed, clicked or run until then. */
  idleEndsAt: number;
  /** False once the longest lifetime is reached. */
  canExtend: boolean;
  machines: { name: string }[];
  terminals: TerminalView[];
  tasks: TaskView[];
  /** Links by which others look at the terminals. */
  shares: ShareView[];
  /** `<preview>/<port>/` shows what listens on that port of the first machine; there while the session is ready. */
  preview?: string;
  /** While it is queued. */
  queue?: QueueView;
  /** Why it ended or failed, in a sentence, with what to do. */
  problem?: ProblemView;
  /** What happened to it that the learner did not ask for. */
  notice?: NoticeView;
}

export interface NoticeView {
  /** Stable. */
  code: string;
  message: string;
}

export interface QueueView {
  /** 1: the next one. */
  place: number;
  /** When it will probably start. */
  startsAt?: number;
  /** All places are held; the host is short of memory or disk; others are starting just now. */
  why: 'places' | 'memory' | 'disk' | 'turn';
}

export interface TerminalView {
  id: string;
  machine: string;
  /** What the tab says: `host`, `host 2`. */
  title: string;
}

export interface ShareView {
  id: string;
  /** Who has it may type too. */
  mayType: boolean;
  /** Pages that look by it now. */
  watchers: number;
}

/** A new link: its address is told this once. */
export interface ShareMade {
  id: string;
  mayType: boolean;
  /** A path of this server. */
  address: string;
}

/** todo: not checked or nothing to say yet; lapsed: was done, now broken (tasks that hold); broken: our checker failed. */
export type TaskState = 'todo' | 'checking' | 'notYet' | 'done' | 'lapsed' | 'broken';

export interface TaskView {
  id: string;
  state: TaskState;
  /** The last verdict's words, for notYet, lapsed and broken. */
  verdict?: VerdictView;
  /** True when the learner has tried something that this check looks at: only then does the page show a notYet. */
  attempted: boolean;
  doneAt?: number;
}

export interface VerdictView {
  /** One sentence in the learner's terms: "shop:2 installs after it copies the source." */
  message: string;
  expected?: string;
  observed?: string;
  /** The object it is about: `image shop:2`. */
  subject?: string;
}

export interface ProblemView {
  /** Stable, from errors.ts. */
  code: string;
  /** What happened. */
  message: string;
  /** What to do. */
  fix: string;
}

/** Body of every HTTP error. */
export interface ErrorBody {
  error: ProblemView;
}

export interface StatusView {
  labs: 'available' | 'unavailable';
  problem?: ProblemView;
  /** `Docker Engine 26.1.5, rootless sandboxes` */
  engine?: string;
}

export interface MeView {
  /** By lesson id. */
  progress: Record<string, LessonProgress>;
  /** Sessions that have not ended. */
  sessions: SessionView[];
  lastLesson?: string;
  /** Why no lab of the lesson that the page is about can start on this server, whoever asks. */
  unmetNeeds?: ProblemView;
}

export interface LessonProgress {
  /** Ids of the tasks that were passed, ever. */
  tasks: string[];
  /** By question id: the choice that was taken last and whether it was right. */
  quiz: Record<string, { choice: string; right: boolean }>;
  visitedAt: number;
}
