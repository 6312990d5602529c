import type { ImageSet } from '../../sandbox-server/setup/types.ts';
import { type FaultContext, type Finding, notMade } from './findings.ts';
import { PrivateEngine } from '../support/private-engine.ts';
import { Stand } from './stand.ts';

/** Makes a fault with an engine that may be restarted, and a server on it; both are gone afterwards. */
export async function onPrivateEngine(
  context: FaultContext,
  { keepsContainers }: { keepsContainers: boolean },
  run: (engine: PrivateEngine, stand: Stand) => Promise<Finding>,
): Promise<Finding> {
  const hindrance = await PrivateEngine.hindrance();
  if (hindrance !== undefined) return notMade(hindrance);
  const { engine: engineImage, shell, mirror } = context.images as ImageSet;
  await using engine = await PrivateEngine.start({
    from: context.dockerodeOptions,
    images: [engineImage, shell, mirror],
    args: keepsContainers ? ['--live-restore'] : [],
  });
  await using stand = await Stand.start({ ...context, dockerodeOptions: engine.dockerodeOptions });
  return await run(engine, stand);
}
