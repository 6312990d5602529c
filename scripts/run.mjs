// The entry of every npm script: plain JavaScript without dependencies, since it runs before there are any, on whatever
// Node is installed (20 or later). It brings the dependencies and the pinned Node, then hands over to the script.
import { dependenciesFit, installDependencies } from './bootstrap/dependencies.mjs';
import { runScript } from './bootstrap/child.mjs';
import { pinnedNode } from './bootstrap/pinned-node.mjs';
import { makeRunnable } from './bootstrap/libatomic.mjs';
import { bundleWithout } from './bundle/main.mjs';
import { helpFor, overview, verbs } from './bootstrap/help.mjs';

const [verb, ...args] = process.argv.slice(2);

if (verb === undefined || verb === '--help' || verb === '-h' || verb === 'help') {
  console.log(overview());
} else if (!Object.hasOwn(verbs, verb)) {
  console.error(`There is no “${verb}” here.\n\n${overview()}`);
  process.exitCode = 2;
} else if (verbs[verb].options && (args.includes('--help') || args.includes('-h'))) {
  console.log(helpFor(verb));
} else {
  process.exitCode = await main();
}

async function main() {
  const [major] = process.versions.node.split('.');
  if (Number(major) < 20) {
    console.error(
      `This is Node ${process.versions.node}; Drydock needs 20 or later to start. Get one from https://nodejs.org/.`,
    );
    return 1;
  }
  if (verb === 'bundle') {
    const code = bundleWithout(args);
    if (code !== undefined) return code;
  }
  try {
    if (!(await dependenciesFit())) await installDependencies();
    const node = await pinnedNode();
    await makeRunnable(node, args.includes('--yes') || args.includes('-y'));
    return await runScript(node, verbs[verb].script, args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}
