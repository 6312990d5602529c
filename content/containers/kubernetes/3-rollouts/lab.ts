import { defineLab } from '#lab';
import type { CheckContext, DeploymentFacts, PodFacts, ReplicaSetFacts } from '#lab';

const PODS = 4;
const FILE = 'k8s/api.yaml';
const NEW_NAME = 'Storm lantern';

const versionOf = (api: DeploymentFacts) => api.container().env['VERSION'] ?? 'none';

/** The version that the learner's file asks for. */
async function versionInFile({ files }: CheckContext): Promise<string> {
  const written = /name: *VERSION\s+value: *["']?([^"'\s]+)/.exec(await files.read(FILE));
  return written?.[1] ?? 'none';
}

function expectRolledOut({ notYet }: CheckContext, api: DeploymentFacts): void {
  if (api.rolledOut) return;
  const { subject, replicas, updated, available, stuck } = api;
  notYet('The rollout is not done. kubectl get pods -l app=api shows what it waits for.', {
    subject,
    expected: `${replicas} new pods, all ready, and no others`,
    observed: stuck === '' ? `${updated} new, ${available} available` : stuck,
  });
}

/** The ReplicaSet of the newest revision. */
async function newestOf(api: DeploymentFacts): Promise<ReplicaSetFacts | undefined> {
  return (await api.replicaSets()).at(-1);
}

async function podsOf(api: DeploymentFacts, set: ReplicaSetFacts | undefined): Promise<PodFacts[]> {
  return (await api.pods()).filter(({ owner, terminating }) => !terminating && owner?.name === set?.name);
}

/** Only after going back is the newest revision not the youngest ReplicaSet. */
async function wentBack(api: DeploymentFacts): Promise<boolean> {
  const sets = await api.replicaSets();
  const newest = sets.at(-1);
  return newest !== undefined && sets.some(({ createdAt }) => createdAt > newest.createdAt);
}

/** What a number of pods, or a share of them, comes to; the cluster rounds shares. */
function count(given: number | string, round: (value: number) => number): number {
  const share = /^(\d+)%$/.exec(String(given))?.[1];
  return share === undefined ? Number(given) : round((Number(share) * PODS) / 100);
}

/**
 * How many of the newest pods were there when the first pod of the revision before was taken away; undefined when the cluster does
 * not remember. Events of the Deployment itself would not do: the cluster combines them when there are more than a few.
 */
async function thereBeforeFirstLeft({ kubernetes }: CheckContext, api: DeploymentFacts): Promise<number | undefined> {
  const sets = await api.replicaSets();
  const before = sets.at(-2);
  const made = (await podsOf(api, sets.at(-1))).map(({ createdAt }) => createdAt);
  if (before === undefined || made.length === 0) return undefined;
  const begun = made.reduce((first, at) => (at < first ? at : first));
  const left = (await kubernetes.events(`ReplicaSet ${before.name}`)).find(
    ({ reason, at }) => reason === 'SuccessfulDelete' && at >= begun,
  );
  return left && made.filter((at) => at <= left.at).length;
}

const APPLY = `kubectl apply -f ${FILE}; kubectl rollout status deployment/api --timeout=90s`;
const strategy = (lines: string) =>
  `sed -i 's/^  replicas: 4/  replicas: 4\\n  strategy:\\n    rollingUpdate:\\n${lines}/' ${FILE}`;
const RIGHT_STRATEGY = strategy('      maxSurge: 4\\n      maxUnavailable: 0');
const probe = (kind: string, path: string, port: number) =>
  `sed -i '/workingDir/a\\          ${kind}:\\n            httpGet:\\n              path: ${path}\\n              port: ${port}\\n            periodSeconds: 1' ${FILE}; kubectl apply -f ${FILE}`;
const CORRECT_FILE = `sed -i -e '/name: PORT/,+1d' -e 's/"3.0.0"/"3.0.1"/' ${FILE}`;
const RENAME = `sed -i "s/'Lantern'/'${NEW_NAME}'/" shop/api/store.js`;

export default defineLab({
  sandbox: {
    cluster: 'shared',
    images: ['node:22-slim'],
    files: ['../../application/files', './files'],
  },
  tasks: {
    update: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const api = await kubernetes.deployment('api');
        const { subject, revision } = api;
        const [version, written] = [versionOf(api), await versionInFile(context)];
        if (version !== '2.0.0' && written === '2.0.0') {
          notYet('The file says 2.0.0, and nobody has told the cluster.', {
            subject,
            expected: `kubectl apply -f ${FILE}`,
            observed: `version ${version} in the cluster`,
          });
        }
        if (version !== '2.0.0') {
          notYet('The template asks for another version.', { subject, expected: '2.0.0', observed: version });
        }
        if (revision < 2) {
          notYet('This is a new Deployment, not a rollout: the old pods were gone before the new ones came.', {
            subject,
            expected: 'version 2.0.0 as a second revision: set the file back to 1.0.0, apply it, and try again',
            observed: 'version 2.0.0 as its first revision',
          });
        }
        if (written !== '2.0.0') {
          notYet('The cluster has 2.0.0, but the file says something else: its next apply would undo this.', {
            expected: `2.0.0 in ${FILE}`,
            observed: written,
          });
        }
        expectRolledOut(context, api);
      },
      nearMisses: [
        { run: 'kubectl set env deployment/api VERSION=2.0.0', says: /the file says something else/ },
        { run: `sed -i 's/"1.0.0"/"2.0.0"/' ${FILE}`, says: /nobody has told the cluster/ },
        {
          run: `kubectl delete deployment api; sed -i 's/"1.0.0"/"2.0.0"/' ${FILE}; ${APPLY}`,
          says: /a new Deployment, not a rollout/,
        },
      ],
    },

    strategy: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const api = await kubernetes.deployment('api');
        const { subject } = api;
        const { type, maxSurge, maxUnavailable } = api.strategy;
        const version = versionOf(api);
        if (type === 'Recreate') {
          notYet('Recreate ends all old pods before the first new one starts: meanwhile nobody serves.', {
            subject,
            expected: 'type: RollingUpdate',
            observed: type,
          });
        }
        if (count(maxUnavailable, Math.floor) > 0) {
          notYet('One of the four may go before a new one can serve: then there are fewer than four.', {
            subject,
            expected: 'maxUnavailable: 0',
            observed: `maxUnavailable: ${maxUnavailable}`,
          });
        }
        if (count(maxSurge, Math.ceil) < PODS) {
          notYet('The new pods can’t all start at once: there may not be so many beyond the four.', {
            subject,
            expected: `maxSurge: ${PODS}`,
            observed: `maxSurge: ${maxSurge}`,
          });
        }
        if (!/^2\.1\.\d+$/.test(version)) {
          notYet('The strategy is right, and nothing was rolled out with it: a strategy alone makes no new revision.', {
            subject,
            expected: 'version 2.1.0',
            observed: version,
          });
        }
        expectRolledOut(context, api);
        const there = await thereBeforeFirstLeft(context, api);
        if (there === PODS) return;
        const expected = 'four new pods beside the four old ones: roll out once more, as 2.1.1 or higher';
        if (there === undefined) {
          notYet('The cluster does not remember how this rollout went.', { subject, expected });
        }
        notYet(`When the first old pod had to go, only ${there} of the four new ones were there.`, {
          subject,
          expected,
          observed: `${version} came in before the strategy was right`,
        });
      },
      nearMisses: [
        {
          run: `${strategy('      maxSurge: 4')}; sed -i 's/"2.0.0"/"2.1.0"/' ${FILE}; ${APPLY}`,
          says: /before a new one can serve/,
        },
        {
          run: `sed -i 's/"2.0.0"/"2.1.0"/' ${FILE}; ${APPLY}; ${RIGHT_STRATEGY}; ${APPLY}`,
          says: /only \d of the four new ones/,
        },
        { run: `${RIGHT_STRATEGY}; ${APPLY}`, says: /a strategy alone makes no new revision/ },
        {
          run: `kubectl patch deployment api -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'; kubectl set env deployment/api VERSION=2.1.0`,
          says: /meanwhile nobody serves/,
        },
      ],
    },

    ready: {
      check: async (context) => {
        const { kubernetes, files, notYet } = context;
        const api = await kubernetes.deployment('api');
        const { subject } = api;
        const { readiness, liveness } = api.container().probes;
        if (readiness === undefined && liveness !== undefined) {
          notYet('This is a liveness probe: it restarts a container that fails. No rollout waits for it.', {
            subject,
            expected: 'readinessProbe',
            observed: 'livenessProbe',
          });
        }
        if (readiness === undefined) {
          notYet('The container has no readiness probe, so it counts as ready as soon as it runs.', {
            subject,
            expected: 'readinessProbe',
            observed: 'none',
          });
        }
        const { kind, path, port } = readiness!;
        const asked = kind === 'http' ? `GET ${path} on port ${port}` : kind;
        const expected = 'GET /readyz on port 3000';
        if (kind !== 'http') notYet('The probe asks for no page.', { subject, expected, observed: asked });
        if (String(port) !== '3000') {
          notYet(`The probe asks port ${port}, and the API listens on 3000: so no new pod is ever ready.`, {
            subject,
            expected,
            observed: asked,
          });
        }
        if (path === '/healthz') {
          notYet('/healthz says whether the API is alive. Whether it can serve customers now is another question.', {
            subject,
            expected,
            observed: asked,
          });
        }
        if (path !== '/readyz') notYet('The probe asks for another page.', { subject, expected, observed: asked });
        if (!(await files.read(FILE)).includes('readinessProbe')) {
          notYet('The cluster has the probe, and the file has not: its next version may forget it.', {
            expected: `readinessProbe in ${FILE}`,
            observed: 'none in the file',
          });
        }
        expectRolledOut(context, api);
      },
      nearMisses: [
        { run: probe('livenessProbe', '/readyz', 3000), says: /No rollout waits for it/ },
        { run: probe('readinessProbe', '/readyz', 80), says: /no new pod is ever ready/ },
        { run: probe('readinessProbe', '/healthz', 3000), says: /is another question/ },
      ],
    },

    undo: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const api = await kubernetes.deployment('api');
        const { subject, paused } = api;
        const version = versionOf(api);
        const expected = 'version 2.1, as before';
        if (paused) {
          notYet('A pause only holds the rollout where it is: half is the bad version. Resume it, and go back.', {
            subject,
            expected,
            observed: `paused, with version ${version}`,
          });
        }
        if (version === '3.0.0') {
          notYet('The Deployment still wants 3.0.0: whatever you delete or restart is made from its template again.', {
            subject,
            expected,
            observed: version,
          });
        }
        if (!version.startsWith('2.1.')) {
          notYet('That is further back than you need: 2.1 was fine.', { subject, expected, observed: version });
        }
        if (!(await wentBack(api))) {
          notYet('Nothing was taken back: the newest revision is the one that was made last.', {
            subject,
            expected: 'an older revision as the newest',
            observed: `revision ${api.revision}`,
          });
        }
        expectRolledOut(context, api);
      },
      nearMisses: [
        { run: 'kubectl rollout pause deployment/api', says: /A pause only holds/ },
        {
          run: "kubectl get pods -l app=api | grep 0/1 | cut -d ' ' -f 1 | xargs kubectl delete pod",
          says: /whatever you delete or restart/,
        },
        { run: 'kubectl rollout undo deployment/api --to-revision=1', says: /further back than you need/ },
      ],
    },

    revision: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const api = await kubernetes.deployment('api');
        const { subject } = api;
        const version = versionOf(api);
        if (version === '3.0.0') {
          notYet('That undid the undo: the revision before this one is the bad 3.0.0.', {
            subject,
            expected: 'version 2.0.0',
            observed: version,
          });
        }
        if (version !== '2.0.0') {
          notYet('The Deployment wants another version.', { subject, expected: 'version 2.0.0', observed: version });
        }
        if (!(await wentBack(api))) {
          notYet('The newest revision is a new template that calls itself 2.0.0. What ran then is in the history.', {
            subject,
            expected: 'the revision that had 2.0.0',
            observed: `a template that was never there before, as revision ${api.revision}`,
          });
        }
        expectRolledOut(context, api);
      },
      nearMisses: [
        { run: 'kubectl rollout undo deployment/api', says: /That undid the undo/ },
        { run: 'kubectl set env deployment/api VERSION=2.0.0', says: /a new template that calls itself 2\.0\.0/ },
        { run: 'kubectl rollout undo deployment/api --to-revision=1', says: /wants another version/ },
      ],
    },

    forward: {
      check: async (context) => {
        const { kubernetes, files, notYet } = context;
        const api = await kubernetes.deployment('api');
        const { subject } = api;
        const { env, probes } = api.container();
        const version = versionOf(api);
        if (version !== '3.0.1') {
          notYet('The Deployment wants another version.', { subject, expected: '3.0.1', observed: version });
        }
        if (env['PORT'] !== undefined && env['PORT'] !== '3000') {
          notYet('The variable PORT still sends the API to another port than the one that is asked.', {
            subject,
            expected: 'no PORT',
            observed: `PORT ${env['PORT']}`,
          });
        }
        const written = await versionInFile(context);
        if (written !== '3.0.1' || /name: *PORT\b/.test(await files.read(FILE))) {
          notYet('The cluster is right, and the file is not: whoever applies it next breaks the shop again.', {
            expected: `3.0.1 and no PORT in ${FILE}`,
            observed: `${written} in the file`,
          });
        }
        if (probes.readiness === undefined) {
          notYet('The readiness probe has got lost on the way.', {
            subject,
            expected: 'readinessProbe',
            observed: 'none',
          });
        }
        expectRolledOut(context, api);
        const newest = await newestOf(api);
        if (newest?.changeCause) return;
        notYet('It runs, and the history has no reason for the newest revision.', {
          subject,
          expected: 'the annotation kubernetes.io/change-cause on the Deployment',
          observed: `revision ${api.revision}: <none>`,
        });
      },
      nearMisses: [
        { run: 'kubectl set env deployment/api VERSION=3.0.1', says: /the file is not/ },
        {
          run: `${CORRECT_FILE}; ${APPLY}; kubectl annotate deployment/api change-cause='port 3000 again'`,
          says: /no reason for the newest revision/,
        },
        { run: `sed -i 's/"3.0.0"/"3.0.1"/' ${FILE}; kubectl apply -f ${FILE}`, says: /The variable PORT/ },
      ],
    },

    config: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const api = await kubernetes.deployment('api');
        const { subject } = api;
        const first = await kubernetes.configMap('shop-api');
        if (first.data['store.js']?.includes(NEW_NAME)) {
          notYet(
            'The ConfigMap shop-api itself has changed. Every old revision names it, so an undo gets the new code.',
            {
              subject: first.subject,
              expected: 'as it was, and the new code under another name',
              observed: `“${NEW_NAME}” in its store.js`,
            },
          );
        }
        const [pod] = await podsOf(api, await newestOf(api));
        const source = pod?.volumes.find(({ kind }) => kind === 'configMap')?.source ?? 'no ConfigMap';
        if (source === 'shop-api') {
          notYet('The pods still take their code from shop-api.', {
            subject,
            expected: 'the name of a new ConfigMap in the template',
            observed: source,
          });
        }
        const code = (await kubernetes.configMap(source)).data['store.js'] ?? '';
        if (!code.includes(NEW_NAME)) {
          notYet(
            `The ConfigMap ${source} has the old code: it was made before the change, and does not follow your files.`,
            {
              subject: `ConfigMap ${source}`,
              expected: `“${NEW_NAME}” in its store.js`,
              observed: 'the old name',
            },
          );
        }
        expectRolledOut(context, api);
      },
      nearMisses: [
        {
          run: `${RENAME}; kubectl create configmap shop-api --from-file=shop/api --dry-run=client -o yaml | kubectl replace -f -; kubectl rollout restart deployment/api`,
          says: /shop-api itself has changed/,
        },
        {
          run: `${RENAME}; kubectl create configmap shop-api-2 --from-file=shop/api; kubectl rollout restart deployment/api`,
          says: /still take their code from shop-api/,
        },
        {
          run: `kubectl create configmap shop-api-2 --from-file=shop/api; ${RENAME}; sed -i 's/name: shop-api$/name: shop-api-2/' ${FILE}; ${APPLY}`,
          says: /has the old code/,
        },
      ],
    },
  },
});
