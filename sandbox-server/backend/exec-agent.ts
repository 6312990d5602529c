import { Agent, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecStream } from './backend.ts';

/** node:http connections that are execs in a sandbox: `dial` runs a command that is a pipe to a socket. */
export class ExecAgent extends Agent {
  readonly #dial: () => Promise<Duplex>;

  constructor(dial: () => Promise<ExecStream>, options: { keepAlive: boolean; maxSockets: number }) {
    super(options);
    this.#dial = async () => {
      const exec = await dial();
      exec.stderr.resume();
      exec.stream.once('close', () => exec.close());
      // The command's end is the connection's end; what it printed last is still to be read.
      void exec.exit.then(() => exec.stream.end());
      return asSocket(exec.stream);
    };
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    this.#dial().then(
      (stream) => callback?.(null, stream),
      // The agent wants no stream with an error, which its type does not say.
      (error: unknown) => (callback as ((error: Error) => void) | undefined)?.(toError(error)),
    );
    return undefined;
  }
}

/** node:http calls these on kept connections; they mean nothing on a pipe. */
function asSocket(stream: Duplex): Duplex {
  const nothing = () => stream;
  return Object.assign(stream, {
    setKeepAlive: nothing,
    setNoDelay: nothing,
    setTimeout: nothing,
    ref: nothing,
    unref: nothing,
  });
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
