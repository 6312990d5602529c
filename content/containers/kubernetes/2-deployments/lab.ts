import { defineLab } from '#lab';
import type { CheckContext, DeploymentFacts, PodFacts } from '#lab';

const WANTED = 4;
const MIB = 1024 ** 2;

function expectRolledOut({ notYet }: CheckContext, deployment: DeploymentFacts): void {
  if (deployment.rolledOut) return;
  const { subject, name, ready, replicas } = deployment;
  notYet(`Not all pods of ${subject} are ready yet. kubectl get pods -l app=${name} shows them.`, {
    subject,
    expected: `${replicas} pods, all ready`,
    observed: `${ready} ready`,
  });
}

function expectFour({ notYet }: CheckContext, { subject, replicas }: DeploymentFacts): void {
  if (replicas === WANTED) return;
  notYet(`The ${subject} shall have another number of pods.`, {
    subject,
    expected: `replicas: ${WANTED}`,
    observed: `replicas: ${replicas}`,
  });
}

/** Names of the pods that were made first, since the Deployment was made. */
async function firstPods({ kubernetes }: CheckContext, api: DeploymentFacts): Promise<Set<string>> {
  const begun = (await api.scalings()).findLast(({ from }) => from === 0);
  const made = await kubernetes.events(`ReplicaSet ${begun?.replicaSet}`);
  const names = made
    .filter(({ at }) => begun !== undefined && at >= begun.at)
    .flatMap(({ message }) => /^Created pod: (\S+)/.exec(message)?.[1] ?? []);
  return new Set(names.slice(0, WANTED));
}

const living = (pods: readonly PodFacts[]) => pods.filter(({ terminating }) => !terminating);

export default defineLab({
  sandbox: {
    cluster: 'shared',
    images: ['nginx:1.26', 'node:22-slim'],
    files: ['../../application/files', './files'],
  },
  tasks: {
    scale: {
      check: async (context) => {
        const { kubernetes, files, notYet } = context;
        const api = await kubernetes.deployment('api');
        expectFour(context, api);
        const written = /^ *replicas: *(\d+)/m.exec(await files.read('k8s/api.yaml'))?.[1];
        if (written !== String(WANTED)) {
          notYet('Four run, but the file says something else: its next apply would undo this.', {
            expected: `replicas: ${WANTED} in k8s/api.yaml`,
            observed: `replicas: ${written ?? 'not there'}`,
          });
        }
        expectRolledOut(context, api);
      },
      nearMisses: [
        { run: 'kubectl scale deployment/api --replicas=4', says: /the file says something else/ },
        {
          run: "sed -i 's/replicas: 1/replicas: 40/' k8s/api.yaml; kubectl apply -f k8s/api.yaml",
          says: /another number of pods/,
        },
      ],
    },

    replace: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const api = await kubernetes.deployment('api');
        expectFour(context, api);
        const revisions = await api.replicaSets();
        if (revisions.length > 1 && api.revision > 1) {
          notYet('This is a rollout: a new version of the template. Here, only the pods shall be new.', {
            subject: api.subject,
            expected: 'revision 1',
            observed: `revision ${api.revision}`,
          });
        }
        const old = await firstPods(context, api);
        const left = living(await api.pods()).filter(({ name }) => old.has(name));
        if (left.length > 0) {
          notYet('Some of the pods are those that the Deployment began with.', {
            subject: api.subject,
            expected: 'only new pods',
            observed: `still there: ${left.map(({ name }) => name).join(', ')}`,
          });
        }
        expectRolledOut(context, api);
      },
      nearMisses: [
        {
          run: 'kubectl delete $(kubectl get pods -l app=api -o name | head -n 2)',
          says: /those that the Deployment began with/,
        },
        { run: 'kubectl rollout restart deployment/api', says: /This is a rollout/ },
        {
          run: 'kubectl delete deployment api; kubectl apply -f k8s/api.yaml; kubectl rollout status deployment/api --timeout=60s',
          says: /those that the Deployment began with/,
        },
      ],
    },

    quarantine: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const api = await kubernetes.deployment('api');
        const ill = living(await kubernetes.pods({ app: 'api-ill' }));
        if (ill.length === 0) {
          notYet('No pod has the label app=api-ill.', {
            expected: 'one pod with app=api-ill',
            observed: living(await kubernetes.pods())
              .map(({ name, labels }) => `${name}: app=${labels['app'] ?? ''}`)
              .join(', '),
          });
        }
        if (ill.length > 1) {
          notYet('One is enough: all the others should serve customers.', {
            expected: 'one pod with app=api-ill',
            observed: ill.map(({ name }) => name).join(', '),
          });
        }
        const one = ill[0]!;
        if (!one.name.startsWith('api-') || one.owner !== undefined) {
          notYet('This is not one of the four: it was made with the label, instead of getting it.', {
            subject: one.subject,
            expected: 'a pod that Deployment api had made',
            observed: one.owner === undefined ? 'a pod of your own' : `a pod of ${one.owner.kind} ${one.owner.name}`,
          });
        }
        if (!one.ready) notYet('It must go on running.', { subject: one.subject, observed: one.status });
        expectFour(context, api);
        expectRolledOut(context, api);
      },
      nearMisses: [
        { run: 'kubectl label pods -l app=api app=api-ill --overwrite', says: /One is enough/ },
        {
          run: 'kubectl run ill --image=nginx:1.26 --labels=app=api-ill',
          says: /not one of the four/,
        },
        {
          run: 'kubectl label $(kubectl get pods -l app=api -o name | head -n 1) state=ill',
          says: /No pod has the label/,
        },
      ],
    },

    resources: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const api = await kubernetes.deployment('api');
        const { requests, limits } = api.container();
        const words = ({ cpus, memoryBytes }: typeof requests) =>
          `cpu ${cpus === 0 ? 'none' : `${Math.round(cpus * 1000)}m`}, memory ${memoryBytes === 0 ? 'none' : `${Math.round(memoryBytes / MIB)}Mi`}`;
        if (requests.cpus !== 0.02 || requests.memoryBytes !== 32 * MIB) {
          notYet('The requests of the template are others.', {
            subject: api.subject,
            expected: 'requests: cpu 20m, memory 32Mi',
            observed: `requests: ${words(requests)}`,
          });
        }
        if (limits.memoryBytes !== 96 * MIB) {
          notYet('The limit for memory is another one.', {
            subject: api.subject,
            expected: 'limits: memory 96Mi',
            observed: `limits: ${words(limits)}`,
          });
        }
        expectFour(context, api);
        expectRolledOut(context, api);
      },
      nearMisses: [
        {
          run: 'kubectl set resources deployment api --requests=cpu=20,memory=32Mi --limits=memory=96Mi; kubectl set resources deployment api --requests=cpu=200m,memory=32Mi --limits=memory=96Mi',
          says: /requests of the template are others/,
        },
        {
          run: 'kubectl set resources deployment api --requests=cpu=20m,memory=32Mi --limits=memory=96M',
          says: /limit for memory is another one/,
        },
      ],
    },

    fit: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const greedy = await kubernetes.deployment('greedy');
        const { subject, replicas } = greedy;
        if (replicas !== 2) {
          notYet('Both its pods shall run: it is the request that must shrink.', {
            subject,
            expected: 'replicas: 2',
            observed: `replicas: ${replicas}`,
          });
        }
        const { cpus } = greedy.container().requests;
        if (cpus > 0.05) {
          notYet('It still asks for more of the processor than it needs.', {
            subject,
            expected: 'a request of 10m',
            observed: `${Math.round(cpus * 1000)}m`,
          });
        }
        expectRolledOut(context, greedy);
      },
      nearMisses: [
        { run: 'kubectl scale deployment greedy --replicas=1', says: /Both its pods shall run/ },
        {
          run: 'kubectl set resources deployment greedy --requests=cpu=500m,memory=32Mi --limits=cpu=900m,memory=64Mi',
          says: /still asks for more/,
        },
      ],
    },
  },
});
