import { defineLab } from '#lab';
import type { CheckContext, ContainerFacts } from '#lab';

const CLOSES = 'The API closes';

function expectRunning({ notYet }: CheckContext, container: ContainerFacts): void {
  if (container.state === 'running') return;
  notYet(`The container ${container.name} is not running. docker logs ${container.name} may say why.`, {
    expected: 'running',
    observed: `${container.state}, exit code ${container.exitCode}`,
  });
}

function expectImage({ expect }: CheckContext, container: ContainerFacts, image: string): void {
  expect(container.image, `the image of ${container.name}`, `${container.name} was not made from ${image}.`).toBe(
    image,
  );
}

const RUN_API = 'docker run -d --name api -p 3000:3000';
const WAIT = 'curl -s --retry 5 --retry-all-errors localhost:3000/healthz';

export default defineLab({
  sandbox: { images: ['node:22-slim'], files: ['../../application/files', './files'] },
  tasks: {
    killed: {
      check: async ({ docker, answer, notYet }) => {
        const api = await docker.container('api');
        if (api.state !== 'exited' || api.exitCode === 1) {
          notYet('The container api was not stopped yet: start it once more, then stop it.', {
            expected: 'docker start api, docker stop -t 1 api',
            observed: `${api.state}, exit code ${api.exitCode}`,
          });
        }
        const signal = api.exitCode - 128;
        const given = Number(answer ?? '');
        if (given === signal) return;
        const expected = 'the exit code without 128';
        if (given === api.exitCode) {
          notYet('That is the exit code. The signal’s number is in it.', { expected, observed: String(given) });
        }
        if (given === 15) {
          notYet('15, SIGTERM, is how docker stop asks. But the container did not end from it.', {
            expected,
            observed: `exit code ${api.exitCode}`,
          });
        }
        notYet('Another signal has ended it.', { expected, observed: answer ?? '' });
      },
      answer: {
        label: 'Number of the signal',
        placeholder: '1',
        solve: async ({ docker }) => String((await docker.container('api')).exitCode - 128),
      },
      nearMisses: [
        { run: 'docker start api; docker stop -t 1 api', answer: '137', says: /That is the exit code/ },
        { run: 'docker start api; docker stop -t 1 api', answer: '15', says: /is how docker stop asks/ },
      ],
    },

    stop: {
      check: async (context) => {
        const { docker, notYet } = context;
        const before = await docker.image('shop-api:1');
        const after = await docker.image('shop-api:2');
        const api = await docker.container('api');
        expectImage(context, api, 'shop-api:2');
        if (api.state !== 'exited') {
          notYet('api runs. Stop it, and see how it ends.', { expected: 'docker stop api', observed: api.state });
        }
        const closed = (await api.logs()).includes(CLOSES);
        if (api.exitCode === 0 && closed) return;
        const expected = `exit code 0, and “${CLOSES}” in the log`;
        if (api.exitCode === 0) {
          notYet('It ended with 0, but the API did not close: the script came to its end, and took the API with it.', {
            expected,
            observed: 'exit code 0, and no such line in the log',
          });
        }
        if (api.exitCode === 143) {
          notYet('The shell got the signal and died of it. The API was never told, and could not close.', {
            expected,
            observed: 'exit code 143 = 128 + 15, SIGTERM',
          });
        }
        if (after.id === before.id) {
          notYet('It was killed again: shop-api:2 is the same image as shop-api:1, so the shell is still process 1.', {
            expected,
            observed: `exit code ${api.exitCode}`,
          });
        }
        notYet('It did not hear the SIGTERM. Is the API process 1, and was it ready when you stopped it?', {
          expected,
          observed: `exit code ${api.exitCode}`,
        });
      },
      nearMisses: [
        {
          run: `docker tag shop-api:1 shop-api:2; docker rm -f api; ${RUN_API} --init shop-api:2; ${WAIT}; docker stop -t 1 api`,
          says: /The shell got the signal and died/,
        },
        {
          run: `docker tag shop-api:1 shop-api:2; docker rm -f api; ${RUN_API} shop-api:2; docker stop -t 2 api`,
          says: /the shell is still process 1/,
        },
        {
          run: `sed -i 's/^node.*/node server.js \\& sleep 0.1/' shop/api/start.sh; docker build -q -t shop-api:2 shop/api; docker rm -f api; ${RUN_API} shop-api:2; docker wait api`,
          says: /the script came to its end/,
        },
      ],
    },

    policy: {
      check: async (context) => {
        const { docker, notYet } = context;
        const api = await docker.container('api');
        expectImage(context, api, 'shop-api:2');
        const { name } = api.restartPolicy;
        const expected = 'the policy that starts it again unless somebody has stopped it';
        if (name === 'always') {
          notYet('With always, a reboot also starts what somebody has stopped on purpose.', {
            expected,
            observed: name,
          });
        }
        if (name === 'on-failure') {
          notYet('With on-failure, it does not come back when the machine reboots.', { expected, observed: name });
        }
        if (name === 'no') {
          notYet('The container has no restart policy: when it ends, it stays down.', { expected, observed: name });
        }
        if (api.state === 'exited' && api.restarts === 0 && api.exitCode === 1) {
          notYet('The policy is right, but it crashed without one, and stays down. Start it, and let it crash again.', {
            expected: 'docker start api, curl -X POST localhost:3000/debug/crash',
            observed: 'exited, code 1, no restart yet',
          });
        }
        if (api.state === 'exited' && api.restarts === 0) {
          notYet('You have ended it yourself, so the policy does not act. Start it, and let it crash from inside.', {
            expected: 'curl -X POST localhost:3000/debug/crash',
            observed: `exited, code ${api.exitCode}`,
          });
        }
        if (api.restarts === 0) {
          notYet('The policy is right. Now let it crash, and see whether it comes back.', {
            expected: 'curl -X POST localhost:3000/debug/crash',
            observed: 'no restart yet',
          });
        }
        if (api.state !== 'restarting') expectRunning(context, api);
      },
      nearMisses: [
        { run: `docker rm -f api; ${RUN_API} --restart always shop-api:2`, says: /a reboot also starts/ },
        {
          run: `docker rm -f api; ${RUN_API} --restart unless-stopped shop-api:2; docker kill api`,
          says: /You have ended it yourself/,
        },
        {
          run: `docker rm -f api; ${RUN_API} shop-api:2; ${WAIT}; curl -s -X POST localhost:3000/debug/crash; docker wait api; docker update --restart unless-stopped api`,
          says: /it crashed without one/,
        },
      ],
    },

    attempts: {
      check: async ({ docker, answer, notYet }) => {
        const broken = await docker.container('broken');
        if (broken.state !== 'exited') {
          notYet('Docker has not given up on broken yet. Look again in a few seconds.', { observed: broken.state });
        }
        const given = Number(answer ?? '');
        if (given === broken.restarts + 1) return;
        const expected = 'every start, the first one too';
        if (given === broken.restarts) {
          notYet('So often was it started again. How often was it started?', { expected, observed: String(given) });
        }
        if (given === 1) notYet('Once by you, and then by its policy.', { expected, observed: '1' });
        notYet('The log shows another number: each attempt wrote one line about the database.', {
          expected,
          observed: answer ?? '',
        });
      },
      answer: {
        label: 'Number of starts',
        placeholder: '2',
        solve: async ({ docker }) => String((await docker.container('broken')).restartPolicy.retries + 1),
      },
      nearMisses: [
        { answer: '3', says: /So often was it started again/ },
        { answer: '1', says: /Once by you/ },
        { answer: '7', says: /another number/ },
      ],
    },

    health: {
      check: async (context) => {
        const { docker, notYet } = context;
        const image = await docker.image('shop-api:3');
        if (!image.config.healthcheck) {
          notYet('The image shop-api:3 has no health check, so each container would have to bring its own.', {
            expected: 'HEALTHCHECK in the Dockerfile',
            observed: 'none in the image',
          });
        }
        const api = await docker.container('api');
        expectImage(context, api, 'shop-api:3');
        expectRunning(context, api);
        const { test = [], intervalMs = 0, retries = 0 } = api.healthcheck ?? {};
        if (intervalMs === 0 || intervalMs > 5000) {
          notYet('Docker checks every 30 seconds when it is not told otherwise. For this lab, check every second.', {
            expected: '--interval=1s',
            observed: intervalMs === 0 ? 'no interval' : `${intervalMs / 1000} s`,
          });
        }
        if (api.health === 'unhealthy') {
          notYet('The check itself fails, so Docker believes the API is ill. It printed what is wrong.', {
            expected: 'node healthcheck.js, which ends with 0',
            observed: `${test.slice(1).join(' ')}: ${api.healthOutput.trim().slice(0, 160)}`,
          });
        }
        if (!test.join(' ').includes('healthcheck.js')) {
          notYet('Docker runs another command than node healthcheck.js.', {
            expected: 'node healthcheck.js',
            observed: test.slice(1).join(' '),
          });
        }
        if (retries !== 2) {
          notYet('Let two failures in a row be enough, or you will wait long for the next task.', {
            expected: '--retries=2',
            observed: String(retries),
          });
        }
        if (api.health !== 'healthy') {
          notYet('The first check is still to come.', { expected: 'healthy', observed: api.health });
        }
      },
      nearMisses: [
        {
          run: `echo 'HEALTHCHECK --interval=1s --retries=2 CMD curl -f http://localhost:3000/healthz' >> shop/api/Dockerfile; docker build -q -t shop-api:3 shop/api; docker rm -f api; ${RUN_API} shop-api:3`,
          says: /curl.*not found/,
        },
        {
          run: `docker tag shop-api:2 shop-api:3; docker rm -f api; ${RUN_API} --health-cmd 'node healthcheck.js' --health-interval 1s shop-api:3`,
          says: /The image shop-api:3 has no health check/,
        },
      ],
    },

    heal: {
      check: async (context) => {
        const { docker, notYet } = context;
        const api = await docker.container('api');
        expectImage(context, api, 'shop-api:3');
        const second = await docker.container('api-2');
        if (second.finishedAt) {
          notYet('api-2 was restarted too, although it was fine: its customers were thrown out for nothing.', {
            expected: 'only what is unhealthy',
            observed: 'api-2 has ended once. Remove it, start it anew, and let api fall ill again',
          });
        }
        expectRunning(context, api);
        if (api.health === 'unhealthy') {
          notYet('api is still unhealthy. It runs, so docker start has nothing to do; it must be restarted.', {
            expected: 'healthy',
            observed: api.health,
          });
        }
        if (!api.finishedAt) {
          notYet(
            'This api has never been restarted. Let it fall ill first; and keep the container, do not make a new one.',
            {
              expected: 'the same container, restarted',
              observed: 'a container that was started once',
            },
          );
        }
        if (api.health !== 'healthy') {
          notYet('api is back, and its first check is still to come.', { expected: 'healthy', observed: api.health });
        }
      },
      nearMisses: [
        { run: 'docker start api', says: /docker start has nothing to do/ },
        { run: 'docker restart $(docker ps -q)', says: /api-2 was restarted too/ },
      ],
    },
  },
});
