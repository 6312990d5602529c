import { POWER_ANNOTATION } from '../cluster/sessions/operator-policies.ts';
import { nodeFacts } from '../grader/kubernetes/node-facts.ts';
import * as schemas from '../grader/kubernetes/schemas.ts';
import type { NamespacedObject } from './namespace-state.ts';

/** What a learner can change of a node. */
export interface NodeState {
  name: string;
  cordoned: boolean;
  labels: Record<string, string>;
  /** See POWER_ANNOTATION. */
  power: string | undefined;
  ready: boolean;
}

export function nodeStates(objects: readonly NamespacedObject[]): NodeState[] {
  return objects
    .filter(({ kind }) => kind === 'Node')
    .map((object) => {
      const { name, cordoned, labels, ready } = nodeFacts(schemas.node.parse(object));
      return { name, cordoned, labels, power: object.metadata.annotations?.[POWER_ANNOTATION], ready };
    });
}

/** The commands with which nodes become what they were, as far as they are there. */
export function nodesBack(before: readonly NodeState[], after: readonly NodeState[]): string[] {
  const was = new Map(before.map((node) => [node.name, node]));
  return after.flatMap((now) => {
    const then = was.get(now.name);
    return then === undefined ? [] : nodeBack(then, now);
  });
}

function nodeBack(then: NodeState, now: NodeState): string[] {
  const { name } = then;
  const names = new Set([...Object.keys(then.labels), ...Object.keys(now.labels)]);
  const labels = [...names]
    .filter((label) => then.labels[label] !== now.labels[label])
    .map((label) => written(label, then.labels[label]));
  return [
    ...(then.cordoned === now.cordoned ? [] : [`kubectl ${then.cordoned ? 'cordon' : 'uncordon'} ${name}`]),
    ...(then.power === now.power
      ? []
      : [`kubectl annotate --overwrite node ${name} ${written(POWER_ANNOTATION, then.power)}`]),
    ...(labels.length === 0 ? [] : [`kubectl label --overwrite node ${name} ${labels.join(' ')}`]),
  ];
}

function written(name: string, value: string | undefined): string {
  return value === undefined ? `${name}-` : `${name}=${value}`;
}
