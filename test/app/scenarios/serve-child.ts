// Serves the App as a process of its own, by its environment, so that a test can kill it. Starts at
// the first byte on its input: until then a second one can wait, loaded, for its turn.
import { once } from 'node:events';
import { readEnvironment } from '../../../src/app/environment.js';
import { serve } from '../../../src/app/serve.js';

await once(process.stdin, 'data');
// The fake GitHub needs no pauses between writes.
const app = await serve(readEnvironment(process.env), { throttle: false });
process.stdout.write(`port ${app.port}\n`);
process.stdin.once('end', () => void app.stop().then(() => process.exit(0)));
