// Writes schema/xccd.schema.json, the published JSON Schema of the configuration, from dist/.
import { writeFileSync } from 'node:fs';
import { configJsonSchema } from '../dist/scan/config-schema.js';

const file = new URL('../schema/xccd.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
