import type Docker from 'dockerode';
import { ignoreGone } from '../../container-engine/statuses.ts';
import { labelsFor } from './labels.ts';
import { kubectlName } from './names.ts';

/** Where it stands in a shell: `bin` and, where bash looks for what belongs to a program there, `share`. */
export const KUBECTL_FOLDER = '/opt/kubernetes';
/** The same volume once more: of what a login shell looks for programs in, the one folder that is empty. */
export const LOGIN_FOLDER = '/usr/local/games';

/**
 * Writes the annotation that the platform follows: cluster/dedicated/node-power.ts. Quoted once more below, so no single quotes in it.
 */
const POWER = `#!/bin/sh
usage="usage: power off NODE    pulls the plug of a node, as when a machine loses its power
       power on NODE     gives it power again
kubectl get nodes shows their names."
case "\${1-}" in
  on | off) ;;
  -h | --help) echo "$usage"; exit 0 ;;
  *) echo "$usage" >&2; exit 2 ;;
esac
[ $# -eq 2 ] || { echo "$usage" >&2; exit 2; }
node="\${2#node/}"
kubectl annotate --overwrite node "$node" "drydock/power=$1" > /dev/null || exit 1
if [ "$1" = off ]; then echo "$node has lost its power."; else echo "$node has power again, and starts."; fi
`;

/** `k` is what everybody calls it. Whoever was killed while filling leaves no mark, and the next one fills it again. */
const FILL = `set -eu
[ ! -e /to/filled ] || exit 0
completions=/to/share/bash-completion/completions
mkdir -p /to/bin "$completions"
cp /usr/bin/kubectl /to/bin/kubectl.new
chmod 755 /to/bin/kubectl.new
mv /to/bin/kubectl.new /to/bin/kubectl
ln -sf kubectl /to/bin/k
printf '%s' '${POWER}' > /to/bin/power
chmod 755 /to/bin/power
for name in kubectl k power; do ln -sf "${KUBECTL_FOLDER}/bin/$name" "/to/$name"; done
kubectl completion bash > "$completions/kubectl"
printf '%s\\n' '. ${KUBECTL_FOLDER}/share/bash-completion/completions/kubectl' 'complete -o default -F __start_kubectl k' > "$completions/k"
touch /to/filled`;

/** The cluster's own kubectl, from the image of its nodes, for the shells of sandboxes: read-only, and the same for all. */
export class KubectlVolume {
  readonly #docker: Docker;
  readonly #owner: string;
  readonly #image: string;
  #filling: Promise<void> | undefined;

  constructor(docker: Docker, owner: string, image: string) {
    this.#docker = docker;
    this.#owner = owner;
    this.#image = image;
  }

  get name(): string {
    return kubectlName(this.#owner, `${this.#image} ${FILL}`);
  }

  /** Clusters that are joined at the same time wait for the same filling. */
  async fill(): Promise<void> {
    this.#filling ??= this.#fill().finally(() => (this.#filling = undefined));
    await this.#filling;
  }

  async #fill(): Promise<void> {
    await this.#docker.createVolume({ Name: this.name, Labels: labelsFor(this.#owner, 'volume') });
    const filler = `${this.name}-filler`;
    // Of a server that was killed while it filled it.
    await this.#docker.getContainer(filler).remove({ force: true }).catch(ignoreGone);
    const container = await this.#docker.createContainer({
      name: filler,
      Image: this.#image,
      Entrypoint: ['/bin/sh', '-c', FILL],
      Labels: labelsFor(this.#owner, 'filler'),
      HostConfig: {
        NetworkMode: 'none',
        SecurityOpt: ['no-new-privileges'],
        Mounts: [{ Type: 'volume', Source: this.name, Target: '/to' }],
        LogConfig: { Type: 'local', Config: { 'max-size': '1m', 'max-file': '2' } },
      },
    });
    try {
      await container.start();
      const { StatusCode } = (await container.wait()) as { StatusCode: number };
      if (StatusCode === 0) return;
      const said = (await container.logs({ stdout: true, stderr: true, tail: 20 })).toString('utf8');
      throw new Error(`kubectl could not be taken from ${this.#image} (exit ${StatusCode}): ${said}`);
    } finally {
      await container.remove({ force: true }).catch(ignoreGone);
    }
  }
}
