import { defineLab } from '#lab';

export default defineLab({
  sandbox: { images: ['busybox:1.37'], files: './files' },
  tasks: {
    greet: {
      check: async ({ docker, expect, notYet }) => {
        const greeter = await docker.container('greeter');
        expect(greeter.image, 'the image of the container greeter').toBe('busybox:1.37');
        if (!greeter.mounts.some(({ destination }) => destination === '/greeting.txt')) {
          notYet('The container greeter has no /greeting.txt mounted.', {
            expected: '-v "$PWD/greeting.txt:/greeting.txt"',
            observed: greeter.mounts.map(({ destination }) => destination).join(', ') || 'no mounts',
          });
        }
        expect(await greeter.logs(), 'what greeter printed').toContain('Hello from your home folder.');
      },
      nearMisses: [
        { run: 'docker run --name greeter busybox:1.37 echo Hello', says: 'no /greeting.txt mounted' },
        { run: 'docker run --name greeter -v "$PWD:/home" busybox:1.37 cat /home/greeting.txt', says: '/home' },
        { run: 'docker run --name greeter -v "$PWD/greeting.txt:/greeting.txt" busybox:1.37', says: /greeter printed/ },
        { run: 'docker run -v "$PWD/greeting.txt:/greeting.txt" busybox:1.37 cat /greeting.txt', says: 'greeter' },
      ],
    },

    'exit-code': {
      check: async ({ docker, answer = '', expect, notYet }) => {
        const { exitCode } = await docker.container('greeter');
        if (!/^\d+$/.test(answer)) notYet('An exit code is a number.', { observed: answer });
        expect(answer, 'the exit code', `The container greeter did not end with ${answer}.`).toBe(String(exitCode));
      },
      answer: {
        label: 'Exit code',
        solve: async ({ docker }) => String((await docker.container('greeter')).exitCode),
      },
      nearMisses: [
        { answer: 'Exited', says: 'An exit code is a number' },
        { answer: '1', says: 'did not end with 1' },
      ],
    },
  },
});
