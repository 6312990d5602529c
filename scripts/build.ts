import { lineProgress } from '../sandbox-server/setup/progress.ts';
import { host, options, ROOT } from './options.ts';
import { buildSite } from './site.ts';

const { force } = options({ force: { type: 'boolean' } });
try {
  const dist = await buildSite({ root: ROOT, host, progress: lineProgress(process.stdout), force: force === true });
  console.log(`  The site is in ${dist}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
if (process.connected) process.disconnect?.();
