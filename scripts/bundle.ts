import { parseArgs } from 'node:util';
import { ensureEngine } from '../sandbox-server/setup/engine.ts';
import { lineProgress } from '../sandbox-server/setup/progress.ts';
import { receiveBundle } from './bundle/receive.ts';
import { writeBundle } from './bundle/write.ts';
import { consent, dataFolder, host } from './options.ts';

// Its help, --load and --check are in bundle/main.mjs, which needs no dependencies.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    receive: { type: 'string' },
    data: { type: 'string' },
    yes: { type: 'boolean', short: 'y', default: false },
  },
});
const [file] = positionals;

async function main(): Promise<number> {
  const { receive } = values;
  if (receive === undefined && (file === undefined || positionals.length > 1)) {
    console.error('Say where to: npm run bundle -- out.tar');
    return 2;
  }
  const dataDir = dataFolder(values.data);
  const progress = lineProgress(process.stdout);
  // What a bundle is unpacked for is to be used: its packages are installed by now.
  const confirm = consent(values.yes || receive !== undefined);
  const { engine, problem } = await ensureEngine({ host, dataDir, progress, confirm });
  if (engine === null) {
    console.error(`${problem.what}\n${problem.fix}`);
    return 1;
  }
  try {
    if (receive !== undefined) await receiveBundle({ engine, parts: receive, progress });
    else await writeBundle({ engine, file: file ?? '', dataDir, progress });
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await engine.release();
  }
}

process.exitCode = await main();
if (process.connected) process.disconnect?.();
