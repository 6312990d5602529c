import { defineLab } from '#lab';
import type { CheckContext, ContainerSpec, DeploymentFacts, EndpointFacts, ServiceFacts } from '#lab';

const FILE = 'k8s/web.yaml';
const REPLICAS = 3;
/** Where the API listens in its pods. */
const API_PORT = 3000;

function expectRolledOut({ notYet }: CheckContext, deployment: DeploymentFacts): void {
  if (deployment.rolledOut) return;
  const { subject, name, replicas, available } = deployment;
  notYet(`Not all pods of ${subject} are ready. kubectl get pods -l app=${name} shows them.`, {
    subject,
    expected: `${replicas} pods, all ready`,
    observed: `${available} ready`,
  });
}

const words = (labels: Record<string, string>) =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',') || 'none';

function fits({ selector }: ServiceFacts, { podLabels }: DeploymentFacts): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => podLabels[key] === value);
}

const portOf = ([first]: readonly EndpointFacts[]) => first?.ports[0];

/** A variable's value as the container gets it; of the others, only its namespace can stand in it. */
function valueOf(container: ContainerSpec, name: string, namespace: string): string {
  return (container.env[name] ?? '').replace(/\$\(([^)]+)\)/g, (whole, other: string) =>
    container.envFrom[other] === 'field metadata.namespace' ? namespace : (container.env[other] ?? whole),
  );
}

const EXPOSE = 'kubectl expose deployment api';
const setApi = (name: string) =>
  `sed -i "s/api.default.svc.cluster.local/${name}/" ${FILE}; kubectl apply -f ${FILE}; kubectl rollout status deployment/web --timeout=90s`;
const NAMESPACE = "$(kubectl config view --minify -o jsonpath='{.contexts[0].context.namespace}')";

export default defineLab({
  sandbox: {
    cluster: 'shared',
    images: ['nginx:1.26', 'node:22-slim'],
    files: ['../../application/files', './files'],
  },
  tasks: {
    service: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const api = await kubernetes.deployment('api');
        const service = await kubernetes.service('api');
        const { subject, clusterIp, selector } = service;
        if (clusterIp === 'None') {
          notYet('This Service has no address of its own: it is headless. That comes later.', {
            subject,
            expected: 'an address',
            observed: 'clusterIP: None',
          });
        }
        const port = service.ports[0]?.port;
        if (port !== 80) {
          notYet('The Service listens on another port, so everybody would have to name it.', {
            subject,
            expected: 'port 80',
            observed: `port ${port ?? 'none'}`,
          });
        }
        const found = await service.endpoints();
        if (found.length === 0) {
          notYet('The Service finds no pod.', {
            subject,
            expected: `a selector for ${words(api.podLabels)}`,
            observed: `the selector ${words(selector)}`,
          });
        }
        if (portOf(found) !== API_PORT) {
          notYet(`The Service leads to port ${portOf(found)} of the pods, where nobody listens.`, {
            subject,
            expected: `the pods’ port ${API_PORT}`,
            observed: `port ${portOf(found)}`,
          });
        }
        expectRolledOut(context, api);
        const { status } = await service.ask('/api/about');
        if (status === 200) return;
        notYet('The Service is there, and gives no answer yet.', {
          subject,
          expected: 'status 200 for /api/about',
          observed: `status ${status}`,
        });
      },
      nearMisses: [
        { run: `${EXPOSE} --port=80`, says: /where nobody listens/ },
        { run: `${EXPOSE} --port=3000`, says: /listens on another port/ },
        { run: `${EXPOSE} --name=shop-api --port=80 --target-port=3000`, says: /There is no Service api/ },
      ],
    },

    connection: {
      check: async ({ kubernetes, answer = '', notYet }) => {
        await kubernetes.service('api');
        if (answer === '1') return;
        const details = { expected: 'how many pods one connection leads to', observed: answer };
        if (answer === String(REPLICAS)) {
          notYet('So it was with twenty connections. How often does the kernel choose for one?', details);
        }
        if (answer === '20') notYet('There are only three pods. And how often does the kernel choose?', details);
        notYet('The kernel chooses when a connection is opened. Try it, and count.', details);
      },
      answer: { label: 'Number of different pods', placeholder: '2', solve: () => '1' },
      nearMisses: [
        { answer: '3', says: /So it was with twenty connections/ },
        { answer: '20', says: /only three pods/ },
        { answer: '2', says: /Try it, and count/ },
      ],
    },

    mend: {
      check: async (context) => {
        const { kubernetes, files, notYet } = context;
        const web = await kubernetes.deployment('web');
        const service = await kubernetes.service('web');
        const { subject, selector } = service;
        const found = await service.endpoints();
        if (!fits(service, web)) {
          const headline =
            found.length === 0
              ? 'No pod fits the selector, so the Service leads nowhere.'
              : 'It leads to pods that got their label by hand. The next ones, from the template, will not have it.';
          notYet(headline, {
            subject,
            expected: `a selector for ${words(web.podLabels)}`,
            observed: `the selector ${words(selector)}`,
          });
        }
        if (found.length > 0 && portOf(found) !== 80) {
          notYet('The Service finds the pods now, and leads to a port on which nobody listens.', {
            subject,
            expected: 'the pods’ port 80',
            observed: `port ${portOf(found)}`,
          });
        }
        if (/app: shop-web|targetPort: 8080/.test(await files.read(FILE))) {
          notYet('The Service is right, and the file is not: its next apply brings the mistake back.', {
            expected: `both corrected in ${FILE}`,
            observed: 'a mistake in the file',
          });
        }
        expectRolledOut(context, web);
        const { status } = await service.ask('/healthz');
        if (status === 200) return;
        notYet('The Service gives no answer yet.', {
          subject,
          expected: 'status 200 for /healthz',
          observed: `status ${status}`,
        });
      },
      nearMisses: [
        {
          run: `sed -i 's/app: shop-web/app: web/' ${FILE}; kubectl apply -f ${FILE}`,
          says: /leads to a port on which nobody listens/,
        },
        {
          run: 'kubectl label pods -l app=web app=shop-web --overwrite',
          says: /got their label by hand/,
        },
        {
          run: `kubectl patch service web -p '{"spec":{"selector":{"app":"web"},"ports":[{"port":80,"targetPort":80}]}}'`,
          says: /the file is not/,
        },
      ],
    },

    name: {
      check: async (context) => {
        const { kubernetes, files, notYet } = context;
        const web = await kubernetes.deployment('web');
        const { namespace } = kubernetes;
        const { dnsName } = await kubernetes.service('api');
        const given = valueOf(web.container(), 'API', namespace);
        const [host = '', port = '80'] = given.split(':');
        const details = { subject: web.subject, expected: 'the full name of your Service api', observed: given };
        if (/^[\d.]+$/.test(host)) {
          notYet('That is an address. It is gone with the Service or the pod that has it; the name stays.', details);
        }
        if (host.includes('.default.')) {
          notYet('This is the Service api of the namespace default. Yours is another namespace.', details);
        }
        if (host === 'api' || host === `api.${namespace}` || host === `api.${namespace}.svc`) {
          notYet('Short names are completed by the system’s library. nginx asks the DNS server without it.', details);
        }
        if (host.replace(/\.$/, '') !== dnsName) notYet('There is no Service of that name.', details);
        if (port !== '80') {
          notYet('The name is right. The port must be that of the Service, not that of the pods.', {
            ...details,
            expected: 'port 80, or none',
          });
        }
        if ((await files.read(FILE)).includes('api.default.')) {
          notYet('The Deployment is right, and the file is not.', {
            expected: `the full name in ${FILE}`,
            observed: 'api.default.svc.cluster.local',
          });
        }
        expectRolledOut(context, web);
        const { status, body } = await (await kubernetes.service('web')).ask('/api/about');
        if (status === 200 && body.includes('"servedBy"')) return;
        notYet('The name is right, and the API does not answer behind web yet.', {
          subject: web.subject,
          expected: 'an answer of the API on /api/about',
          observed: `status ${status}`,
        });
      },
      nearMisses: [
        { run: setApi('api'), says: /nginx asks the DNS server without it/ },
        { run: setApi("$(kubectl get service api -o jsonpath='{.spec.clusterIP}')"), says: /That is an address/ },
        { run: setApi(`api.${NAMESPACE}.svc.cluster.local:3000`), says: /not that of the pods/ },
        { run: setApi('api.svc.cluster.local'), says: /no Service of that name/ },
      ],
    },

    out: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const api = await kubernetes.deployment('api');
        const { subject, endpoints } = await kubernetes.service('api');
        const found = await endpoints();
        const ready = found.filter((endpoint) => endpoint.ready);
        // A pod that starts or ends is not ready either; one that says so itself has answered its probe with 503.
        const ill: string[] = [];
        for (const { pod } of found.filter((endpoint) => !endpoint.ready)) {
          const events = await kubernetes.events(`Pod ${pod}`);
          if (events.some(({ reason, message }) => reason === 'Unhealthy' && message.includes('503'))) ill.push(pod);
        }
        const observed = `${ready.length} ready, ${found.length - ready.length} not ready`;
        if (ill.length === 0) {
          notYet(
            'No pod behind the Service says that it is not well. A new one in its place is as good as the others.',
            {
              subject,
              expected: 'two ready, and one whose probe fails',
              observed,
            },
          );
        }
        if (ready.length === 0) {
          notYet('Nobody is left to serve: the Service leads nowhere.', { subject, expected: 'two ready', observed });
        }
        const one = await kubernetes.pod(ill[0] ?? '');
        if (one.restarts > 0 || one.terminating) {
          notYet('It must go on running as it is.', {
            subject: one.subject,
            expected: 'running, not restarted',
            observed: `${one.status}, ${one.restarts} restarts`,
          });
        }
        if (api.replicas !== REPLICAS || ill.length > 1 || ready.length !== REPLICAS - 1) {
          notYet('All but one shall serve.', { subject, expected: 'two ready, one not ready', observed });
        }
      },
      nearMisses: [
        {
          run: 'kubectl delete $(kubectl get pods -l app=api -o name | head -n 1)',
          says: /as good as the others/,
        },
        {
          run: 'kubectl label $(kubectl get pods -l app=api -o name | head -n 1) app=api-ill --overwrite',
          says: /as good as the others/,
        },
      ],
    },

    headless: {
      check: async ({ kubernetes, notYet }) => {
        const api = await kubernetes.deployment('api');
        const service = await kubernetes.service('api-pods');
        const { subject, clusterIp, selector } = service;
        if (clusterIp !== 'None') {
          notYet('This Service has an address of its own, and its name leads there. Delete it, and make one without.', {
            subject,
            expected: 'clusterIP: None',
            observed: clusterIp,
          });
        }
        if (!fits(service, api)) {
          notYet('It has no address, and finds no pod of api: its name leads nowhere.', {
            subject,
            expected: `a selector for ${words(api.podLabels)}`,
            observed: `the selector ${words(selector)}`,
          });
        }
        if ((await service.endpoints()).some(({ ready }) => ready)) return;
        notYet('No pod behind it is ready, so DNS names none.', { subject, expected: 'ready pods', observed: 'none' });
      },
      nearMisses: [
        { run: `${EXPOSE} --name=api-pods --port=80 --target-port=3000`, says: /has an address of its own/ },
        { run: 'kubectl create service clusterip api-pods --clusterip=None', says: /its name leads nowhere/ },
      ],
    },
  },
});
