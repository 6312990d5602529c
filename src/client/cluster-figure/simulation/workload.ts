import { BaseImage, type ImageConstructor, type ProcessContext } from '@ngrok/webernetes';

export const NAMESPACE = 'default';
const NAME = 'api';
const PORT = 8080;

/** The Deployment whose pods the figure shows. */
export function deployment(replicas: number, version: number): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: NAME, namespace: NAMESPACE },
    spec: {
      replicas,
      // As many as can be rolled back to and looked at.
      revisionHistoryLimit: 2,
      selector: { matchLabels: { app: NAME } },
      template: {
        metadata: { labels: { app: NAME } },
        spec: {
          containers: [
            {
              name: NAME,
              image: `${NAME}:${version}`,
              // A pod is seen to start: running, and not ready yet.
              readinessProbe: { httpGet: { path: '/', port: PORT }, initialDelaySeconds: 1, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
}

/** The program in the pods: it answers the readiness probe, well or badly. */
export function image(version: number, works: boolean): ImageConstructor {
  return class extends BaseImage {
    static readonly imageName = NAME;
    static readonly imageVersion = String(version);
    override readonly defaultCommand = ['serve'];

    override async exec(context: ProcessContext): Promise<number> {
      context.listenHttp(PORT, async () => ({ status: works ? 200 : 500, body: `version ${version}` }));
      return await context.waitUntilKilled();
    }
  };
}
