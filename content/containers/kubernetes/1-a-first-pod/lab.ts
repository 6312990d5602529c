import { defineLab } from '#lab';
import type { CheckContext, PodFacts } from '#lab';

const RUNS_ONCE = ['seq', '3'];

function expectRunning({ notYet }: CheckContext, pod: PodFacts): void {
  if (pod.ready) return;
  notYet(`The ${pod.subject} is not ready. kubectl describe pod ${pod.name} may say why.`, {
    subject: pod.subject,
    expected: 'Running and ready',
    observed: pod.status,
  });
}

export default defineLab({
  sandbox: {
    cluster: 'shared',
    images: ['nginx:1.26', 'node:22-slim', 'busybox:1.37'],
    files: ['../../application/files', './files'],
  },
  tasks: {
    address: {
      check: async (context) => {
        const { kubernetes, answer = '', notYet } = context;
        const hello = await kubernetes.pod('hello');
        expectRunning(context, hello);
        if (answer === hello.ip) return;
        const details = { expected: `the address of ${hello.subject}`, observed: answer };
        const [node] = await kubernetes.nodes();
        if (answer.startsWith('10.96.')) {
          notYet('That address belongs to a Service. A pod has another kind of address.', details);
        }
        if (answer === hello.node || answer === node?.name) {
          notYet('That is the name of the node. Beside it, in the column IP, is the address of the pod.', details);
        }
        notYet('This is not the pod’s own address. The nodes have addresses, too; look for the column IP.', details);
      },
      answer: {
        label: 'Address of hello',
        placeholder: '192.0.2.1',
        solve: async ({ kubernetes }) => (await kubernetes.pod('hello')).ip,
      },
      nearMisses: [
        { answer: async ({ kubernetes }) => (await kubernetes.pod('hello')).node, says: /the name of the node/ },
        { answer: '10.96.0.1', says: /belongs to a Service/ },
        { answer: '127.0.0.1', says: /not the pod’s own address/ },
      ],
    },

    image: {
      check: async (context) => {
        const { kubernetes, files, notYet } = context;
        const api = await kubernetes.pod('api');
        const { image, reason } = api.container();
        if (image !== 'node:22-slim') {
          notYet('The pod api asks for an image that the node can’t get.', {
            subject: api.subject,
            expected: 'node:22-slim',
            observed: reason === '' ? image : `${image}: ${reason}`,
          });
        }
        if (!/image: *["']?node:22-slim["']?\s*$/m.test(await files.read('pods/api.yaml'))) {
          notYet('The pod is right, and the file is not: whoever applies it next breaks it again.', {
            expected: 'node:22-slim in pods/api.yaml',
            observed: 'another image in the file',
          });
        }
        expectRunning(context, api);
      },
      nearMisses: [
        { run: 'kubectl set image pod/api api=node:22-slim', says: /the file is not/ },
        {
          run: "sed -i 's/slimm/silm/' pods/api.yaml; kubectl apply -f pods/api.yaml",
          says: /asks for an image that the node can’t get/,
        },
      ],
    },

    once: {
      check: async ({ kubernetes, notYet, expect }) => {
        const count = await kubernetes.pod('count');
        const { subject } = count;
        const container = count.container();
        expect(container.image, `the image of ${subject}`).toBe('busybox:1.37');
        if (count.restartPolicy === 'Always') {
          notYet('Its restart policy is Always: whenever seq has ended, the kubelet starts it again.', {
            subject,
            expected: 'restartPolicy Never, or OnFailure',
            observed: `${count.status}, ${count.restarts} restarts`,
          });
        }
        const words = [...container.command, ...container.args];
        if (words.join(' ') !== RUNS_ONCE.join(' ')) {
          notYet('The pod count runs something else.', { subject, expected: 'seq 3', observed: words.join(' ') });
        }
        if (count.phase !== 'Succeeded') {
          notYet('The pod count has not ended well.', { subject, expected: 'Completed', observed: count.status });
        }
      },
      nearMisses: [
        { run: 'kubectl run count --image=busybox:1.37 -- seq 3', says: /the kubelet starts it again/ },
        {
          run: 'kubectl run count --image=busybox:1.37 --restart=Never --command -- seq three',
          says: /runs something else/,
        },
        {
          run: 'kubectl run count --image=busybox:1.37 --restart=Never -- sleep 3600',
          says: /runs something else/,
        },
      ],
    },

    pair: {
      check: async (context) => {
        const { kubernetes, notYet } = context;
        const pair = await kubernetes.pod('pair');
        const { subject } = pair;
        const names = pair.containers.map(({ name }) => name);
        if (!names.includes('watch')) {
          notYet('The pod pair has one container. The second one must be in the same pod.', {
            subject,
            expected: 'containers api and watch',
            observed: `containers: ${names.join(', ')}`,
          });
        }
        expectRunning(context, pair);
        const log = await pair.logs({ container: 'watch', lines: 5 });
        if (log.includes('"servedBy":"pair"')) return;
        notYet('watch runs, and the API did not answer it. How do containers of one pod call each other?', {
          subject,
          expected: 'answers of the API in the log of watch',
          observed: log.trim().split('\n').at(-1) || 'an empty log',
        });
      },
      nearMisses: [
        {
          run: `kubectl apply -f pods/pair.yaml; kubectl run watch --image=busybox:1.37 -- sh -c 'while sleep 1; do wget -qO- localhost:3000/api/about; done'`,
          says: /must be in the same pod/,
        },
        {
          run: `sed -i '/^  volumes:/i\\    - name: watch\\n      image: busybox:1.37\\n      command: ["sh", "-c", "while sleep 1; do wget -qO- localhost/api/about; done"]' pods/pair.yaml; kubectl apply -f pods/pair.yaml`,
          says: /the API did not answer it/,
        },
      ],
    },

    gone: {
      check: async ({ kubernetes, answer, notYet }) => {
        if (await kubernetes.hasPod('hello')) {
          notYet('The pod hello is still there. Delete it first.', {
            subject: 'pod hello',
            expected: 'none',
            observed: (await kubernetes.pod('hello')).status,
          });
        }
        if (answer === '0') return;
        notYet('Look again: the pod is deleted, and nobody has said that there should be another one.', {
          expected: 'as many as kubectl get pods shows',
          observed: answer ?? '',
        });
      },
      answer: { label: 'Number of pods called hello', placeholder: '2', solve: () => '0' },
      nearMisses: [
        { answer: '1', says: /nobody has said/ },
        { run: 'kubectl run hello --image=nginx:1.26', answer: '0', says: /still there/ },
      ],
    },
  },
});
