/**
 * An image's `created_by` as a Dockerfile would say it: both builders write shells and comments around the instruction.
 * `/bin/sh -c #(nop)  CMD ["sh"]` → `CMD ["sh"]`, `RUN |1 A=b /bin/sh -c npm ci # buildkit` → `RUN npm ci`.
 */
export function cleanInstruction(createdBy: string): string {
  const line = createdBy
    .replace(/\s+# buildkit\s*$/, '')
    .replace(/\s+/g, ' ')
    .trim();
  const nop = /^\/bin\/sh -c #\(nop\) ?(.*)$/.exec(line);
  // The classic builder names the checksum of what was copied.
  if (nop) return nop[1]!.trim().replace(/((?:file|dir|multi):[0-9a-f]{12})[0-9a-f]{52}/g, '$1');
  const run = /^(?:RUN )?(?:\|\d+ .*? )?\/bin\/sh -c (.*)$/.exec(line);
  if (run) return `RUN ${run[1]!.trim()}`;
  return line;
}

/** Instructions that only change the image's configuration: never a layer. */
const CONFIGURATION =
  /^(ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b/i;
/** Makes a layer in most cases. */
const WORKDIR = /^WORKDIR\b/i;

/**
 * Says which steps made a layer. The engine's API names neither the layer of a step nor whether it has one, so this goes
 * by sizes, instructions and the number of layers; steps and layers are both from the bottom up.
 */
export function stepsWithLayers(steps: readonly { instruction: string; size: number }[], layers: number): boolean[] {
  const rank = steps.map(({ instruction, size }) => {
    if (size > 0) return 3;
    if (CONFIGURATION.test(instruction)) return 0;
    return WORKDIR.test(instruction) ? 1 : 2;
  });
  const has = steps.map(() => false);
  let left = layers;
  for (const wanted of [3, 2, 1]) {
    rank.forEach((value, index) => {
      if (value !== wanted || left === 0) return;
      has[index] = true;
      left--;
    });
  }
  return has;
}
