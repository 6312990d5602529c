import { defineLab } from '#lab';
import type { CheckContext, DeploymentFacts, PodFacts } from '#lab';

const PODS = 3;
const FILE = 'k8s/api.yaml';
const KILLED = 137;

type New = 'container' | 'pod' | 'nothing';
const WORDS: readonly New[] = ['container', 'pod', 'nothing'];
const ANSWER = { label: 'New will be', placeholder: 'container, pod or nothing' };

const living = (pods: readonly PodFacts[]) => pods.filter(({ terminating }) => !terminating);
const names = (pods: readonly PodFacts[]) => pods.map(({ name }) => name).join(', ');

/** What the learner expects to be new. */
function expected({ answer = '', notYet }: CheckContext): New {
  const [word, ...others] = WORDS.filter((one) => new RegExp(`\\b${one}s?\\b`, 'i').test(answer));
  if (word !== undefined && others.length === 0) return word;
  return notYet('Choose one of the three words.', { expected: WORDS.join(', or '), observed: answer });
}

/** Compares what was said beforehand with what was seen; `why` tells those who were wrong what they overlooked. */
function compare({ notYet }: CheckContext, said: New, seen: New, observed: string, why: string): void {
  if (said === seen) return;
  const what = { container: 'a new container', pod: 'a new pod', nothing: 'nothing new' };
  notYet(`You expected ${what[said]}. ${why}`, { observed });
}

/** Names of the pods that were made for a Deployment since it was made, the first ones too. */
async function everMade({ kubernetes }: CheckContext, api: DeploymentFacts): Promise<string[]> {
  const begun = (await api.scalings()).findLast(({ from }) => from === 0);
  if (begun === undefined) return [];
  const events = await kubernetes.events(`ReplicaSet ${begun.replicaSet}`);
  return events
    .filter(({ at }) => at >= begun.at)
    .flatMap(({ message }) => /^Created pod: (\S+)/.exec(message)?.[1] ?? []);
}

/** Something that a probe of this pod got to hear. */
async function probeSaid({ kubernetes }: CheckContext, pod: PodFacts, pattern: RegExp): Promise<boolean> {
  const events = await kubernetes.events(`Pod ${pod.name}`);
  return events.some(({ reason, message }) => reason === 'Unhealthy' && pattern.test(message));
}

const exitCode = ({ containers }: PodFacts) => containers[0]?.lastExit?.code;

const FIRST = '$(kubectl get pods -l app=api -o name | head -n 1)';
const fail = (how: string) => `sh break.sh ${FIRST} ${how}`;
const probe = (lines: string) =>
  `sed -i '/readinessProbe/i\\          livenessProbe:\\n            ${lines}\\n            periodSeconds: 2\\n            timeoutSeconds: 2' ${FILE}`;
const get = (path: string) => `httpGet:\\n              path: ${path}\\n              port: 3000`;
const APPLY = `kubectl apply -f ${FILE}; kubectl rollout status deployment/api --timeout=90s; until [ "$(kubectl get pods -l app=api -o name | wc -l)" = 3 ]; do sleep 0.5; done`;
const NODE = "$(kubectl get pods -l app=api -o jsonpath='{.items[0].spec.nodeName}')";

export default defineLab({
  sandbox: {
    cluster: 'dedicated',
    nodes: 3,
    images: ['node:22-slim'],
    files: ['../../application/files', './files'],
  },
  tasks: {
    process: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const said = expected(context);
        const api = await kubernetes.deployment('api');
        const pods = living(await api.pods());
        const [hit] = pods.filter(({ restarts }) => restarts > 0);
        if (hit === undefined && (await everMade(context, api)).length > PODS) {
          notYet('You have taken a whole pod away; that comes next. Here, only the process in a pod shall end.', {
            subject: api.subject,
            expected: 'sh break.sh POD crash',
            observed: 'a pod that was replaced',
          });
        }
        if (hit === undefined) {
          return notYet('Noted. Now let the API in one of the pods crash, and see whether you are right.', {
            subject: api.subject,
            expected: 'a process that has ended: sh break.sh POD crash (signals from inside do not kill process 1)',
            observed: `${pods.length} pods, no restarts`,
          });
        }
        const why =
          said === 'pod'
            ? 'But it is still the same pod: its name and its age have not changed. The kubelet started its container again.'
            : 'But the API answers again: look at RESTARTS. The kubelet started the container again.';
        compare(context, said, 'container', `${hit.subject}: ${hit.restarts} restart`, why);
      },
      answer: { ...ANSWER, solve: () => 'container' },
      nearMisses: [
        { run: fail('crash'), answer: 'pod', says: /still the same pod/ },
        { run: fail('crash'), answer: 'nothing', says: /look at RESTARTS/ },
        { run: `kubectl delete ${FIRST}`, answer: 'container', says: /taken a whole pod away/ },
        {
          run: `kubectl exec ${FIRST} -- sh -c 'kill -9 1'`,
          answer: 'container',
          says: /signals from inside do not kill process 1/,
        },
      ],
    },

    pod: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const said = expected(context);
        if (!(await kubernetes.hasDeployment('api'))) {
          notYet('The Deployment is gone, and with it the wish that there be three. Now nobody replaces anything.', {
            expected: `one pod deleted, and the Deployment still there: kubectl apply -f ${FILE}`,
            observed: 'no Deployment api',
          });
        }
        const api = await kubernetes.deployment('api');
        if (api.revision > 1) {
          notYet('This is a rollout: it exchanges all pods for those of a new version. Delete a pod instead.', {
            subject: api.subject,
            expected: 'revision 1',
            observed: `revision ${api.revision}`,
          });
        }
        const made = await everMade(context, api);
        const pods = living(await api.pods());
        if (made.length <= PODS) {
          notYet('Noted. Now delete one of the pods, and see whether you are right.', {
            subject: api.subject,
            expected: 'kubectl delete pod NAME',
            observed: `still the first ones: ${names(pods)}`,
          });
        }
        if (!api.rolledOut) {
          notYet('One moment: not all pods are ready again.', {
            subject: api.subject,
            expected: `${PODS} pods, all ready`,
            observed: `${api.ready} ready`,
          });
        }
        const newest = pods.find(({ name }) => name === made.at(-1));
        const why =
          said === 'container'
            ? 'But the container went with its pod. Look at the name and the address: they have never been there before.'
            : 'But there are three again. The ReplicaSet counted two, and made another pod.';
        compare(context, said, 'pod', `${newest?.subject ?? 'a pod'}, with a name of its own`, why);
      },
      answer: { ...ANSWER, solve: () => 'pod' },
      nearMisses: [
        { run: `kubectl delete ${FIRST}`, answer: 'container', says: /went with its pod/ },
        { run: 'kubectl delete deployment api', answer: 'pod', says: /nobody replaces anything/ },
        { run: 'kubectl rollout restart deployment/api', answer: 'pod', says: /This is a rollout/ },
      ],
    },

    liveness: {
      check: async (context) => {
        const { kubernetes, answer, notYet } = context;
        const api = await kubernetes.deployment('api');
        const { subject } = api;
        const { liveness } = api.container().probes;
        if (liveness === undefined) {
          return notYet('The container has no liveness probe, so nobody acts when its process hangs.', {
            subject,
            expected: 'livenessProbe',
            observed: 'none',
          });
        }
        const { kind, path, port, periodSeconds } = liveness;
        const asked = kind === 'http' ? `GET ${path} on port ${port}` : kind;
        const wanted = 'GET /healthz on port 3000';
        if (kind === 'tcp') {
          notYet('The port of a process that hangs stays open: the kernel takes connections for it. Ask for a page.', {
            subject,
            expected: wanted,
            observed: 'tcpSocket',
          });
        }
        if (path === '/readyz') {
          notYet('/readyz fails while the database is away. A restart of every API would not bring that back.', {
            subject,
            expected: wanted,
            observed: asked,
          });
        }
        if (path !== '/healthz' || String(port) !== '3000') {
          notYet('The probe asks for something else.', { subject, expected: wanted, observed: asked });
        }
        if (periodSeconds > 5) {
          notYet('With this period, three failures take half a minute and more. For this lab, ask every 2 seconds.', {
            subject,
            expected: 'periodSeconds: 2',
            observed: `periodSeconds: ${periodSeconds}`,
          });
        }
        const restarted = living(await api.pods()).filter(({ restarts }) => restarts > 0);
        const killed = restarted.find((pod) => exitCode(pod) === KILLED);
        if (killed === undefined) {
          const [other] = restarted;
          notYet(
            other === undefined
              ? 'The probe is there. Now let one of the pods hang, and wait for the kubelet.'
              : 'This container has ended on its own, or has closed when it was asked to. Let one hang: it can’t do either.',
            {
              subject,
              expected: 'a container that hung, and was killed: sh break.sh POD hang',
              observed: other === undefined ? 'no restarts' : `${other.subject}: exit code ${exitCode(other)}`,
            },
          );
        }
        if (answer === String(KILLED)) return;
        const details = { expected: 'what kubectl describe pod shows under Last State', observed: answer ?? '' };
        if (answer === '143') {
          notYet(
            '143 is 128 and 15: SIGTERM. A process that hangs does not react to it, so something stronger came.',
            details,
          );
        }
        if (answer === '9') notYet('9 is the signal. The exit code is 128 more.', details);
        if (answer === '1' || answer === '0') {
          notYet('With this code a program ends by itself. This one could not do anything any more.', details);
        }
        notYet('The container has ended with another exit code.', details);
      },
      answer: {
        label: 'Exit code',
        placeholder: '1',
        solve: async ({ kubernetes }) => {
          const pods = await (await kubernetes.deployment('api')).pods();
          return String(pods.map(exitCode).find((code) => code === KILLED));
        },
      },
      nearMisses: [
        {
          run: `${probe(get('/healthz'))}; ${APPLY}; ${fail('hang')}; until kubectl get pods -l app=api | grep Running | grep -v ' 0 '; do sleep 0.5; done`,
          answer: '143',
          says: /does not react to it/,
        },
        {
          run: `${probe(get('/readyz'))}; ${APPLY}`,
          answer: '137',
          says: /would not bring that back/,
        },
        {
          run: `${probe('tcpSocket:\\n              port: 3000')}; ${APPLY}`,
          answer: '137',
          says: /the kernel takes connections/,
        },
      ],
    },

    readiness: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const said = expected(context);
        const api = await kubernetes.deployment('api');
        const pods = living(await api.pods());
        const notReady = pods.filter(({ ready, phase }) => !ready && phase === 'Running');
        let busy: PodFacts | undefined;
        let ill: PodFacts | undefined;
        for (const pod of notReady) if (await probeSaid(context, pod, /^Readiness.* 503/)) busy ??= pod;
        for (const pod of pods) if (await probeSaid(context, pod, /^Liveness.* 503/)) ill ??= pod;
        if (busy === undefined) {
          return notYet(
            ill === undefined
              ? 'Noted. Now let one of the pods be busy, and see whether you are right.'
              : 'That was the other page: /healthz failed, so the kubelet restarted the container. Let one be busy.',
            {
              subject: api.subject,
              expected: 'a pod whose /readyz fails: sh break.sh POD busy',
              observed: ill?.subject ?? `ready: ${names(pods.filter(({ ready }) => ready))}`,
            },
          );
        }
        const leads = await (await kubernetes.service('api')).endpoints();
        const still = leads.some(({ pod, ready }) => ready && pod === busy.name);
        if (still) notYet('One moment: the Service still leads there.', { subject: busy.subject });
        const why =
          'But the same container runs on in the same pod. It is only out of the Service until it has time again.';
        compare(context, said, 'nothing', `${busy.subject}: Running, not ready`, why);
      },
      answer: { ...ANSWER, solve: () => 'nothing' },
      nearMisses: [
        { run: fail('busy'), answer: 'container', says: /the same container runs on/ },
        { run: fail('fail'), answer: 'nothing', says: /That was the other page/ },
      ],
    },

    loop: {
      check: async ({ kubernetes, files, notYet }) => {
        const stock = await kubernetes.deployment('stock');
        const { subject } = stock;
        const port = stock.container().env['PORT'] ?? 'none';
        if (port !== 'none' && !/^\d+$/.test(port)) {
          notYet(
            'The template still has the value that it crashes from, so each new container and pod gets it as well.',
            {
              subject,
              expected: 'PORT with a number',
              observed: `PORT ${port}`,
            },
          );
        }
        const written = /name: *PORT\s+value: *["']?([^"'\s]+)/.exec(await files.read('k8s/stock.yaml'))?.[1] ?? port;
        if (!/^\d+$/.test(written) && written !== 'none') {
          notYet('It is right in the cluster, and wrong in the file: the next apply breaks it again.', {
            expected: 'a number in k8s/stock.yaml',
            observed: written,
          });
        }
        if (!stock.rolledOut) {
          const pods = living(await stock.pods());
          notYet('The new pod does not run yet.', {
            subject,
            expected: '1 pod, ready, and no others',
            observed: pods.map(({ name, status }) => `${name}: ${status}`).join(', '),
          });
        }
      },
      nearMisses: [
        { run: 'kubectl delete pods -l app=stock', says: /each new container and pod gets it as well/ },
        { run: 'kubectl set env deployment/stock PORT=3000', says: /wrong in the file/ },
      ],
    },

    node: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const said = expected(context);
        const api = await kubernetes.deployment('api');
        const workers = (await kubernetes.nodes()).filter(({ roles }) => !roles.includes('control-plane'));
        const lost = workers.filter(({ ready }) => !ready).map(({ name }) => name);
        const emptied = workers.find(({ cordoned }) => cordoned);
        if (lost.length === 0) {
          notYet(
            emptied === undefined
              ? 'Noted. Now switch off a worker on which pods of api run, and wait.'
              : 'This is a farewell with notice: the pods could close, and moved one after the other. Pull the plug instead.',
            {
              expected: 'a worker that is NotReady: power off NODE, then about 20 seconds',
              observed: emptied === undefined ? 'all nodes are Ready' : `${emptied.subject} is cordoned, and Ready`,
            },
          );
        }
        const pods = await api.pods();
        const gone = pods.filter(({ node }) => lost.includes(node));
        if (gone.length === 0) {
          notYet('No pod of api was on this node. Give it its power back, and take the other one.', {
            expected: 'a node with pods of api',
            observed: `${lost.join(', ')}: none`,
          });
        }
        const there = living(pods).filter(({ node, ready }) => ready && !lost.includes(node));
        if (there.length < PODS) {
          notYet('The node is missed. About 10 seconds later, the cluster gives its pods up.', {
            subject: api.subject,
            expected: `${PODS} pods ready on other nodes`,
            observed: `${there.length} ready there`,
          });
        }
        const why =
          said === 'container'
            ? 'But whoever restarts containers on that node has lost its power, too. The ReplicaSet made new pods elsewhere.'
            : 'But three are ready again, on another node. The ReplicaSet made new pods there.';
        compare(context, said, 'pod', `${there.length} ready, beside ${gone.length} lost`, why);
      },
      answer: { ...ANSWER, solve: () => 'pod' },
      nearMisses: [
        {
          run: `kubectl drain ${NODE} --ignore-daemonsets --delete-emptydir-data --timeout=120s`,
          answer: 'pod',
          says: /a farewell with notice/,
        },
        {
          run: `lost=${NODE}; power off $lost; kubectl wait --for=condition=Ready=Unknown node/$lost --timeout=90s; until kubectl get pods -l app=api | grep Terminating; do sleep 0.5; done; kubectl rollout status deployment/api --timeout=90s`,
          answer: 'container',
          says: /has lost its power, too/,
        },
      ],
    },
  },
});
