// Writes what is published of the configuration from its schema in dist/: the JSON Schema and the
// table of keys in docs/configuration.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { configJsonSchema, configTable } from '../dist/scan/config-schema.js';

const file = (path) => new URL(`../${path}`, import.meta.url);
writeFileSync(file('schema/xccd.schema.json'), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
const docs = file('docs/configuration.md');
const text = readFileSync(docs, 'utf8');
const [before, , after] = text.split(/(<!-- keys -->\n[\s\S]*<!-- end of keys -->)/);
writeFileSync(docs, `${before}<!-- keys -->\n\n${configTable()}\n<!-- end of keys -->${after}`);
