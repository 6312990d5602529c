import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import type { AbuseContext } from '../context.ts';
import type { Attempt } from '../attempt.ts';
import type { Seat } from '../seat.ts';

/** Addresses that this machine has towards others and towards sandboxes. */
function hostAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return [
    ...new Set(all.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address)),
  ];
}

/** What every sandbox may reach: that it is reached shows that the attempt is made with tools that work. */
const OPEN = 'registry 443';

/** Those of the targets that answer, tried from the shell and from an inner container on the machine's network. */
async function reached(attacker: Seat, targets: readonly string[]): Promise<string> {
  const all = [OPEN, ...targets];
  const tries = all.map((target) => {
    const [address, port] = target.split(' ');
    return `(timeout 3 nc -z -w 2 ${address} ${port} 2>/dev/null && echo "${target}") &`;
  });
  // In a subshell: an interactive one would tell of each job.
  const shell = await attacker.sh(`(${tries.join(' ')} wait)`, 60_000);
  const dial = `for (const target of ${JSON.stringify(all)}) {
    const [host, port] = target.split(" ");
    require("net").connect({ host, port }, () => console.log(target)).on("error", () => 0);
  }
  setTimeout(process.exit, 3000);`;
  const inner = await attacker.sh(`docker run --rm --net=host node:22-slim node -e '${dial}'`, 60_000);
  const answered = [shell, inner].map(({ out }) => out.split('\n').map((word) => word.trim()));
  for (const words of answered) assert.ok(words.includes(OPEN), `not even ${OPEN} answers: ${words.join(', ')}`);
  return targets.filter((target) => answered.some((words) => words.includes(target))).join(', ');
}

async function addressOf(seat: Seat): Promise<string> {
  const { out } = await seat.sh("hostname -I | cut -d' ' -f1");
  assert.match(out, /^\d+\.\d+\.\d+\.\d+$/);
  return out;
}

/** A web server of the neighbour's, on every address of its machine. */
async function neighbourServes(context: AbuseContext): Promise<string> {
  await context.neighbour.sh(
    'docker inspect web > /dev/null || docker run -d --name web -p 8080:80 nginx:1.26',
    60_000,
  );
  const there = await context.neighbour.sh('curl -s --retry 10 --retry-all-errors -o /dev/null localhost:8080');
  assert.equal(there.code, 0, 'the neighbour’s own web server does not answer');
  return addressOf(context.neighbour);
}

/** Ways to what else is on the network. */
export const network: readonly Attempt[] = [
  {
    number: 5,
    title: 'Probe the platform’s port, its API and the registry’s write endpoint',
    run: async (context) => {
      const attacker = await context.attacker();
      const own = (await addressOf(attacker)).split('.').slice(0, 3).join('.');
      const gateway = `${own}.${(Number((await addressOf(attacker)).split('.')[3]) & ~31) + 1}`;
      const port = new URL(context.url).port;
      const addresses = [...hostAddresses(), gateway];
      const found = await reached(
        attacker,
        addresses.flatMap((address) => [port, '22', '80'].map((p) => `${address} ${p}`)),
      );
      assert.equal(found, '', `the platform’s machine answers a sandbox: ${found}`);
      const ipv6 = await attacker.sh('ip -6 -o addr show scope link; ip -6 -o addr show scope global');
      assert.equal(ipv6.out, '', 'there is an IPv6 address on the sandbox’s network');
      for (const request of [
        '-X POST https://registry/v2/library/busybox/blobs/uploads/',
        '-X PUT -H "content-type: application/vnd.oci.image.manifest.v1+json" -d "{}" https://registry/v2/library/busybox/manifests/1.37',
        '-X DELETE https://registry/v2/library/busybox/manifests/1.37',
      ]) {
        const { out } = await attacker.sh(`curl -sk -o /dev/null -w '%{http_code}' --max-time 5 ${request}`);
        assert.match(out, /^4\d\d$/, `the course mirror answered ${out} to: ${request}`);
      }
      return undefined;
    },
  },
  {
    number: 6,
    title: 'Reach a neighbour’s machine by address, by name, through the course mirror',
    run: async (context) => {
      const attacker = await context.attacker();
      const address = await neighbourServes(context);
      const mine = { label: [`drydock.owner=${context.owner}`] };
      const containers = await context.docker.listContainers({ filters: mine });
      const names = containers
        .filter(({ Labels }) => Labels['drydock.sandbox']?.startsWith(context.neighbour.session.id))
        .map(({ Names }) => Names[0]!.slice(1));
      assert.ok(names.length >= 2, 'the neighbour’s containers are not found');
      const found = await reached(
        attacker,
        [address, ...names].map((target) => `${target} 8080`),
      );
      assert.equal(found, '', `the neighbour answers: ${found}`);
      for (const way of ['http://registry:80', 'https://registry:443', 'http://registry:3142']) {
        const { out } = await attacker.sh(`curl -sk -x ${way} --proxy-insecure --max-time 3 http://${address}:8080/`);
        assert.doesNotMatch(out, /nginx/i, `the mirror is a way to the neighbour, through ${way}`);
      }
      return undefined;
    },
  },
  {
    number: 7,
    title: 'Ask for cloud metadata, send mail, scan the LAN',
    run: async (context) => {
      const attacker = await context.attacker();
      const lan = hostAddresses().flatMap((address) => {
        const net = address.split('.').slice(0, 3).join('.');
        return [1, 2, 254].map((last) => `${net}.${last}`);
      });
      const targets = [
        ...['169.254.169.254 80', '1.1.1.1 25', '1.1.1.1 443', '8.8.8.8 53', 'registry 25'],
        ...[...new Set(lan)].slice(0, 12).flatMap((address) => [`${address} 22`, `${address} 443`]),
      ];
      const found = await reached(attacker, targets);
      assert.equal(found, '', `this answers: ${found}`);
      return undefined;
    },
  },
];
