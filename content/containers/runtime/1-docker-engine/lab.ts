import { defineLab } from '#lab';
import type { CheckContext } from '#lab';

const LANTERNS = ['red', 'green', 'blue'];

/** `/proc/<pid>/<file>` as the container lookout sees it: in the numbers of the machine. */
async function fromLookout({ docker, notYet }: CheckContext, pid: number, file: string): Promise<string> {
  if (!(await docker.hasContainer('lookout'))) {
    notYet('There is no container lookout to look with. Start it with the line above the task.', {
      expected: 'a container lookout with --pid=host',
      observed: 'no such container',
    });
  }
  const { stdout } = await (await docker.container('lookout')).exec(['cat', `/proc/${pid}/${file}`]);
  return stdout.trim();
}

async function parentOf(context: CheckContext, pid: number): Promise<number> {
  return Number(/^PPid:\s*(\d+)/m.exec(await fromLookout(context, pid, 'status'))?.[1] ?? 0);
}

/** The number of the machine's process of this name, for near misses. */
async function pidOf({ docker }: CheckContext, name: string): Promise<string> {
  const { stdout } = await (await docker.container('lookout')).exec(['pidof', name]);
  return stdout.trim().split(' ')[0] ?? '';
}

const WHY_NOT_PARENT: Record<string, string> = {
  dockerd: 'dockerd took your request, but it starts no container itself. Look at the column PPID.',
  containerd: 'containerd had the container started, but by a helper of its own. Look at the column PPID.',
  'containerd-shim': 'That is a shim, but of another container. Begin with the number of web itself.',
};

/** Lanterns that died without any order to the engine, by its events. */
async function killedUnasked({ docker }: CheckContext): Promise<string[]> {
  const current = new Map((await docker.containers()).map((container) => [container.id, container.name]));
  const events = (await docker.containerEvents()).filter(({ id }) => LANTERNS.includes(current.get(id) ?? ''));
  const ids = [...new Set(events.map(({ id }) => id))];
  return ids
    .map((id) => ({ name: current.get(id) ?? '', actions: events.filter((event) => event.id === id) }))
    .filter(({ actions }) => actions.some(({ action }) => action === 'die'))
    .filter(({ actions }) => !actions.some(({ action }) => action === 'kill'))
    .map(({ name }) => name);
}

export default defineLab({
  sandbox: { images: ['busybox:1.37', 'nginx:1.26'], files: './files' },
  tasks: {
    oldest: {
      check: async ({ exec, answer, notYet }) => {
        const { stdout } = await exec(['docker', 'version', '--format', '{{json .Server}}']);
        const server = JSON.parse(stdout) as { Version: string; ApiVersion: string; MinAPIVersion: string };
        const given = (answer ?? '').replace(/["v]/g, '');
        if (given === server.MinAPIVersion) return;
        if (given === '') notYet('Type a version, such as 1.10.');
        if (given === server.ApiVersion) {
          notYet('That is the newest version of the API that it speaks. The oldest one has a line of its own.', {
            observed: given,
          });
        }
        if (server.Version.startsWith(given)) {
          notYet('That is the version of the program. The API, the language it speaks, is counted separately.', {
            observed: given,
          });
        }
        notYet('The engine says something else.', { expected: 'MinAPIVersion in /version', observed: given });
      },
      answer: {
        label: 'Oldest API version',
        placeholder: '1.10',
        solve: async ({ exec }) =>
          (await exec(['docker', 'version', '--format', '{{.Server.MinAPIVersion}}'])).stdout.trim(),
      },
      nearMisses: [
        {
          answer: async ({ exec }) =>
            (await exec(['docker', 'version', '--format', '{{.Server.APIVersion}}'])).stdout.trim(),
          says: /newest version/,
        },
        {
          answer: async ({ exec }) =>
            (await exec(['docker', 'version', '--format', '{{.Server.Version}}'])).stdout.trim(),
          says: /version of the program/,
        },
        { answer: '1.10', says: /says something else/ },
      ],
    },

    listen: {
      check: async ({ docker, files, notYet }) => {
        const heard = (await files.exists('heard.txt')) ? await files.read('heard.txt') : '';
        const isThere = await docker.hasContainer('web');
        if (!/^POST \S*\/containers\/create\?name=web\b/m.test(heard)) {
          if (isThere) {
            notYet('web is created, but heard.txt does not know of it: the client called the engine directly.', {
              expected: 'docker -H unix://$HOME/spy.sock create …',
              observed: 'nothing about web in heard.txt',
            });
          }
          notYet(
            heard === ''
              ? 'heard.txt is empty: nobody has called spy.sock yet.'
              : 'heard.txt has another conversation: no request to create a container web.',
            { expected: 'POST /containers/create?name=web', observed: heard.split('\r\n')[0] ?? '' },
          );
        }
        if (!isThere) {
          notYet('The engine was asked to create web, but there is no such container. What did the client print?', {
            expected: 'a container web',
            observed: 'a request, and no container',
          });
        }
        const web = await docker.container('web');
        if (!web.ports.some(({ host, container }) => host === 8080 && container === 80)) {
          notYet('web is there, but port 8080 of the machine will not lead to its port 80.', {
            expected: '-p 8080:80',
            observed: web.ports.map(({ host, container }) => `${host ?? 'nothing'} → ${container}`).join(', '),
          });
        }
      },
      nearMisses: [
        { run: 'docker create --name web -p 8080:80 nginx:1.26', says: /called the engine directly/ },
        { run: 'docker -H unix://$HOME/spy.sock ps', says: /another conversation/ },
        { run: 'docker -H unix://$HOME/spy.sock create --name web nginx:1.26', says: /will not lead to its port 80/ },
      ],
    },

    'by-hand': {
      check: async ({ docker, http, expect, notYet }) => {
        if (!(await docker.hasContainer('quay'))) {
          notYet('There is no container quay. If you have sent the request, read what the engine answered.', {
            expected: 'a container quay',
            observed: 'no such container',
          });
        }
        const quay = await docker.container('quay');
        if (!quay.ports.some(({ host, container }) => host === 8081 && container === 80)) {
          notYet(
            'Port 8081 of the machine does not lead to port 80 of quay. PortBindings does that, in HostConfig; ExposedPorts is only a note.',
            {
              expected: '{"HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "8081"}]}}}',
              observed: quay.ports.map(({ host, container }) => `${host ?? 'nothing'} → ${container}`).join(', '),
            },
          );
        }
        if (quay.state === 'created') {
          notYet('quay is created, and nothing more. Starting it is a request of its own.', {
            expected: 'POST /containers/quay/start',
            observed: 'created',
          });
        }
        expect(quay.state, 'the state of quay').toBe('running');
        expect((await http('http://localhost:8081/')).body, 'the answer on port 8081').toContain('nginx');
      },
      nearMisses: [
        {
          run: `curl -s --unix-socket \${DOCKER_HOST#unix://} -d '{"Image": "nginx:1.26"}' 'http://localhost/containers/create?name=quay'`,
          says: /read what the engine answered/,
        },
        {
          run: `curl -s --unix-socket \${DOCKER_HOST#unix://} -H 'Content-Type: application/json' -d '{"Image": "nginx:1.26", "ExposedPorts": {"80/tcp": {}}}' 'http://localhost/containers/create?name=quay'; curl -s -X POST --unix-socket \${DOCKER_HOST#unix://} http://localhost/containers/quay/start`,
          says: /ExposedPorts is only a note/,
        },
        {
          run: `curl -s --unix-socket \${DOCKER_HOST#unix://} -H 'Content-Type: application/json' -d '{"Image": "nginx:1.26", "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "8081"}]}}}' 'http://localhost/containers/create?name=quay'`,
          says: /a request of its own/,
        },
      ],
    },

    parent: {
      check: async (context) => {
        const { docker, answer, notYet } = context;
        const { pid } = await docker.container('web');
        if (pid === 0)
          notYet('The container web is not running, so it has no process.', { expected: 'docker start web' });
        const given = Number(answer ?? '');
        if (!Number.isInteger(given) || given <= 0) notYet('Type the number of a process.');
        const parent = await parentOf(context, pid);
        if (parent === 0) {
          notYet('lookout does not see the processes of the machine. Start it with --pid=host, as above.', {
            expected: 'docker run -d --name lookout --pid=host …',
          });
        }
        if (given === parent) return;
        if (given === pid) {
          notYet('That is web itself. Its parent’s number is in the next column, PPID.', { observed: `${given}` });
        }
        const command = await fromLookout(context, given, 'comm');
        notYet(WHY_NOT_PARENT[command] ?? 'That is not the parent of web.', {
          expected: `the PPID in the line of process ${pid}`,
          observed: command === '' ? `no process ${given}` : `${given}, which is ${command}`,
        });
      },
      answer: {
        label: 'Process number of the parent',
        placeholder: '123',
        solve: async (context) => `${await parentOf(context, (await context.docker.container('web')).pid)}`,
      },
      nearMisses: [
        { answer: async ({ docker }) => `${(await docker.container('web')).pid}`, says: /That is web itself/ },
        { answer: (context) => pidOf(context, 'dockerd'), says: /dockerd took your request/ },
        { answer: (context) => pidOf(context, 'containerd'), says: /by a helper of its own/ },
        {
          answer: async (context) => `${await parentOf(context, (await context.docker.container('quay')).pid)}`,
          says: /shim, but of another container/,
        },
      ],
    },

    orders: {
      check: async ({ docker, files, notYet }) => {
        const web = await docker.container('web');
        const text = (await files.read('orders.json')).trim();
        if (text === '') notYet('orders.json is empty. Did cat print an error instead? Look at the path.');
        let orders: { ociVersion?: string; hostname?: string };
        try {
          orders = JSON.parse(text) as typeof orders;
        } catch {
          return notYet('orders.json is not JSON from its first to its last letter.', { observed: text.slice(0, 80) });
        }
        if (orders.ociVersion === undefined) {
          notYet('That is how Docker describes the container. runc never saw it: its orders have an ociVersion.', {
            expected: 'the config.json in the shim’s folder',
            observed: Array.isArray(orders) ? 'what docker inspect prints' : 'JSON of another kind',
          });
        }
        if (orders.hostname !== web.hostname) {
          notYet('These are orders for another container than web.', {
            expected: `the host name ${web.hostname}, which is the beginning of web’s ID`,
            observed: orders.hostname ?? 'no host name',
          });
        }
      },
      nearMisses: [
        { run: 'docker inspect web > ~/orders.json', says: /how Docker describes the container/ },
        {
          run: `docker exec lookout sh -c 'cat /proc/$(sed -n "s/^PPid:\\s*//p" /proc/self/status)/cwd/config.json' > ~/orders.json`,
          says: /orders\.json is empty/,
        },
        {
          run: `docker exec lookout cat /proc/$(docker exec lookout sed -n 's/^PPid:\\s*//p' /proc/$(docker inspect quay --format '{{.State.Pid}}')/status)/cwd/config.json > ~/orders.json`,
          says: /orders for another container/,
        },
      ],
    },

    client: {
      check: async ({ docker, exec, expect, notYet }) => {
        const lamp = await docker.container('lamp');
        if (!lamp.attached) {
          notYet('This client had gone before you could take it away: with -d it does not wait.', {
            expected: 'docker run without -d',
            observed: 'docker run -d',
          });
        }
        if (lamp.state === 'exited') {
          notYet(
            'The client passed your signal on, and the container obeyed it. There is one signal that it can’t pass on.',
            {
              expected: 'lamp running, and no client',
              observed: `lamp has ended, exit code ${lamp.exitCode}`,
            },
          );
        }
        expect(lamp.state, 'the state of lamp').toBe('running');
        const { stdout } = await exec(['pgrep', '--list-full', '--exact', 'docker']);
        const client = stdout.split('\n').find((line) => /\brun\b.*\blamp\b/.test(line));
        if (client !== undefined) {
          notYet('lamp runs, and its client is still there.', {
            expected: 'no process docker run … lamp',
            observed: `process ${client}`,
          });
        }
      },
      nearMisses: [
        { run: 'docker run -d --name lamp nginx:1.26', says: /with -d it does not wait/ },
        {
          run: 'docker run --name lamp nginx:1.26 > /dev/null 2>&1 & until docker exec lamp true 2> /dev/null; do sleep 0.1; done; kill $!',
          says: /passed your signal on/,
        },
        {
          run: 'docker run --name lamp nginx:1.26 > /dev/null 2>&1 & until docker exec lamp true 2> /dev/null; do sleep 0.1; done',
          says: /its client is still there/,
        },
      ],
    },

    culprit: {
      check: async (context) => {
        const { docker, answer, notYet } = context;
        const given = (answer ?? '').toLowerCase();
        if (!LANTERNS.includes(given)) notYet('Type one of red, green and blue.');
        if (!(await docker.hasContainer(given))) notYet('The night has not been yet: run sh night.sh.');
        const culprits = await killedUnasked(context);
        if (culprits.length === 0) {
          notYet('The engine does not remember this night any more. Run sh night.sh again and look at once.');
        }
        if (culprits.includes(given)) return;
        notYet('Somebody gave the engine an order about this one: there is an event kill before its die.', {
          expected: 'the lantern that has a die and no kill',
          observed: given,
        });
      },
      answer: {
        label: 'Which lantern?',
        placeholder: 'yellow',
        solve: async (context) => (await killedUnasked(context)).join(),
      },
      nearMisses: [
        {
          answer: async (context) => {
            const culprits = await killedUnasked(context);
            return LANTERNS.find((name) => !culprits.includes(name)) ?? '';
          },
          says: /there is an event kill/,
        },
        { answer: '137', says: /one of red, green and blue/ },
      ],
    },
  },
});
