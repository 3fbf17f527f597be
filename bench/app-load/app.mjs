// `xccd serve` in a process of its own, as it is built; tells its port over IPC. With
// XCCD_BENCH_PAUSES=off it leaves out the pauses between writes that GitHub asks for.
import { readEnvironment } from '../../dist/app/environment.js';
import { serve } from '../../dist/app/serve.js';

const throttle = process.env.XCCD_BENCH_PAUSES !== 'off';
const app = await serve(readEnvironment(process.env), { throttle });
process.send({ port: app.port });
process.on('message', async (message) => {
  if (message !== 'stop') return;
  await app.stop();
  process.exit();
});
process.on('disconnect', () => process.exit());
