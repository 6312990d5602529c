import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The id under which this data folder's server marks what it makes on the engine. Made once. */
export function ownerOf(dataDir: string): string {
  const file = join(dataDir, 'server-id');
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(8).toString('hex')}\n`, { flag: 'wx' });
  return readFileSync(file, 'utf8').trim();
}
