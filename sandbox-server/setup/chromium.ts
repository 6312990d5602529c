import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { aptInstall, isDebianLike, privilegeOf } from './privilege.ts';
import { SetupError } from './setup-error.ts';
import type { Host, Progress } from './types.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** Where else it is, on machines whose PATH does not lead there. */
const FOLDERS = ['/usr/bin', '/snap/bin', '/Applications/Google Chrome.app/Contents/MacOS'];

export interface ChromiumOptions {
  host: Host;
  progress: Progress;
  /** May software be installed on this machine? */
  confirm: (question: string) => Promise<boolean>;
}

/** The browser of the tests; undefined when there is none. */
export async function findChromium(host: Host): Promise<string | undefined> {
  const folders = [...(host.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''), ...FOLDERS];
  const names = host.platform === 'darwin' ? [...NAMES, 'Google Chrome'] : NAMES;
  for (const path of folders.flatMap((folder) => names.map((name) => join(folder, name)))) {
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
}

/** Finds it, else installs Debian's. What stands in the way is thrown as SetupError. */
export async function ensureChromium(options: ChromiumOptions): Promise<string> {
  const { host, progress, confirm } = options;
  const found = await findChromium(host);
  if (found !== undefined) return found;
  const problem = {
    what: 'There is no Chromium on this machine, which the browser tests run in.',
    fix: 'Install Chromium or Chrome.',
  };
  const privilege = await privilegeOf(host);
  if (privilege === 'none' || !(await isDebianLike(host))) throw new SetupError(problem);
  if (!(await confirm('The browser tests need Chromium. Install Debian’s package chromium now?'))) {
    throw new SetupError({ ...problem, fix: 'Run `npm test -- --yes` to have it installed with apt-get.' });
  }
  const done = progress.step('installing chromium with apt-get');
  try {
    await aptInstall(host, privilege, ['chromium']);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new SetupError(
      { what: `Chromium could not be installed: ${words}`, fix: 'Mend what apt-get names.' },
      { cause: error },
    );
  }
  done();
  const installed = await findChromium(host);
  if (installed === undefined) throw new SetupError(problem);
  return installed;
}
