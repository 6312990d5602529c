import { main } from '../../sandbox-server/main.ts';
import type { ImageSet } from '../../sandbox-server/setup/types.ts';
import type { ServerProcessOptions } from './server-process.ts';

const { dockerodeOptions, images, ...options } = JSON.parse(process.argv[2] ?? '{}') as ServerProcessOptions;
const engine = {
  dockerodeOptions,
  version: 'x',
  owned: false,
  description: 'the tests’ engine',
  release: () => Promise.resolve(),
};
await main({ ...options, host: '127.0.0.1', engine, images: images as ImageSet });
process.exit();
