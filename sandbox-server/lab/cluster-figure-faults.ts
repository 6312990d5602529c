import { FIGURE_ACTIONS, MAX_NODES, MAX_REPLICAS } from './cluster-figure.ts';
import { expressionAttribute, type JsxElement, listOfTexts, textAttribute } from './jsx.ts';
import { didYouMean } from './nearest.ts';
import type { PageFault } from './page.ts';

const ATTRIBUTES = ['nodes', 'replicas', 'actions', 'caption'];

type Fault = Omit<PageFault, 'line'>;

/** What is wrong with what a `<ClusterFigure>` was given. */
export function clusterFigureFaults(element: JsxElement): Fault[] {
  const names = element.attributes.flatMap((entry) => (entry.type === 'mdxJsxAttribute' ? [entry.name] : []));
  const faults = names
    .filter((name) => !ATTRIBUTES.includes(name))
    .map((name): Fault => {
      const fix = `It takes ${ATTRIBUTES.join(', ')}.${didYouMean(name, ATTRIBUTES)}`;
      return { message: `A <ClusterFigure> has no ${name}.`, fix };
    });
  if (names.includes('nodes')) faults.push(...numberFaults(element, 'nodes', 1, MAX_NODES));
  if (names.includes('replicas')) faults.push(...numberFaults(element, 'replicas', 0, MAX_REPLICAS));
  if (names.includes('actions')) faults.push(...actionFaults(element));
  if (names.includes('caption') && textAttribute(element, 'caption') === undefined) {
    const message = 'The caption of a <ClusterFigure> is empty, or not plain text.';
    faults.push({ message, fix: 'Write caption="What to try, and what it shows".' });
  }
  return faults;
}

function numberFaults(element: JsxElement, name: string, least: number, most: number): Fault[] {
  const source = expressionAttribute(element, name) ?? '';
  if (/^\d+$/.test(source) && Number(source) >= least && Number(source) <= most) return [];
  const message = `${name} of a <ClusterFigure> is not a whole number from ${least} to ${most}.`;
  return [{ message, fix: `Write ${name}={${Math.min(most, 3)}}, in braces.` }];
}

function actionFaults(element: JsxElement): Fault[] {
  const known: readonly string[] = FIGURE_ACTIONS;
  const actions = listOfTexts(expressionAttribute(element, 'actions') ?? '');
  if (actions === undefined || actions.length === 0) {
    const message = 'actions of a <ClusterFigure> is not a list of texts.';
    return [{ message, fix: `Write actions={['scale', 'kill']}; there are ${known.join(', ')}.` }];
  }
  const faults = actions
    .filter((action) => !known.includes(action))
    .map((action): Fault => {
      const fix = `There are ${known.join(', ')}.${didYouMean(action, known)}`;
      return { message: `A <ClusterFigure> has no action "${action}".`, fix };
    });
  if (actions.includes('roll back') && !actions.some((action) => action.startsWith('roll out'))) {
    const message = 'A <ClusterFigure> can roll back, and nothing was rolled out.';
    faults.push({ message, fix: "Add 'roll out' to its actions." });
  }
  return faults;
}
