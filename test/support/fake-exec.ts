import { type Duplex, duplexPair, PassThrough } from 'node:stream';
import type { ExecStream } from '../../sandbox-server/backend/backend.ts';
import type { HeldShell } from '../../sandbox-server/terminal/held-shell.ts';

/** A running command whose other end the test holds. */
export interface FakeExec extends ExecStream {
  /** What the command reads and prints. */
  readonly inside: Duplex;
  /** Sizes that were asked for. */
  readonly sizes: { cols: number; rows: number }[];
  /** The command ends. */
  end(code: number | null): void;
  readonly closed: boolean;
}

/** `resize`: what a resize waits for; default nothing. */
export function fakeExec(options: { resize?: () => Promise<void> } = {}): FakeExec {
  const [stream, inside] = duplexPair();
  const stderr = new PassThrough();
  const { promise: exit, resolve } = Promise.withResolvers<number | null>();
  const sizes: { cols: number; rows: number }[] = [];
  let closed = false;
  const end = (code: number | null) => {
    resolve(code);
    stderr.end();
    if (!inside.destroyed) inside.end();
  };
  return {
    stream,
    stderr,
    inside,
    sizes,
    exit,
    end,
    resize: async (size) => {
      sizes.push(size);
      await options.resize?.();
    },
    close: () => {
      closed = true;
      end(null);
      stream.destroy();
    },
    get closed() {
      return closed;
    },
  };
}

export type FakeShell = FakeExec & HeldShell;

/** A fake shell that `Terminal` can open; `offset`: of the first byte it gives. */
export function fakeShell(
  options: { resize?: () => Promise<void>; epoch?: string; offset?: number; newest?: number } = {},
): FakeShell {
  const { epoch = 'epoch1', offset = 0, newest = offset } = options;
  return Object.assign(fakeExec(options), { epoch, offset, newest });
}
