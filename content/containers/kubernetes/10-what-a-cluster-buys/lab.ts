import { defineLab } from '#lab';
import type { CheckContext, DeploymentFacts, NodeFacts, PodFacts } from '#lab';

const FILE = 'k8s/api.yaml';
/** Seconds that a customer may wait: while a node is emptied on purpose, and while one is lost. */
const WAIT_AT_DRAIN = 5;
const WAIT_AT_LOSS = 20;
/** From the power cut to the moment when the node is missed: at least, and at most. */
const SILENT_MS = { least: 12_000, most: 35_000 };
/** Lines of the customer's log: ten minutes of them. */
const LINES = 2000;

const living = (pods: readonly PodFacts[]) => pods.filter(({ terminating }) => !terminating);
const list = (pods: readonly PodFacts[]) => pods.map(({ name, node }) => `${name} on ${node}`).join(', ');
const countOn = (pods: readonly PodFacts[], node: string) => pods.filter((pod) => pod.node === node).length;

/** Pods of web and api, also those that are being deleted. */
async function shopPods({ kubernetes }: CheckContext): Promise<PodFacts[]> {
  return [...(await kubernetes.pods({ app: 'api' })), ...(await kubernetes.pods({ app: 'web' }))];
}

async function workers({ kubernetes }: CheckContext): Promise<NodeFacts[]> {
  return (await kubernetes.nodes()).filter(({ roles }) => !roles.includes('control-plane'));
}

interface Look {
  /** When the customer had its answer. */
  at: Date;
  seconds: number;
  servedBy: string;
}

/** What the customer saw, oldest first. */
async function looks({ kubernetes }: CheckContext): Promise<Look[]> {
  const log = await (await kubernetes.pod('customer')).logs({ lines: LINES });
  return log.split('\n').flatMap((line) => {
    const [, at, seconds, servedBy] = /^(\S+Z) ([\d.]+) s, .* (\S+)$/.exec(line) ?? [];
    return at === undefined || servedBy === undefined ? [] : [{ at: new Date(at), seconds: Number(seconds), servedBy }];
  });
}

const longest = (all: readonly Look[]) => Math.max(0, ...all.map(({ seconds }) => seconds));

function expectRolledOut({ notYet }: CheckContext, { rolledOut, subject, replicas, ready }: DeploymentFacts): void {
  if (rolledOut) return;
  notYet(`Not all pods of ${subject} are ready, or old ones are left.`, {
    subject,
    expected: `${replicas} pods, all ready`,
    observed: `${ready} ready`,
  });
}

const WEB_NODE = "$(kubectl get pods -l app=web -o jsonpath='{.items[0].spec.nodeName}')";
const OTHER_NODE = `$(kubectl get nodes -l '!node-role.kubernetes.io/control-plane' -o name | grep -v -- "${WEB_NODE}$")`;
const FLAGS = '--ignore-daemonsets --delete-emptydir-data --timeout=150s';
const CONSTRAINT_WITHOUT_HONOR = `cat > spread.txt <<'EOF'
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: DoNotSchedule
          labelSelector:
            matchLabels:
              app: api
          matchLabelKeys:
            - pod-template-hash
EOF
sed -i '/^    spec:/r spread.txt' ${FILE}
kubectl apply -f ${FILE}`;

export default defineLab({
  sandbox: {
    cluster: 'dedicated',
    nodes: 3,
    images: ['nginx:1.26', 'node:22-slim'],
    files: ['../../application/files', './files'],
  },
  tasks: {
    basket: {
      check: async (context) => {
        const { kubernetes, answer, notYet } = context;
        const wanted = (await kubernetes.deployment('api')).replicas + (await kubernetes.deployment('web')).replicas;
        const pods = living(await shopPods(context));
        if (pods.length < wanted || pods.some(({ node }) => node === '')) {
          notYet('Not all pods of the shop are there yet.', { expected: `${wanted} pods`, observed: list(pods) });
        }
        const most = Math.max(...pods.map(({ node }) => countOn(pods, node)));
        if (answer === String(pods.length - most)) return;
        const details = { expected: 'as many as are on other nodes', observed: answer ?? '' };
        if (answer === String(pods.length)) {
          notYet('A pod goes with its node. Others take its place, but only after the node is missed.', details);
        }
        notYet('Look at the column NODE of kubectl get pods -o wide: how many are on each?', details);
      },
      answer: {
        label: 'Pods that are left',
        placeholder: '5',
        solve: async ({ kubernetes }) => {
          const pods = (await kubernetes.pods()).filter(
            ({ owner, terminating }) => owner !== undefined && !terminating,
          );
          return String(pods.length - Math.max(...pods.map(({ node }) => countOn(pods, node))));
        },
      },
      nearMisses: [
        { answer: '6', says: /A pod goes with its node/ },
        { answer: '3', says: /Look at the column NODE/ },
      ],
    },

    spread: {
      check: async (context) => {
        const { kubernetes, files, notYet } = context;
        const api = await kubernetes.deployment('api');
        const { subject } = api;
        const written = await files.read(FILE);
        const pods = living(await api.pods());
        if (!written.includes('topologySpreadConstraints')) {
          notYet(
            'Nothing in the file insists on it: where the pods are is the scheduler’s choice, until the next rollout.',
            {
              expected: `topologySpreadConstraints in ${FILE}`,
              observed: list(pods),
            },
          );
        }
        if (!/whenUnsatisfiable: *["']?DoNotSchedule/.test(written)) {
          notYet('ScheduleAnyway is a wish. Here, you shall insist.', {
            expected: 'whenUnsatisfiable: DoNotSchedule',
            observed: /whenUnsatisfiable:.*/.exec(written)?.[0] ?? 'no whenUnsatisfiable',
          });
        }
        const waiting = pods.find(({ unscheduled }) => unscheduled !== '');
        if (waiting !== undefined) {
          notYet(
            /nodeTaintsPolicy: *["']?Honor/.test(written)
              ? 'A pod finds no node that fits.'
              : 'A pod finds no node: the one of the control plane counts as a place with no pods, and may not be used.',
            { subject: waiting.subject, expected: 'nodeTaintsPolicy: Honor', observed: waiting.unscheduled },
          );
        }
        if (api.revision < 2) {
          notYet('The file says it, and nobody has told the cluster.', {
            subject,
            expected: `kubectl apply -f ${FILE}`,
            observed: 'the first revision',
          });
        }
        expectRolledOut(context, api);
        const counts = (await workers(context))
          .filter(({ ready, cordoned }) => ready && !cordoned)
          .map(({ name }) => countOn(pods, name));
        if (counts.length < 2 || Math.max(...counts) - Math.min(...counts) > 1) {
          notYet(
            written.includes('pod-template-hash')
              ? 'They are not evenly spread. Do the labels of the constraint fit these pods, and may both workers be used?'
              : 'While the new pods came, the old ones were counted as well: matchLabelKeys counts each version alone.',
            { subject, expected: '2 pods on each worker', observed: list(pods) },
          );
        }
        const nodeOf = new Map(pods.map(({ name, node }) => [name, node]));
        const served = new Set((await looks(context)).slice(-60).flatMap(({ servedBy }) => nodeOf.get(servedBy) ?? []));
        if (served.size < 2) {
          notYet('The pods are spread, and the customer was not yet served from both nodes.', {
            subject: 'pod customer',
            expected: 'answers from both workers',
            observed: `answers from ${[...served].join(', ') || 'neither'}`,
          });
        }
      },
      nearMisses: [
        {
          run: 'kubectl rollout restart deployment/api; kubectl rollout status deployment/api --timeout=120s',
          says: /Nothing in the file insists on it/,
        },
        { run: CONSTRAINT_WITHOUT_HONOR, says: /the one of the control plane counts as a place/ },
      ],
    },

    budget: {
      check: async ({ kubernetes, notYet }) => {
        const { subject, pods, healthy, allowed } = await kubernetes.disruptionBudget('web');
        const web = await kubernetes.deployment('web');
        if (pods === 0) {
          notYet('The budget finds no pods, so it protects none. Its selector must fit their labels.', {
            subject,
            expected: 'the pods with app=web',
            observed: '0 pods',
          });
        }
        if (pods !== web.replicas) {
          notYet('The budget is about other pods as well.', {
            subject,
            expected: `the ${web.replicas} pods of web`,
            observed: `${pods} pods`,
          });
        }
        if (healthy < pods) {
          notYet('One moment: not all pods of web are ready.', { subject, observed: `${healthy} of ${pods} ready` });
        }
        if (allowed === 0) {
          notYet('It allows none to be taken away: whoever empties a node would wait for ever.', {
            subject,
            expected: '1 allowed disruption',
            observed: '0',
          });
        }
        if (allowed > 1) {
          notYet('It allows both to be taken away at once, as without a budget.', {
            subject,
            expected: '1 allowed disruption',
            observed: String(allowed),
          });
        }
      },
      nearMisses: [
        {
          run: 'kubectl create poddisruptionbudget web --selector=app=web --min-available=2',
          says: /would wait for ever/,
        },
        {
          run: 'kubectl create poddisruptionbudget web --selector=app=web --max-unavailable=2',
          says: /allows both to be taken away/,
        },
        {
          run: 'kubectl create poddisruptionbudget web --selector=app=shop-web --max-unavailable=1',
          says: /finds no pods/,
        },
      ],
    },

    drain: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const { subject } = await kubernetes.disruptionBudget('web');
        const closed = (await workers(context)).filter(({ cordoned }) => cordoned).map(({ name }) => name);
        if (closed.length === 0) {
          notYet('All nodes take new pods. kubectl drain closes a node, and then empties it.', {
            expected: 'a worker that is cordoned',
            observed: 'none',
          });
        }
        const left = living(await shopPods(context)).filter(({ node }) => closed.includes(node));
        if (left.length > 0) {
          notYet('The node takes no new pods, but some still run on it. If drain refused, it named the options.', {
            expected: `no pod of the shop on ${closed.join(', ')}`,
            observed: list(left),
          });
        }
        const [api, web] = [await kubernetes.deployment('api'), await kubernetes.deployment('web')];
        let made = 0;
        for (const set of await web.replicaSets()) {
          const events = await kubernetes.events(set.subject);
          made += events.filter(({ reason }) => reason === 'SuccessfulCreate').length;
        }
        if (made < 2 * web.replicas) {
          notYet('The pods of web are where they were: you have emptied the other node.', {
            subject: web.subject,
            expected: 'the node on which web ran',
            observed: `${closed.join(', ')} emptied, web on ${living(await web.pods())[0]?.node ?? 'no node'}`,
          });
        }
        expectRolledOut(context, api);
        expectRolledOut(context, web);
        const wait = longest(await looks(context));
        if (wait > WAIT_AT_DRAIN) {
          notYet(`The customer had to wait ${wait} seconds: both pods of web were away at once.`, {
            subject,
            expected: `at most ${WAIT_AT_DRAIN} s`,
            observed: `${wait} s`,
          });
        }
      },
      nearMisses: [
        { run: `kubectl drain ${WEB_NODE}`, says: /some still run on it/ },
        { run: `kubectl drain ${OTHER_NODE} ${FLAGS}`, says: /you have emptied the other node/ },
      ],
    },

    survive: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const all = await workers(context);
        const lost = all.filter(({ ready }) => !ready).map(({ name }) => name);
        const closed = all.find(({ cordoned }) => cordoned);
        if (lost.length === 0) {
          notYet(
            closed === undefined
              ? 'All nodes have power. When the shop is ready for it, pull the plug of a worker.'
              : 'No node is lost: this one was emptied with notice, and each pod could close. Pull the plug instead.',
            {
              expected: 'a worker that is NotReady: power off NODE, then about 20 seconds',
              observed: closed === undefined ? 'all Ready' : `${closed.subject}: cordoned, and Ready`,
            },
          );
        }
        const gone = (await shopPods(context)).filter(({ node }) => lost.includes(node));
        if (gone.length === 0) {
          notYet('Nothing of the shop was on this node, so there was nothing to survive. Give it its power back.', {
            expected: 'a node with pods of the shop',
            observed: `${lost.join(', ')}: none`,
          });
        }
        let missed = 0;
        for (const pod of gone) {
          const events = await kubernetes.events(`Pod ${pod.name}`);
          missed = Math.max(
            missed,
            ...events.filter(({ reason }) => reason === 'NodeNotReady').map(({ at }) => at.getTime()),
          );
        }
        const customer = await kubernetes.pod('customer');
        if (missed === 0 || customer.createdAt.getTime() > missed - SILENT_MS.least) {
          notYet('This customer came when it was over. It must be there before the power goes.', {
            subject: customer.subject,
            expected: 'a customer from before',
            observed: `there since ${customer.createdAt.toISOString()}`,
          });
        }
        for (const name of ['web', 'api']) expectRolledOut(context, await kubernetes.deployment(name));
        const back = Math.max(...living(await shopPods(context)).map(({ createdAt }) => createdAt.getTime()));
        const since = (await looks(context)).filter(({ at }) => at.getTime() > missed - SILENT_MS.most);
        if (!since.some(({ at }) => at.getTime() > back)) {
          notYet('The customer is still waiting.', { subject: customer.subject, expected: 'an answer' });
        }
        const wait = longest(since);
        if (wait > WAIT_AT_LOSS) {
          notYet(
            `The customer waited ${wait} seconds: all pods of web, or all of api, were on the lost node. Power it on, spread them, and try again.`,
            { subject: customer.subject, expected: `at most ${WAIT_AT_LOSS} s`, observed: `${wait} s` },
          );
        }
      },
      nearMisses: [
        {
          run: `power off ${WEB_NODE}; until kubectl get pods | grep Terminating; do sleep 0.5; done; kubectl rollout status deployment/web --timeout=60s; kubectl rollout status deployment/api --timeout=60s`,
          says: /The customer waited \d\d/,
        },
        { run: `kubectl drain ${WEB_NODE} ${FLAGS}`, says: /No node is lost/ },
        {
          run: `lost=${OTHER_NODE}; power off $lost; kubectl wait --for=condition=Ready=Unknown $lost --timeout=90s`,
          says: /Nothing of the shop was on this node/,
        },
      ],
    },
  },
});
