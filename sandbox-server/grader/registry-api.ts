import type { z } from 'zod';
import { PATHS } from '../backend/paths.ts';
import type { RunCommand } from './probes.ts';

const TIMEOUT_SECONDS = '5';
/** Of one answer: a manifest of a hundred layers is a tenth of it. */
const MAX_ANSWER_BYTES = 256 * 1024;

const ACCEPT = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
].join(', ');

/** The HTTP API of a lab's private registry, asked from inside the registry's container, where no learner is. */
export class RegistryApi {
  readonly #run: RunCommand;
  readonly #signal: AbortSignal;

  constructor(run: RunCommand, signal: AbortSignal) {
    this.#run = run;
    this.#signal = signal;
  }

  /** Undefined when there is no such thing. */
  async get<T>(path: string, schema: z.ZodType<T>): Promise<{ body: T; digest: string } | undefined> {
    const command = [
      // It asks itself, so the name in the certificate is another; -q first: no .curlrc.
      ...['/usr/bin/curl', '-q', '--silent', '--show-error', '--insecure', '--location', '--max-time', TIMEOUT_SECONDS],
      ...['--config', PATHS.registryLogin, '--header', `Accept: ${ACCEPT}`],
      ...[
        '--write-out',
        '%{stderr}%{http_code} %header{docker-content-digest}',
        '--url',
        `https://localhost/v2/${path}`,
      ],
    ];
    const { exitCode, stdout, stderr } = await this.#run(command, {
      in: 'registry',
      signal: this.#signal,
      maxBytes: MAX_ANSWER_BYTES,
    });
    const [status = '', digest = ''] = stderr.toString('utf8').trim().split(' ');
    // 400: not a name that a repository or a tag can have.
    if (exitCode === 0 && (status === '404' || status === '400')) return undefined;
    if (exitCode !== 0 || status !== '200') {
      throw new Error(`the private registry answered ${path} with ${stderr.toString('utf8').trim() || 'nothing'}`);
    }
    return { body: schema.parse(JSON.parse(stdout.toString('utf8'))), digest };
  }
}
