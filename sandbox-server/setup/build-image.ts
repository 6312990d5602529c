import type Docker from 'dockerode';
import { buildContext, type ContextPart } from './build-context.ts';

export interface ImageBuild {
  tag: string;
  context: readonly ContextPart[];
  buildArgs?: Record<string, string>;
  labels?: Record<string, string>;
}

/** How much of a failed build's output is shown. */
const TAIL_LINES = 20;

/** Builds with the engine's classic builder, which needs no plugin on this side; returns the image's id. */
export async function buildImage(docker: Docker, build: ImageBuild): Promise<string> {
  const output: string[] = [];
  const stream = await docker.buildImage(buildContext(build.context), {
    t: build.tag,
    buildargs: build.buildArgs ?? {},
    labels: build.labels ?? {},
    // The host's own network: its resolver and its mirrors work there, whatever the engine's bridges look like.
    networkmode: 'host',
    version: '1',
    rm: true,
    forcerm: true,
  });
  await new Promise<void>((resolve, reject) => {
    const onEnd = (error: Error | null, events: { error?: string }[] | null) => {
      const failure = error?.message ?? events?.find((event) => event.error !== undefined)?.error;
      if (failure === undefined) resolve();
      else
        reject(
          new Error(
            `${build.tag} could not be built: ${failure}\n${output.join('').split('\n').slice(-TAIL_LINES).join('\n')}`,
          ),
        );
    };
    docker.modem.followProgress(stream, onEnd, (event: { stream?: string }) => {
      if (event.stream !== undefined) output.push(event.stream);
    });
  });
  return (await docker.getImage(build.tag).inspect()).Id;
}
