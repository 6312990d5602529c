import type {
  ErrorBody,
  MeView,
  ProblemView,
  SessionView,
  ShareMade,
  StatusView,
  TerminalView,
} from '../../sandbox-server/protocol/views.ts';

/** A request waits this long before the page says that the server doesn't answer. */
const REQUEST_TIMEOUT_MS = 15_000;

/** An answer that is not a success, in words to show: `message` is what happened, `fix` what to do. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly fix: string;
  /** 0 when there was no answer at all. */
  readonly status: number;

  constructor(problem: ProblemView, status: number) {
    super(problem.message);
    this.code = problem.code;
    this.fix = problem.fix;
    this.status = status;
  }
}

export type Api = ReturnType<typeof createApi>;

/** The server's HTTP API. Every method throws ApiError, and nothing else, when it fails. */
export function createApi(fetcher: typeof fetch = (...request) => fetch(...request)) {
  const request = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await send(fetcher, method, path, body);
    if (!response.ok) throw new ApiError(await problemOf(response), response.status);
    if (response.status === 204) return undefined as T;
    return (await response.json().catch(() => {
      throw new ApiError(UNREADABLE, response.status);
    })) as T;
  };
  const session = (id: string) => `/api/sessions/${encodeURIComponent(id)}`;

  return {
    status: () => request<StatusView>('GET', '/api/status'),
    /** Of the lesson's page it also says what stands in the way of its lab. */
    me: (lesson?: string) =>
      request<MeView>('GET', lesson === undefined ? '/api/me' : `/api/me?lesson=${encodeURIComponent(lesson)}`),
    /** The learner's session of this lesson: a new one, or the one that is there already. */
    startSession: (lesson: string) => request<SessionView>('POST', '/api/sessions', { lesson }),
    session: (id: string) => request<SessionView>('GET', session(id)),
    resetSession: (id: string) => request<SessionView>('POST', `${session(id)}/reset`, {}),
    extendSession: (id: string) => request<SessionView>('POST', `${session(id)}/extend`, {}),
    endSession: (id: string) => request<SessionView>('DELETE', session(id)),
    openTerminal: (id: string, machine: string) =>
      request<TerminalView>('POST', `${session(id)}/terminals`, { machine }),
    closeTerminal: (id: string, terminal: string) =>
      request<void>('DELETE', `${session(id)}/terminals/${encodeURIComponent(terminal)}`),
    /** A link to a session's terminals, for somebody who watches. */
    share: (id: string, mayType: boolean) => request<ShareMade>('POST', `${session(id)}/shares`, { mayType }),
    takeBack: (id: string, share: string) =>
      request<void>('DELETE', `${session(id)}/shares/${encodeURIComponent(share)}`),
    visit: (lesson: string) => request<void>('PUT', '/api/progress/visit', { lesson }),
    quiz: (answer: { lesson: string; question: string; choice: string; right: boolean }) =>
      request<void>('PUT', '/api/progress/quiz', answer),
  };
}

async function send(fetcher: typeof fetch, method: string, path: string, body: unknown): Promise<Response> {
  try {
    return await fetcher(path, {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError(NO_ANSWER, 0);
  }
}

async function problemOf(response: Response): Promise<ProblemView> {
  const body: unknown = await response.json().catch(() => undefined);
  if (isErrorBody(body)) return body.error;
  return {
    code: 'unexpected-answer',
    message: `The server answered with status ${response.status} and did not say why.`,
    fix: 'Try again. If it stays like this, the server’s log says more.',
  };
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false;
  const { error } = body;
  return (
    typeof error === 'object' &&
    error !== null &&
    ['code', 'message', 'fix'].every((key) => typeof (error as Record<string, unknown>)[key] === 'string')
  );
}

const NO_ANSWER: ProblemView = {
  code: 'no-answer',
  message: 'The server does not answer.',
  fix: 'You can read on. Check your connection, and that the server runs; then try again.',
};

const UNREADABLE: ProblemView = {
  code: 'unexpected-answer',
  message: 'Something answered that is not Drydock’s server.',
  fix: 'Start the site with `npm start`, and open the address that it prints.',
};
