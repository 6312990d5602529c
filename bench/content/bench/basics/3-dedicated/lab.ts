import { defineLab } from '#lab';

export default defineLab({
  sandbox: { cluster: 'dedicated', nodes: 2 },
  tasks: {
    scale: {
      check: async ({ kubernetes, expect }) => {
        expect((await kubernetes.deployment('web')).available, 'available pods of web').toBe(1);
      },
      holds: true,
      nearMisses: [{ run: 'kubectl create deployment webb --image=busybox:1.37 -- sleep 3600', says: 'web' }],
    },
  },
});
