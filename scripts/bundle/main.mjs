// What a bundle can do with itself: `tar -xf out.tar bundle && node bundle/main.mjs --load out.tar`. In a checkout it is
// called by npm run bundle.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { check } from './check.mjs';
import { load } from './load.mjs';

export const HELP = `npm run bundle -- out.tar            writes it
npm run bundle -- --load out.tar     brings it up on a machine with Node 20 and tar
npm run bundle -- --check out.tar    as root: brings it up without any network, solves a lesson in it, throws it away

Without a checkout: tar -xf out.tar bundle && node bundle/main.mjs --load out.tar

In it: this checkout, its dependencies with the pinned Node, the built site, the images, what the package cache holds
(verify all lessons first, and it holds what they fetch), and Debian's packages of a container engine for a machine like
this one.

  --into <folder>     where to; default this checkout, or ./drydock
  --data <folder>     as for npm start
  --lesson <lesson>   what --check solves; default images/1
  --yes               install what is missing (a container engine) without asking`;

/** Undefined: this is for the part that needs dependencies. */
export function bundleWithout(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        load: { type: 'string' },
        check: { type: 'string' },
        receive: { type: 'string' },
        into: { type: 'string' },
        data: { type: 'string' },
        lesson: { type: 'string' },
        yes: { type: 'boolean', short: 'y' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.load !== undefined) return load({ file: values.load, into: values.into ?? home(), data: values.data });
  if (values.check !== undefined) return check({ file: values.check, lesson: values.lesson });
  return undefined;
}

function home() {
  const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  return existsSync(join(checkout, 'package.json')) ? checkout : './drydock';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const code = bundleWithout(process.argv.slice(2));
  if (code === undefined) console.log(HELP);
  process.exitCode = code ?? 2;
}
