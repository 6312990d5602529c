import { defineLab } from '#lab';
import type { CheckContext } from '#lab';

const LIST = 'security-list:debian-13';
const OLD_BASE = 'harbour-web:13-release';
const BASE = 'harbour-web:13';
const WORKFLOW = 'shop/.github/workflows/rebuild.yml';
/** Two containers start for a scan, which takes a while on a busy machine. */
const SCAN_MS = 30_000;

/** What Debian's security suite has a newer version of, as its own index and apt say; not what a script of the learner prints. */
async function waiting({ exec }: CheckContext, image: string): Promise<{ name: string; from: string; to: string }[]> {
  const script = `docker run --rm --entrypoint cat ${image} /var/lib/dpkg/status | docker run --rm -i ${LIST} sh -c 'cat > /tmp/status; apt list --upgradable -o Dir::State::status=/tmp/status 2> /dev/null'`;
  const { stdout, stderr } = await exec(script, { timeout: SCAN_MS });
  if (!stdout.includes('Listing')) throw new Error(`apt did not list anything: ${stderr}`);
  return [...stdout.matchAll(/^(\S+?)\/\S+ (\S+) \S+ \[upgradable from: (\S+)\]/gm)].map(
    ([, name = '', to = '', from = '']) => ({ name, from, to }),
  );
}

/** The part of nginx's changelog that is newer than the version in shop:1, and the part that is not. */
async function changelog(context: CheckContext): Promise<{ newer: string; older: string }> {
  const nginx = (await waiting(context, 'shop:1')).find(({ name }) => name === 'nginx');
  const { stdout } = await context.exec(['docker', 'run', '--rm', LIST, 'cat', '/changelogs/nginx'], {
    timeout: SCAN_MS,
  });
  const at = stdout.indexOf(`nginx (${nginx?.from ?? ''})`);
  return { newer: stdout.slice(0, Math.max(at, 0)), older: stdout.slice(Math.max(at, 0)) };
}

const firstCve = (text: string) => /CVE-\d{4}-\d+/.exec(text)?.[0] ?? '';

async function cleanImage(context: CheckContext, tag: string): Promise<void> {
  const { docker, notYet } = context;
  if (!(await docker.hasImage(tag))) notYet(`There is no image ${tag} yet.`, { expected: `an image ${tag}` });
  const image = await docker.image(tag);
  if (image.id === (await docker.image('shop:1')).id) {
    notYet(`${tag} is shop:1 under another name: every step came from the cache, the base too.`, {
      expected: 'an image on the base that the registry has today',
      observed: 'the same image ID',
    });
  }
  const [first, ...more] = await waiting(context, tag);
  if (first === undefined) return;
  const newBuild = 'The build made its steps again, but on the copy of the base that this machine had already.';
  const old = await docker.image('shop:1');
  const sameBase = image.layers().sharedWith(old) >= old.diffIds.length - 1;
  notYet(sameBase ? newBuild : `${tag} still has packages with a security update waiting.`, {
    expected: `${first.name} ${first.to}`,
    observed: `${first.name} ${first.from}, and ${more.length} more`,
  });
}

export default defineLab({
  sandbox: {
    images: [OLD_BASE, BASE, LIST, 'busybox:1.37'],
    files: './files',
    setup: [`docker pull -q ${OLD_BASE} && docker tag ${OLD_BASE} ${BASE} && docker rmi ${OLD_BASE}`],
  },
  tasks: {
    findings: {
      timeout: SCAN_MS,
      check: async (context) => {
        const { docker, answer, notYet } = context;
        await docker.image('shop:1');
        const count = (await waiting(context, 'shop:1')).length;
        const given = Number(answer ?? '');
        if (given === count) return;
        if (!Number.isInteger(given) || given < 0 || answer === '') notYet('Type a number of packages.');
        if (given === count + 1) notYet('One too many: the first line, “Listing…”, is no package.', { observed: answer });
        if (given > 50) {
          notYet('Those are all packages of the image. How many of them have an update waiting?', { observed: answer });
        }
        notYet('Debian says another number of packages for shop:1.', {
          expected: 'the lines with “upgradable from”',
          observed: answer,
        });
      },
      answer: {
        label: 'Packages with a security update',
        placeholder: '12',
        solve: async (context) => String((await waiting(context, 'shop:1')).length),
      },
      nearMisses: [
        { answer: async (context) => String((await waiting(context, 'shop:1')).length + 1), says: /is no package/ },
        { answer: '95', says: /all packages of the image/ },
      ],
    },

    cve: {
      timeout: SCAN_MS,
      check: async (context) => {
        const { docker, answer, notYet } = context;
        await docker.image('shop:1');
        const given = (answer ?? '').toUpperCase();
        if (!/^CVE-\d{4}-\d{4,}$/.test(given)) {
          notYet('That is not the number of a vulnerability.', { expected: 'CVE, a year, a number', observed: answer });
        }
        const { newer, older } = await changelog(context);
        if (newer.includes(given)) return;
        if (older.includes(given)) {
          notYet('The version in shop:1 has this correction already. Look above its entry, at the newer ones.', {
            observed: given,
          });
        }
        notYet('The changelog of nginx does not name it.', { expected: 'a CVE of a newer entry', observed: given });
      },
      answer: {
        label: 'A CVE that shop:1 still has',
        placeholder: 'CVE-2021-23017',
        solve: async (context) => firstCve((await changelog(context)).newer),
      },
      nearMisses: [
        { answer: async (context) => firstCve((await changelog(context)).older), says: /has this correction already/ },
        { answer: '1.26.3-3', says: /not the number of a vulnerability/ },
      ],
    },

    upgrade: {
      timeout: SCAN_MS,
      check: (context) => cleanImage(context, 'shop:2'),
      nearMisses: [
        { run: 'docker build -t shop:2 ~/shop', says: /every step came from the cache/ },
        {
          run: `cd ~/shop && echo '<!-- new -->' >> index.html && docker build --no-cache -t shop:2 .`,
          says: /copy of the base that this machine had already/,
        },
      ],
    },

    replace: {
      check: async ({ docker, http, expect, notYet }) => {
        const shop = await docker.container('shop');
        const fresh = await docker.image('shop:2');
        if (shop.imageId !== fresh.id) {
          notYet('The container shop still runs from the old image: a restart starts the same container again.', {
            expected: 'a new container shop from shop:2',
            observed: `shop from ${shop.image}`,
          });
        }
        const old = await docker.image('shop:1');
        const left = (await docker.containers()).find((one) => one.imageId === old.id && one.state === 'running');
        if (left) {
          notYet(`The old shop is still open: the container ${left.name} runs from shop:1.`, {
            expected: 'no container from shop:1',
            observed: left.name,
          });
        }
        const page = await http('http://localhost:8080/');
        expect(page.body, 'the answer on port 8080').toContain('The Harbour Shop');
      },
      nearMisses: [
        { run: 'docker restart shop', says: /starts the same container again/ },
        {
          run: 'docker rename shop old && docker run -d --name shop -p 8081:80 shop:2',
          says: /The old shop is still open/,
        },
      ],
    },

    gate: {
      timeout: SCAN_MS,
      check: async ({ docker, exec, notYet }) => {
        await docker.image('shop:2');
        const code = async (image: string) => (await exec(`cd ~/shop && ./scan.sh ${image}`, { timeout: SCAN_MS })).exitCode;
        if ((await code('shop:1')) === 0) {
          notYet('scan.sh ends with 0 for shop:1, so a pipeline would go on: it only prints.', {
            expected: 'another exit code than 0 when an update is waiting',
            observed: 'exit code 0',
          });
        }
        const clean = await code('shop:2');
        if (clean !== 0) {
          notYet('scan.sh refuses shop:2 too, which is clean. Nobody could ever deploy.', {
            expected: 'exit code 0 for shop:2',
            observed: `exit code ${clean}`,
          });
        }
        if ((await code('busybox:1.37')) === 0) {
          notYet('scan.sh calls busybox:1.37 clean, but it could not see anything: that image has no list of packages.', {
            expected: 'another exit code than 0 without a list',
            observed: 'exit code 0',
          });
        }
      },
      nearMisses: [
        { run: `cd ~/shop && echo 'exit 1' >> scan.sh`, says: /Nobody could ever deploy/ },
        {
          run: `cd ~/shop && sed -i 's|2> /dev/null.$| 2> /dev/null'"'"' \\| tee findings|' scan.sh && echo '! grep upgradable findings' >> scan.sh`,
          says: /could not see anything/,
        },
      ],
    },

    schedule: {
      check: async ({ files, notYet }) => {
        if (!(await files.exists(WORKFLOW))) notYet(`There is no ~/${WORKFLOW} yet.`);
        const text = await files.read(WORKFLOW);
        const cron = /cron:\s*['"]?([^'"\n#]+)/.exec(text)?.[1]?.trim().split(/\s+/);
        if (cron === undefined) {
          return notYet('This runs when somebody pushes code. Holes are found in weeks without a push, too.', {
            expected: 'schedule, with a cron line',
            observed: 'no schedule',
          });
        }
        if (cron.length !== 5) notYet('A cron line has five fields.', { observed: cron.join(' ') });
        if (cron[2] !== '*' || cron[3] !== '*') {
          notYet('That is once a month or less. A known hole is used within days.', {
            expected: 'every week, or more often: * for the day of the month and the month',
            observed: cron.join(' '),
          });
        }
        const build = /docker (buildx )?build .*/.exec(text)?.[0] ?? '';
        for (const [option, why] of [
          ['--pull', 'Without it a runner that has the base already keeps its old copy.'],
          ['--no-cache', 'Without it every RUN step may come from the cache, with the packages of back then.'],
        ] as const) {
          if (!build.includes(option)) notYet(`The build lacks ${option}. ${why}`, { expected: option, observed: build });
        }
        if (!/scan\.sh/.test(text)) notYet('The new image is not scanned.', { expected: './scan.sh IMAGE after the build' });
      },
      nearMisses: [
        {
          run: `mkdir -p ~/shop/.github/workflows && printf 'on: push\\njobs:\\n  rebuild:\\n    steps:\\n      - run: docker build --pull --no-cache -t shop:weekly . && ./scan.sh shop:weekly\\n' > ~/${WORKFLOW}`,
          says: /runs when somebody pushes code/,
        },
        {
          run: `mkdir -p ~/shop/.github/workflows && printf "on:\\n  schedule:\\n    - cron: '0 4 * * 1'\\njobs:\\n  rebuild:\\n    steps:\\n      - run: docker build --no-cache -t shop:weekly . && ./scan.sh shop:weekly\\n" > ~/${WORKFLOW}`,
          says: /lacks --pull/,
        },
      ],
    },
  },
});
