import { Bed } from './bed.ts';
import { Neighbours } from './neighbours.ts';
import { onEngine } from '../scripts/on-engine.ts';
import { execSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
process.exitCode = await onEngine({ yes: true }, async ({ engine, images, progress }) => {
  const bed = new Bed({ dockerodeOptions: engine.dockerodeOptions, socketPath: engine.socketPath!, images, ttyd: '', progress });
  await using server = await bed.server();
  await using neighbours = await Neighbours.start(server, 100);
  await sleep(5000);
  console.log('server pid', server.pid);
  console.log(execSync('top -b -n 2 -d 8 -w 150 | tail -n +60 | grep -A25 PID | tail -26; vmstat 1 5; pidstat -h 2>/dev/null | head -3; true').toString());
  return 0;
});
process.disconnect?.();
