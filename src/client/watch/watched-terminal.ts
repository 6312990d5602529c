import type { SocketEnvironment } from '../workspace/session/reconnecting-socket.ts';
import { PromptTracker } from '../workspace/terminal/prompt-tracker.ts';
import { TerminalConnection } from '../workspace/terminal/terminal-connection.ts';
import { TerminalScreen } from '../workspace/terminal/terminal-screen.ts';

const FONT_PIXELS = 14;

/** A terminal of somebody else's lab: what it shows, and, where the link allows it, keys into it. */
export class WatchedTerminal {
  readonly element = document.createElement('div');
  readonly #screen: TerminalScreen;
  readonly #connection: TerminalConnection;

  constructor(path: string, title: string, environment: SocketEnvironment, apple: boolean) {
    this.element.className = 'watch-pane';
    const nothing = () => undefined;
    const options = { label: `Terminal ${title}`, fontSize: FONT_PIXELS, screenReader: false, apple };
    this.#screen = new TerminalScreen(options, new PromptTracker(), {
      onData: (data) => this.#connection.input(data),
      onBinary: (data) => this.#connection.binary(data),
      onFit: (size) => this.#connection.fitted(size),
      onFind: nothing,
      onCopied: nothing,
      preview: nothing,
      onHover: (address) => {
        this.element.title = address ?? '';
      },
      onMatches: nothing,
    });
    this.element.append(this.#screen.element);
    this.#connection = new TerminalConnection(path, environment, this.#screen, {
      onLink: nothing,
      onHello: nothing,
      onExit: nothing,
      onError: nothing,
    });
    this.looking(!document.hidden);
  }

  looking(on: boolean): void {
    this.#connection.looking(on);
  }

  show(): void {
    void this.#screen.show();
  }

  focus(): void {
    this.#screen.focus();
  }

  close(): void {
    this.#connection.close();
    this.#screen.dispose();
    this.element.remove();
  }
}
