import { z } from 'zod';
import type { HttpCheckOptions, HttpCheckResponse } from '../lab/check-context.ts';
import { NotYet } from '../lab/not-yet.ts';
import type { RunCommand } from './probes.ts';

const DEFAULT_TIMEOUT_MS = 3_000;
/** Of a body; what is longer is cut off. */
const MAX_BODY_BYTES = 1024 * 1024;

/** curl's own report (https://curl.se/docs/manpage.html#-w), on standard error behind the body. */
const report = z.object({ exitcode: z.number(), errormsg: z.string().nullish(), http_code: z.number() });
const headerReport = z.record(z.string(), z.array(z.string()));

/** Asks from inside a machine, as the learner's own curl would. */
export function httpCheck(run: RunCommand, signal: AbortSignal) {
  return async (url: string, options: HttpCheckOptions = {}): Promise<HttpCheckResponse> => {
    const {
      method = options.body === undefined ? 'GET' : 'POST',
      headers = {},
      body,
      timeout = DEFAULT_TIMEOUT_MS,
    } = options;
    const command = [
      // -q first: without the learner's .curlrc.
      ...['/usr/bin/curl', '-q', '--silent', '--globoff', '--noproxy', '*', '--proto', '=http,https'],
      ...['--max-time', String(timeout / 1000), '--write-out', '%{stderr}%{json}\n%{header_json}'],
      ...(method === 'HEAD' ? ['--head'] : ['--request', method]),
      ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
      ...(body === undefined ? [] : ['--data-binary', '@-']),
      ...['--url', url],
    ];
    const result = await run(command, {
      signal,
      input: body ?? '',
      maxBytes: MAX_BODY_BYTES,
    });
    const [first = '', ...rest] = result.stderr.toString('utf8').split('\n');
    const parsed = report.safeParse(parseJson(first));
    if (!parsed.success)
      throw new Error(`curl exited with ${String(result.exitCode)} and did not report: ${first.slice(0, 200)}`);
    const { exitcode, errormsg, http_code: status } = parsed.data;
    if (exitcode !== 0) throw failure(url, exitcode, errormsg ?? '', timeout);
    const parsedHeaders = headerReport.safeParse(parseJson(rest.join('\n')));
    return {
      status,
      headers: Object.fromEntries(
        Object.entries(parsedHeaders.data ?? {}).map(([name, values]) => [name.toLowerCase(), values.join(', ')]),
      ),
      body: result.stdout.toString('utf8'),
    };
  };
}

/** curl's exit codes in the learner's terms (https://curl.se/docs/manpage.html#EXIT). */
function failure(url: string, code: number, message: string, timeout: number): Error {
  const notYet = (text: string, observed: string) =>
    new NotYet(text, { subject: url, expected: 'an HTTP answer', observed });
  switch (code) {
    case 6:
      return notYet(`Nothing is called ${new URL(url).hostname}, so ${url} does not answer.`, 'an unknown name');
    case 7: {
      const other = /(timed? ?out|unreachable|no route)[^.]*/i.exec(message);
      const why = other ? other[0].toLowerCase() : 'connection refused';
      return notYet(`Nothing answers on ${url}: ${why}.`, why);
    }
    case 28:
      return notYet(`${url} does not answer within ${timeout / 1000} s.`, 'no answer in time');
    // Sent or received nothing, or half: a published port whose container does not listen behaves like that.
    case 18:
    case 52:
    case 55:
    case 56:
      return notYet(
        `${url} takes the connection and drops it without an answer: nothing listens behind the port.`,
        'a dropped connection',
      );
    case 35:
    case 60:
      return notYet(`${url} has no working TLS: ${message}.`, message);
    case 1:
    case 8:
      return notYet(`What answers on ${url} does not speak HTTP.`, 'something else than HTTP');
    default:
      return new Error(`curl ${url} failed with ${code}: ${message}`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
